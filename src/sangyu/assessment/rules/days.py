"""Until when a level holds and a result may be disputed, in Beijing civil days; pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def months_later(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month where it has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def disputable_until(told_on: date, days: int) -> date:
    """Return the day from which on a result stands: `days` calendar days after the day on which it was told."""
    return told_on + timedelta(days=days + 1)
