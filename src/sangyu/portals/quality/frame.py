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
who_sees_sites = seated(*READERS, Role.ASSESSOR)  # of the sites of third parties, an assessor sees the own ones


def context(request: HttpRequest, here: str, *, due: int | None = None, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    if not roles & set(READERS):
        return {"desk": _outside(request), "viewer": request.user, "may_write": False, "may_send": False, **more}
    pages = (
        ("queue", _("回访"), "g q", "phone", due),
        ("samples", _("抽样"), "g s", "list", None),
        ("complaints", _("投诉"), "g t", "bell", quality_read.count_open(request.user)),
        ("appraisals", _("考核"), "g a", "edit", None),
        ("checks", _("抽查"), "g c", "eye", None),
        ("ranking", _("排名"), "g r", "flag", None),
        ("election", _("评选"), "g e", "star", None),
        ("third-party", _("第三方"), "g d", "users", None),
        ("standards", _("标准"), "g b", "list", None),
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
    return {
        "desk": desk,
        "viewer": request.user,
        "may_write": Role.QUALITY in roles,
        "may_rule": bool({Role.QUALITY, Role.BUREAU} & roles),
        "may_register": bool({Role.QUALITY, Role.BUREAU} & roles),
        "may_send": bool({Role.QUALITY, Role.BUREAU} & roles),
        **more,
    }


def _outside(request: HttpRequest) -> Desk:
    """The desk of a third party's assessor, who has one page here and is at home elsewhere."""
    nav = [
        Tab(_("上门"), reverse("assessor:today"), key="g h", icon="home"),
        Tab(_("机构评分"), reverse("quality:third-party"), active=True, key="g d", icon="edit"),
    ]
    name = request.user.programme.name
    return Desk(name=_("第三方评估"), programme=name, home_url=reverse("assessor:today"), nav=nav)
