"""Days and ages of a whole column, counted as `dates` counts them for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import ibis

from sangyu.policy.dates import CALENDAR, months_through
from sangyu.policy.lazy import Lazy, choose, lift

_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _back(day: Any, **by: int) -> Any:
    return (day - ibis.interval(**by)).cast("timestamp").cast("date")


def _on(day: Any, **by: int) -> Any:
    return (day + ibis.interval(**by)).cast("timestamp").cast("date")


_DAYS: dict[str, Callable[[Any], Any]] = {
    "on": lambda day: day,
    "month_start": lambda day: day.truncate("M"),
    "month_end": lambda day: _back(_on(day.truncate("M"), months=1), days=1),
    "last_month_end": lambda day: _back(day.truncate("M"), days=1),
    "quarter_start": lambda day: day.truncate("Q"),
    "quarter_end": lambda day: _back(_on(day.truncate("Q"), months=3), days=1),
    "year_start": lambda day: day.truncate("Y"),
    "year_end": lambda day: _back(_on(day.truncate("Y"), months=12), days=1),
    "year_ago": lambda day: _back(day, months=12),
}


def calendar(name: str, on: Any) -> Any:
    """Give a day that follows from the day of the decision."""
    return lift(_DAYS[name], on) if isinstance(on, Lazy) else CALENDAR[name](on)


def year(day: Any) -> Any:
    """Give the year of a day."""
    return lift(lambda one: one.year().cast("int64"), day) if isinstance(day, Lazy) else day.year


def month(day: Any) -> Any:
    """Give the month of a day."""
    return lift(lambda one: one.month().cast("int64"), day) if isinstance(day, Lazy) else day.month


def _month_and_day(day: Any) -> Any:
    """Give month and day as one number, 229 for 29 February."""
    if not isinstance(day, Lazy):
        return 100 * day.month + day.day
    return lift(lambda one: one.month().cast("int64") * 100 + one.day().cast("int64"), day)


def _leap(of_year: Any) -> Any:
    return lift(lambda one: (one % 4 == 0) & ((one % 100 != 0) | (one % 400 == 0)), of_year)


def age_on(birth: Any, day: Any, leap: str) -> Any:
    """Count the full years from `birth` to `day`; the birthday itself counts."""
    return _age(birth, year(day), _month_and_day(day), leap)


def _age(birth: Any, in_year: Any, month_and_day: Any, leap: str) -> Any:
    # 29 February stands as 229: after the 28th, before 1 March, so it needs no care where it falls on 1 March.
    born = _month_and_day(birth)
    if leap == "02-28":
        early = lift(lambda one, long: (one == 229) & ~long, born, _leap(in_year))
        born = choose([(early, 228)], born)
    later = lift(lambda one, than: one > than, born, month_and_day)
    years = lift(lambda one, since: one - since, in_year, year(birth))
    return lift(lambda one, yet: one - yet.cast("int64") if not isinstance(yet, bool) else one - yet, years, later)


def months_aged(birth: Any, years: int, day_of_month: str, on: Any, leap: str) -> Any:
    """Count the months of the year of `on` in which an age is complete on a named day; None if none is known for it."""
    if day_of_month not in ("month_end", "last_month_end"):
        return None
    in_year, months = year(on), []
    for number in range(1, 13):
        of = number if day_of_month == "month_end" else number - 1
        of_year = in_year if of else lift(lambda one: one - 1, in_year)
        last = 100 * (of or 12) + _LAST_DAYS[(of or 12) - 1]
        end = choose([(_leap(of_year), 229)], last) if of == 2 else last
        months.append(lift(lambda age: (age >= years).cast("int64"), _age(birth, of_year, end, leap)))
    return lift(lambda *ones: sum(ones[1:], ones[0]), *months)


def months_from(day: Any, on: Any) -> Any:
    """Count the months of the year of `on` from that of `day` on; without a day it is the whole year."""
    parts = lift(lambda one, other: one < other, year(day), year(on))
    later = lift(lambda one, other: one > other, year(day), year(on))
    return choose([(parts, 12), (later, 0)], lift(lambda one: 13 - one, month(day)))


def term_of_months(day: Any, months: int) -> Any:
    """Give the last day of a term of months."""
    if not isinstance(day, Lazy):
        return months_through(day, months)

    def make(one: Any) -> Any:
        same = _on(one, months=months)
        return (same.day() == one.day()).ifelse(_back(same, days=1), same)

    return lift(make, day)


def term_of_days(day: Any, days: int) -> Any:
    """Give the last day of a term of days."""
    return lift(lambda one: _on(one, days=days - 1), day) if isinstance(day, Lazy) else day + timedelta(days=days - 1)


def is_day(value: Any) -> bool:
    """Tell whether a constant is a day."""
    return isinstance(value, date)
