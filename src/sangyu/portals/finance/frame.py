"""The frame of the settlement room: who may sit here, and its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role, ensure_role
from sangyu.portals.components.frame import Desk, Tab

READERS = (Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)


def seat(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who may see the money; each verb asks for its own role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ensure_role(request.user, *READERS)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("finance:months", _("账期"), "g m", "calendar"),
        ("finance:budget", _("预算"), "g b", "wallet"),
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
