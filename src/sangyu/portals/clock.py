"""The one clock of the desks: real time, or the present of the demo city that has been played ahead or behind."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    """Return the present moment of the desks.

    `SANGYU_CLOCK_OFFSET_S` (demo only) moves it by whole seconds, so that a city played in another month is open
    for business on its own last evening.
    """
    offset_s = int(os.environ.get("SANGYU_CLOCK_OFFSET_S", "0"))
    return timezone.now().astimezone(UTC) + timedelta(seconds=offset_s)
