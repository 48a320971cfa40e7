"""The frame of the settlement room: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

READERS = (Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)


seat = seated(*READERS)  # who may see the money; each verb asks for its own role


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("finance:months", _("账期"), "g m", "calendar"),
        ("entitlements:runs", _("按期发放"), "g a", "coins"),
        ("finance:budget", _("预算"), "g b", "wallet"),
        ("finance:sponsors", _("冠名资金"), "g s", "coins"),
        ("audit:search", _("一分钱"), "g t", "search"),
    )
    desk = Desk(
        name=_("结算室"),
        programme=request.user.programme.name,
        home_url=reverse("finance:months"),
        nav=[Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in pages],
    )
    roles = request.user.roles
    return {
        "desk": desk,
        "viewer": request.user,
        "is_finance": Role.FINANCE in roles,
        "is_approver": Role.APPROVER in roles,
        "is_bureau": Role.BUREAU in roles,
        **more,
    }
