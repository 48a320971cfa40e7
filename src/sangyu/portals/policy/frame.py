"""The frame of the policy desk: who may read here and who may change, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.actions import PROPOSERS, SIGNERS
from sangyu.access.models import Role
from sangyu.adoption import queries as adoption_read
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

READERS = (
    Role.AGENT,
    Role.SUPERVISOR,
    Role.DISPATCHER,
    Role.COMMUNITY,
    Role.QUALITY,
    Role.FINANCE,
    Role.APPROVER,
    Role.BUREAU,
    Role.DEPUTY,
    Role.HEAD,
    Role.AUDITOR,
)


seat = seated(*READERS)  # whoever explains the policy to somebody, or answers for it
draft_seat = seated(*PROPOSERS, Role.AUDITOR)  # what is only proposed is not for who quotes what is in force
change_seat = seated(*PROPOSERS)
sign_seat = seated(*SIGNERS)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    waiting = adoption_read.waiting(request.user, request.user.pk) or None if roles & set(SIGNERS) else None
    reads_drafts = bool(roles & {*PROPOSERS, Role.AUDITOR})
    pages = (
        ("policy:rules", _("规则"), "g r", "list"),
        ("policy:readings", _("读法与参数"), "g d", "edit"),
        ("policy:cases", _("算例"), "g l", "check"),
        *((("policy:drafts", _("拟改稿"), "g n", "file"),) if reads_drafts else ()),
        ("policy:history", _("历史"), "g i", "clock"),
        ("home", _("回到岗位"), "g h", "left"),
    )
    desk = Desk(
        name=_("规则台"),
        programme=request.user.programme.name,
        home_url=reverse("policy:rules"),
        nav=[
            Tab(label, reverse(route), here == route, waiting if route == "policy:drafts" else None, key, icon)
            for route, label, key, icon in pages
        ],
    )
    return {
        "desk": desk,
        "viewer": request.user,
        "may_propose": bool(roles & set(PROPOSERS)),
        "may_sign": bool(roles & set(SIGNERS)),
        **more,
    }
