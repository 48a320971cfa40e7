"""The frame of the desk of privacy: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated
from sangyu.privacy.actions import ANSWERERS, TAKERS

who_takes = seated(*TAKERS)
who_answers = seated(*ANSWERERS)
who_erases = seated(Role.BUREAU)
who_oversees = seated(Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    takes, answers = bool(roles & set(TAKERS)), bool(roles & set(ANSWERERS))
    oversees = bool(roles & {Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR})
    pages = (
        *((("requests", "privacy:requests", _("请求"), "g q", "check"),) if takes else ()),
        ("purposes", "privacy:purposes", _("处理目的"), "g u", "list"),
        *((("removals", "privacy:removals", _("到期清除"), "g e", "calendar"),) if oversees else ()),
        ("home", "home", _("回到岗位"), "g h", "left"),
    )
    desk = Desk(
        name=_("个人信息"),
        programme=request.user.programme.name,
        home_url=reverse("privacy:requests" if takes else "privacy:purposes"),
        nav=[Tab(label, reverse(route), here == code, key=key, icon=icon) for code, route, label, key, icon in pages],
    )
    rights = {"may_take": takes, "may_answer": answers, "may_erase": Role.BUREAU in roles}
    return {"desk": desk, "viewer": request.user, **rights, **more}
