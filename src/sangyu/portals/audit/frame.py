"""The frame of the audit bench: who may sit here, and its pages.

Nothing on this desk writes but the auditor's own samples and findings.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.queries import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

READERS = (Role.AUDITOR, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.FINANCE, Role.APPROVER)
BENCH = (Role.AUDITOR, Role.BUREAU, Role.DEPUTY, Role.HEAD)


seat = seated(*READERS)  # who may follow a fen


bench = seated(*BENCH)  # who may see a sample; only the auditor draws one and notes findings


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    pages = [("audit:search", _("一分钱"), "g t", "search")]
    if request.user.roles & set(BENCH):
        pages.append(("audit:bench", _("抽样"), "g s", "list"))
        pages.append(("audit:roots", _("账簿"), "g b", "shield"))
        pages.append(("bureau:report", _("报告"), "g r", "print"))
    pages.append(("finance:months", _("账期"), "g m", "calendar"))
    desk = Desk(
        name=_("审计台"),
        programme=request.user.programme.name,
        home_url=reverse("audit:search"),
        nav=[Tab(label, reverse(route), active=here == route, key=key, icon=icon) for route, label, key, icon in pages],
    )
    may_find = Role.AUDITOR in request.user.roles
    return {"desk": desk, "viewer": request.user, "may_find": may_find, **more}
