"""The frame of the desk of registers: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.matching.actions import LOOKERS, REPORTERS
from sangyu.matching.queries import READERS
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

SETTLERS = frozenset({Role.COMMUNITY, Role.BUREAU})

who_reads_registers = seated(*READERS)
who_hands_in = seated(Role.BUREAU)
who_sees_differences = seated(Role.COMMUNITY, *READERS)
who_settles = seated(*SETTLERS)
who_looks_up = seated(*LOOKERS)
who_closes = seated(*REPORTERS, *READERS)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    oversees, clerk = bool(roles & READERS), Role.COMMUNITY in roles
    pages = (
        *((("registers", "matching:registers", _("名册"), "g m", "list"),) if oversees else ()),
        *((("differences", "matching:differences", _("差异"), "g d", "check"),) if oversees or clerk else ()),
        ("home", "home", _("回到岗位"), "g h", "left"),
    )
    desk = Desk(
        name=_("名册比对"),
        programme=request.user.programme.name,
        home_url=reverse("matching:registers" if oversees else "matching:differences" if clerk else "home"),
        nav=[Tab(label, reverse(route), here == code, key=key, icon=icon) for code, route, label, key, icon in pages],
    )
    rights = {"may_hand_in": Role.BUREAU in roles, "may_settle": bool(roles & SETTLERS)}
    return {"desk": desk, "viewer": request.user, **rights, **more}
