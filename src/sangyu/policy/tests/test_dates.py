"""Civil dates: full years of age, and the periods of a schedule."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit import age as kit_age
from sangyu.policy.dates import PERIODS, age_on, birthday, periods_due

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
