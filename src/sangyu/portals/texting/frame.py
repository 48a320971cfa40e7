"""The frame of the desk of texts: who may sit here, and its pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.access.models import Role
from sangyu.portals.components.frame import Desk, Tab
from sangyu.portals.seats import seated

# Whoever answers or makes calls for the programme; texts carry what families are told, so nobody else reads them.
SEATS = (Role.SUPERVISOR, Role.DISPATCHER, Role.QUALITY, Role.AGENT)


seat = seated(*SEATS)  # who may read texts and ring instead


def context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Return what every page of this desk needs, and what the page adds."""
    nav = [Tab(_("短信"), reverse("texting:texts"), active=here == "texts", key="g m", icon="send")]
    if settings.DEMO:
        nav.append(Tab(_("手机（演示）"), reverse("texting:phones"), active=here == "phones", key="g p", icon="phone"))
    desk = Desk(
        name=_("短信台"), programme=request.user.programme.name, home_url=reverse("texting:texts"), nav=tuple(nav)
    )
    return {"desk": desk, "viewer": request.user, **more}
