"""The frame of the desk of applications: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.applications import queries as applications_read
from sangyu.applications.queries import OVERSEERS
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

seat = seated(Role.COMMUNITY, *OVERSEERS)
who_takes = seated(Role.COMMUNITY, Role.BUREAU)
who_approves = seated(Role.BUREAU)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    nav = []
    if Role.BUREAU in roles:
        waiting = applications_read.stack_count(request.user)
        nav.append(Tab(_("待审批"), reverse("applications:stack"), here == "stack", waiting or None, "g p", "check"))
    nav.append(Tab(_("申请"), reverse("applications:list"), here == "list", key="g a", icon="list"))
    nav.append(Tab(_("应享未享"), reverse("applications:unclaimed"), here == "unclaimed", key="g u", icon="users"))
    if roles & {Role.COMMUNITY, Role.BUREAU}:
        nav.append(Tab(_("受理申请"), reverse("applications:take"), here == "take", key="g n", icon="plus"))
        nav.append(Tab(_("公示"), reverse("applications:post"), here == "post", key="g o", icon="flag"))
    if Role.BUREAU in roles:
        nav.append(Tab(_("办理期限"), reverse("applications:terms"), here == "terms", key="g t", icon="calendar"))
    if roles & {Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR}:
        nav.append(Tab(_("民政局"), reverse("bureau:home"), key="g h", icon="home"))
    if Role.COMMUNITY in roles:
        nav.append(Tab(_("老人"), reverse("community:elders"), key="g h", icon="users"))
    desk = Desk(
        name=_("申请审批"),
        programme=request.user.organisation.name,
        home_url=reverse("applications:stack" if Role.BUREAU in roles else "applications:list"),
        nav=nav,
    )
    return {"desk": desk, "viewer": request.user, "may_take": bool(roles & {Role.COMMUNITY, Role.BUREAU}), **more}
