"""The frame of the desk: its name, its pages, and who may sit at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.live.address import live_url
from sangyu.portals.seats import seated

for_agents = seated(Role.AGENT, Role.SUPERVISOR)
for_supervisors = seated(Role.SUPERVISOR)


def frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """Return the part of every page's context that is not the page's own; ask for it before reading rows."""
    tabs = [
        Tab(_("接听"), reverse("hotline:desk"), active=here == "desk", key="g h", icon="phone"),
        Tab(_("今日来电"), reverse("hotline:calls"), active=here == "calls", key="g c", icon="list"),
        Tab(_("短信"), reverse("texting:texts"), key="g m", icon="send"),
        Tab(_("今天吃什么"), reverse("till:board"), key="g e", icon="bowl"),
    ]
    if Role.SUPERVISOR in request.user.roles:
        tabs.append(Tab(_("当班"), reverse("hotline:shift"), active=here == "shift", key="g s", icon="users"))
    desk = Desk(
        name=_("接线台"),
        programme=request.user.programme.name,
        home_url=reverse("hotline:desk"),
        nav=tabs,
        live_url=live_url("hotline", "orders", "safety"),
        live_events=["hotline", "orders", "safety"],
    )
    return {"desk": desk, "viewer": request.user}
