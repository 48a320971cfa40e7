"""The frame of the quality desk: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated
from sangyu.quality import queries as quality_read

READERS = (Role.QUALITY, Role.SUPERVISOR, Role.BUREAU, Role.AUDITOR)


seat = seated(*READERS)  # its verbs let only the quality officer write


def context(request: HttpRequest, here: str, *, due: int | None = None, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("queue", _("回访"), "g q", "phone", due),
        ("samples", _("抽样"), "g s", "list", None),
        ("complaints", _("投诉"), "g t", "bell", quality_read.count_open(request.user)),
        ("appraisals", _("考核"), "g a", "edit", None),
        ("checks", _("抽查"), "g c", "eye", None),
        ("ranking", _("排名"), "g r", "flag", None),
        ("election", _("评选"), "g e", "star", None),
    )
    desk = Desk(
        name=_("质量台"),
        programme=request.user.programme.name,
        home_url=reverse("quality:queue"),
        nav=[
            Tab(label, reverse(f"quality:{name}"), active=here == name, key=key, icon=icon, count=count)
            for name, label, key, icon, count in pages
        ],
    )
    roles = request.user.roles
    return {
        "desk": desk,
        "viewer": request.user,
        "may_write": Role.QUALITY in roles,
        "may_rule": bool({Role.QUALITY, Role.BUREAU} & roles),
        **more,
    }
