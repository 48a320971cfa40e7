"""The frame of the developer's desk: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

seat = seated(Role.BUREAU)  # the bureau answers for what other systems are told; enterprises come by the interface


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("developer:subscriptions", _("订阅"), "g s", "link"),
        ("developer:pushes", _("推送记录"), "g l", "send"),
        ("bureau:home", _("局里"), "g h", "eye"),
    )
    desk = Desk(
        name=_("系统对接"),
        programme=request.user.programme.name,
        home_url=reverse("developer:subscriptions"),
        nav=[Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in pages],
    )
    return {"desk": desk, "viewer": request.user, **more}
