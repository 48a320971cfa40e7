"""The frame of the desk of assessments: who may sit where, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.assessment.queries import READERS
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

at_the_bedside = seated(Role.ASSESSOR)
at_the_table = seated(Role.ASSESSOR, Role.COMMUNITY, *READERS)
who_reads_sheets = seated(Role.ASSESSOR, *READERS)
who_sends = seated(Role.BUREAU)
who_enters_papers = seated(Role.BUREAU, Role.COMMUNITY)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    roles = request.user.roles
    nav = [Tab(_("上门"), reverse("assessor:today"), here == "today", key="g h", icon="home")] * (
        Role.ASSESSOR in roles
    )
    nav.append(Tab(_("评估"), reverse("assessor:cases"), here == "cases", key="g a", icon="list"))
    if Role.ASSESSOR in roles:
        nav.append(Tab(_("机构评分"), reverse("quality:third-party"), key="g d", icon="edit"))
    if Role.BUREAU in roles:
        nav.append(Tab(_("办法"), reverse("assessor:practice"), here == "practice", key="g b", icon="calendar"))
    home = reverse("assessor:today" if Role.ASSESSOR in roles else "assessor:cases")
    desk = Desk(name=_("能力评估"), programme=request.user.programme.name, home_url=home, nav=nav)
    may = {"may_send": Role.BUREAU in roles, "may_enter_papers": bool(roles & {Role.BUREAU, Role.COMMUNITY})}
    return {"desk": desk, "viewer": request.user, **may, **more}
