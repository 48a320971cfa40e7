"""Counting working days, with and without certainty."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.calendar.rules import Answer, Count, Day, TooManyDays, Workdays

FRIDAY = date(2026, 10, 9)
MADE_UP = date(2026, 10, 10)
KNOWN = Workdays({MADE_UP: True, date(2026, 10, 1): False}, frozenset({2026}))


def test_a_saturday_that_is_made_up_for_is_worked_and_a_holiday_is_not():
    assert KNOWN.is_working_day(MADE_UP) == Answer(True, True)
    assert KNOWN.is_working_day(date(2026, 10, 1)) == Answer(False, True)
    assert KNOWN.is_working_day(date(2026, 10, 11)) == Answer(False, True)


def test_the_day_from_which_one_counts_does_not_count():
    assert KNOWN.add(FRIDAY, 0) == Day(FRIDAY, True)
    assert KNOWN.add(FRIDAY, 1) == Day(MADE_UP, True)
    assert KNOWN.add(FRIDAY, 2) == Day(date(2026, 10, 12), True)


def test_a_count_that_reaches_into_an_unknown_year_is_not_certain():
    assert KNOWN.add(date(2026, 12, 30), 1) == Day(date(2026, 12, 31), True)
    assert KNOWN.add(date(2026, 12, 30), 2) == Day(date(2027, 1, 1), False)
    assert KNOWN.left(date(2026, 12, 31), date(2027, 1, 4)) == Count(2, False)


def test_nothing_is_left_after_the_last_day():
    assert KNOWN.left(FRIDAY, FRIDAY - timedelta(days=3)) == Count(0, True)


@pytest.mark.parametrize("n", [-1, 251])
def test_a_deadline_is_between_nothing_and_a_year(n):
    with pytest.raises(TooManyDays, match="工作日"):
        KNOWN.add(FRIDAY, n)


DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 30))


@settings(deadline=None, max_examples=60)
@given(start=DAYS, n=st.integers(1, 40), known=st.dictionaries(DAYS, st.booleans(), max_size=30))
def test_adding_and_counting_back_agree(start, n, known):
    workdays = Workdays(known, frozenset({2026}))
    found = workdays.add(start, n)
    assert workdays.is_working_day(found.on).working
    assert workdays.left(start, found.on) == Count(n, found.certain)
