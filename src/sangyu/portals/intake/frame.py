"""The frame of the desk of sheets: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

seat = seated(Role.COMMUNITY, Role.BUREAU)


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    nav = [
        Tab(_("批次"), reverse("intake:batches"), here == "batches", key="g b", icon="list"),
        Tab(_("交表"), reverse("intake:new"), here == "new", key="g n", icon="upload"),
        Tab(_("导出"), reverse("intake:hand-out"), here == "hand-out", key="g o", icon="download"),
    ]
    if Role.COMMUNITY in request.user.roles:
        nav.append(Tab(_("老人"), reverse("community:elders"), key="g h", icon="users"))
    else:
        nav.append(Tab(_("民政局"), reverse("bureau:home"), key="g h", icon="home"))
    desk = Desk(
        name=_("批量导入"), programme=request.user.organisation.name, home_url=reverse("intake:batches"), nav=nav
    )
    return {"desk": desk, "viewer": request.user, **more}
