"""What stands around every page of the worker's phone: three places to be, and how phrases of a record become chips."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from sangyu.portals.components.frame import Desk, Tab


def desk(here: str = "today") -> Desk:
    """Return the frame of the phone pages."""
    home = reverse("carer:today")
    return Desk(
        name=_("今日上门"),
        home_url=home,
        nav=[
            Tab(_("今天"), home, icon="home", active=here == "today"),
            Tab(_("明天"), f"{home}#tomorrow", icon="calendar"),
            Tab(_("收入"), reverse("carer:month"), icon="wallet", active=here == "month"),
        ],
    )


def phrases(text: str) -> list[str]:
    """Cut a record of habits into phrases that are read at a glance."""
    return [phrase.strip() for phrase in re.split(r"[，、；,;。]", text) if phrase.strip()]
