"""The day it is in Beijing, by which rules are told apart."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sangyu.portals.clock import now

BEIJING = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Return the civil date of this moment."""
    return now().astimezone(BEIJING).date()
