"""Reads of the calendar: days off as published, with the site's own declarations over them."""

from __future__ import annotations

from datetime import date
from functools import cache
from uuid import UUID

from chinese_calendar import constants  # type: ignore[import-untyped]
from django.db.models import F, Q

from sangyu.calendar.models import DeclaredDay
from sangyu.calendar.rules import Answer, Count, Day, Workdays


def uncertain(on: date) -> str:
    """Say in one sentence for the screen that the days off of a year are not published yet."""
    return f"{on.year}年放假安排未公布，按周一至周五计。"


def workdays_of(programme_id: UUID) -> Workdays:
    """Return what is known of every day for a programme; one query."""
    days, years = _published()
    known, sure = dict(days), set(years)
    # The whole country's declarations come first, so that the programme's own overwrite them.
    rows = DeclaredDay.objects.filter(Q(programme_id=None) | Q(programme_id=programme_id))
    for whose, on, working in rows.order_by(F("programme_id").asc(nulls_first=True), "on", "n").values_list(
        "programme_id", "on", "working"
    ):
        known[on] = working
        if whose is None:
            sure.add(on.year)
    return Workdays(known, frozenset(sure))


def is_working_day(programme_id: UUID, on: date) -> Answer:
    """Tell whether a programme works on a day."""
    return workdays_of(programme_id).is_working_day(on)


def add_working_days(programme_id: UUID, start: date, n: int) -> Day:
    """Give the n-th working day after a day.

    Raises: TooManyDays.
    """
    return workdays_of(programme_id).add(start, n)


def working_days_left(programme_id: UUID, today: date, last: date) -> Count:
    """Count the working days after today up to and with the last."""
    return workdays_of(programme_id).left(today, last)


@cache
def _published() -> tuple[dict[date, bool], frozenset[int]]:
    # The library refuses years that it does not know; its tables say which ones it does.
    days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    return days, frozenset(day.year for day in constants.holidays)
