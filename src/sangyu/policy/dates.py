"""Civil dates as the rules count them: full years of age, terms of months, the weeks to years of a schedule."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

LeapBirthday = Literal["03-01", "02-28"]


def birthday(birth: date, years: int, leap: LeapBirthday = "03-01") -> date:
    """Give the day on which somebody born on `birth` completes `years` years.

    A birthday on 29 February falls on 1 March in common years, or on 28 February where the pack says so.
    """
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1) if leap == "03-01" else date(birth.year + years, 2, 28)


def age_on(birth: date, day: date, leap: LeapBirthday = "03-01") -> int:
    """Count the full years from `birth` to `day`; the birthday itself counts. Negative before birth.

    With `leap` at 1 March this is `kit.age.age_on`; only a pack may say otherwise, so it is counted here.
    """
    years, month, of_month = day.year - birth.year, birth.month, birth.day
    if month == 2 and of_month == 29:
        return years if birthday(birth, years, leap) <= day else years - 1
    return years - (day.month < month or (day.month == month and day.day < of_month))


def month_end(day: date) -> date:
    """Give the last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_on(day: date, months: int) -> date:
    """Give the same day so many months on, or the last day of that month if it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def months_through(day: date, months: int) -> date:
    """Give the last day of a term of so many months that begins on `day`.

    It is the day before the same day of the last month, or the last day of that month if it has no such day.
    """
    same = months_on(day, months)
    return same - timedelta(days=1) if same.day == day.day else same


def months_from(day: date, on: date) -> int:
    """Count the months of the year of `on` from the month of `day` on, that one included: 12 from an earlier year."""
    return 12 if day.year < on.year else 0 if day.year > on.year else 13 - day.month


def _week_start(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _quarter_start(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _year_start(day: date) -> date:
    return date(day.year, 1, 1)


def _week_label(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _quarter_label(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


# Period -> (its first day, a number of days that surely reaches into the next one from there, its label).
PERIODS: dict[str, tuple[Callable[[date], date], int, Callable[[date], str]]] = {
    "week": (_week_start, 7, _week_label),
    "month": (_month_start, 31, lambda day: f"{day:%Y-%m}"),
    "quarter": (_quarter_start, 92, _quarter_label),
    "year": (_year_start, 366, lambda day: f"{day:%Y}"),
}

# Days that follow from the day of the decision; tables compare dates with them by name.
CALENDAR: dict[str, Callable[[date], date]] = {
    "on": lambda day: day,
    "month_start": _month_start,
    "month_end": month_end,
    "last_month_end": lambda day: _month_start(day) - timedelta(days=1),
    "quarter_start": _quarter_start,
    "quarter_end": lambda day: month_end(months_on(_quarter_start(day), 2)),
    "year_start": _year_start,
    "year_end": lambda day: date(day.year, 12, 31),
    "year_ago": lambda day: months_on(day, -12),
}


def periods_due(every: str, since: date, on: date) -> Iterator[tuple[str, date, date]]:
    """Walk the periods that are due on `on`, from the one that holds `since`.

    Shape: (label, first day, first day of the next period). A period is due from the day after its last day.
    """
    start_of, reach, label = PERIODS[every]
    first = start_of(since)
    while (following := start_of(first + timedelta(days=reach))) <= on:
        yield label(first), first, following
        first = following
