"""The frame of the desk of entitlements: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.allowances.queries import READERS
from sangyu.portals.community.views.frame import frame as window
from sangyu.portals.finance.frame import context as settlement_room
from sangyu.portals.hotline.frame import frame as switchboard
from sangyu.portals.seats import seated

beside_the_elder = seated(Role.COMMUNITY, Role.AGENT, Role.SUPERVISOR, *READERS)
who_states = seated(Role.COMMUNITY, Role.BUREAU)
in_the_settlement_room = seated(*READERS)


def elder_context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """Return what a page about one elder needs, among the pages of whoever opens it, and what the page adds."""
    roles = request.user.roles
    if Role.COMMUNITY in roles:
        desk, home, name = window(request.user, "elders"), "community:elders", _("社区")
    elif roles & {Role.AGENT, Role.SUPERVISOR}:
        desk, home, name = switchboard(request, "desk"), "hotline:desk", _("坐席")
    else:
        desk, home, name = settlement_room(request, "entitlements:runs"), "entitlements:runs", _("按期发放")
    may_state = bool(roles & {Role.COMMUNITY, Role.BUREAU})
    return {**desk, "may_state": may_state, "home": reverse(home), "home_name": name, **more}


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
