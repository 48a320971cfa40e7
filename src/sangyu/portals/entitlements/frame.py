"""The frame of the desk of entitlements: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.allowances.queries import READERS
from sangyu.portals.components.frame import Desk
from sangyu.portals.finance.frame import context as settlement_room
from sangyu.portals.seats import seated

beside_the_elder = seated(Role.COMMUNITY, Role.AGENT, Role.SUPERVISOR, *READERS)
who_states = seated(Role.COMMUNITY, Role.BUREAU)
in_the_settlement_room = seated(*READERS)


def elder_context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Return what a page about one elder needs, and what the page adds."""
    roles = request.user.roles
    if Role.COMMUNITY in roles:
        home, name = reverse("community:elders"), _("社区")
    elif roles & {Role.AGENT, Role.SUPERVISOR}:
        home, name = reverse("hotline:desk"), _("坐席")
    else:
        home, name = reverse("entitlements:runs"), _("按期发放")
    desk = Desk(name=name, programme=request.user.programme.name, home_url=home, nav=[])
    may_state = bool(roles & {Role.COMMUNITY, Role.BUREAU})
    return {"desk": desk, "viewer": request.user, "may_state": may_state, "home": home, "home_name": name, **more}


def money_context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Return what a page of the settlement room needs, and what the page adds."""
    roles = request.user.roles
    return settlement_room(
        request,
        "entitlements:runs",
        may_draw_up=bool(roles & {Role.FINANCE, Role.BUREAU}),
        may_approve=bool(roles & {Role.APPROVER, Role.BUREAU}),
        **more,
    )
