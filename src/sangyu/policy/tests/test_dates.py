"""Civil dates: full years of age, and the periods of a schedule."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit import age as kit_age
from sangyu.policy.dates import (
    CALENDAR,
    PERIODS,
    age_on,
    birthday,
    months_from,
    months_on,
    months_through,
    periods_due,
)

LEAP = date(1952, 2, 29)


def test_birthday_on_29_february_falls_on_1_march_in_common_years() -> None:
    assert birthday(LEAP, 65) == date(2017, 3, 1)
    assert birthday(LEAP, 64) == date(2016, 2, 29)
    assert [age_on(LEAP, day) for day in (date(2017, 2, 28), date(2017, 3, 1))] == [64, 65]


def test_pack_may_say_that_it_falls_on_28_february() -> None:
    assert birthday(LEAP, 65, "02-28") == date(2017, 2, 28)
    assert age_on(LEAP, date(2017, 2, 28), "02-28") == 65


@settings(deadline=None, max_examples=100)
@given(birth=st.dates(date(1900, 1, 1), date(1960, 12, 31)), years=st.integers(0, 110))
def test_age_changes_on_the_birthday_and_not_before(birth: date, years: int) -> None:
    day = birthday(birth, years)
    assert age_on(birth, day) == years
    assert age_on(birth, day.fromordinal(day.toordinal() - 1)) == years - 1


@settings(deadline=None, max_examples=100)
@given(
    birth=st.dates(date(1900, 1, 1), date(1960, 12, 31)) | st.just(LEAP),
    on=st.dates(date(1961, 1, 1), date(2030, 1, 1)),
)
def test_age_is_the_one_the_other_rooms_count(birth: date, on: date) -> None:
    assert age_on(birth, on) == kit_age.age_on(birth, on)


@pytest.mark.parametrize(
    ("every", "since", "on", "labels"),
    [
        ("week", date(2015, 12, 30), date(2016, 1, 11), ["2015-W53", "2016-W01"]),
        ("week", date(2016, 1, 4), date(2016, 1, 10), []),
        ("month", date(2015, 12, 31), date(2016, 3, 1), ["2015-12", "2016-01", "2016-02"]),
        ("month", date(2016, 2, 10), date(2016, 2, 29), []),
        ("quarter", date(2019, 11, 5), date(2020, 7, 1), ["2019Q4", "2020Q1", "2020Q2"]),
        ("year", date(2014, 6, 1), date(2016, 12, 31), ["2014", "2015"]),
        ("year", date(2020, 1, 1), date(2016, 12, 31), []),
    ],
)
def test_period_is_due_from_the_day_after_its_last(every: str, since: date, on: date, labels: list[str]) -> None:
    assert [label for label, _, _ in periods_due(every, since, on)] == labels


@settings(deadline=None, max_examples=100)
@given(
    every=st.sampled_from(sorted(PERIODS)), since=st.dates(date(2000, 1, 1), date(2030, 1, 1)), days=st.integers(0, 900)
)
def test_periods_follow_each_other_without_a_gap(every: str, since: date, days: int) -> None:
    due = list(periods_due(every, since, since.fromordinal(since.toordinal() + days)))
    assert all(end == start for (_, _, end), (_, start, _) in pairwise(due))
    assert not due or due[0][1] <= since < due[0][2]


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("on", date(2020, 2, 29)),
        ("month_start", date(2020, 2, 1)),
        ("month_end", date(2020, 2, 29)),
        ("last_month_end", date(2020, 1, 31)),
        ("quarter_start", date(2020, 1, 1)),
        ("quarter_end", date(2020, 3, 31)),
        ("year_start", date(2020, 1, 1)),
        ("year_end", date(2020, 12, 31)),
        ("year_ago", date(2019, 2, 28)),
    ],
)
def test_days_that_follow_from_a_leap_day(name: str, day: date) -> None:
    assert CALENDAR[name](date(2020, 2, 29)) == day


def test_quarter_ends_with_its_third_month() -> None:
    ends = {CALENDAR["quarter_end"](date(2021, month, 1)) for month in range(1, 13)}
    assert ends == {date(2021, 3, 31), date(2021, 6, 30), date(2021, 9, 30), date(2021, 12, 31)}


@settings(deadline=None, max_examples=60)
@given(day=st.dates(date(1990, 1, 1), date(2040, 12, 31)), months=st.integers(-30, 30))
def test_same_day_so_many_months_on_is_that_day_or_the_last(day: date, months: int) -> None:
    there = months_on(day, months)
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or there == CALENDAR["month_end"](there)
    assert there.day <= day.day


@settings(deadline=None, max_examples=60)
@given(day=st.dates(date(1990, 1, 1), date(2040, 12, 31)), months=st.integers(1, 24))
def test_next_term_never_begins_before_the_last_has_ended(day: date, months: int) -> None:
    assert day < months_through(day, months) <= months_on(day, months)


def test_months_of_a_year_from_a_day() -> None:
    on = date(2020, 6, 15)
    assert [months_from(day, on) for day in (date(2020, 1, 31), date(2020, 12, 1))] == [12, 1]
    assert [months_from(day, on) for day in (date(2019, 12, 31), date(2021, 1, 1))] == [12, 0]
