"""The frame of the bureau's desk: who may sit here, its pages, and the addresses of the rows behind a number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role
from sangyu.insight.queries import READERS
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

FREEZERS = frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD})


seat = seated(*READERS)  # the bureau, its leaders and the auditor


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = (
        ("bureau:home", _("今天"), "g h", "home"),
        ("bureau:exceptions", _("例外"), "g x", "alert"),
        ("bureau:analysis", _("分析"), "g a", "list"),
        ("bureau:report", _("报告"), "g r", "print"),
        ("applications:stack", _("审批"), "g p", "check"),
        ("finance:months", _("结算"), "g m", "wallet"),
        ("audit:search", _("一分钱"), "g t", "search"),
    )
    writes = Role.BUREAU in request.user.roles
    folded = (
        ("matching:registers", _("名册"), "g n", "list"),
        *((("intake:batches", _("批量导入"), "g b", "upload"),) if writes else ()),
        *((("community:duplicates", _("疑似重复"), "g d", "users"),) if writes else ()),
        *((("till:prices", _("餐价"), "g e", "bowl"),) if writes else ()),
        ("privacy:purposes", _("个人信息"), "g i", "lock"),
        ("bureau:people", _("用户"), "g u", "users"),
    )

    def tabs(wanted: Iterable[tuple[str, str, str, str]]) -> list[Tab]:
        return [
            Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in wanted
        ]

    desk = Desk(
        name=_("民政局"),
        programme=request.user.programme.name,
        home_url=reverse("bureau:home"),
        nav=tabs(pages),
        more=tabs(folded),
    )
    return {"desk": desk, "viewer": request.user, "may_freeze": bool(request.user.roles & FREEZERS), **more}
