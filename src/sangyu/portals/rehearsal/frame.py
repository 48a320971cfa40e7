"""The frame of the desk of rehearsals: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.insight.queries import READERS
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.rehearsal.actions import KEEPERS
from sangyu.portals.seats import seated

seat = seated(*READERS)  # the bureau, its leaders and the auditor
seat_of_the_bureau = seated(*KEEPERS)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("rehearsal:home", _("试算"), "g s", "list"),
        ("policy:rules", _("规则"), "g r", "file"),
        ("home", _("回到岗位"), "g h", "left"),
    )
    desk = Desk(
        name=_("试算台"),
        programme=request.user.programme.name,
        home_url=reverse("rehearsal:home"),
        nav=[Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in pages],
    )
    return {"desk": desk, "viewer": request.user, **more}
