from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.month import BadMonth, Month
from sangyu.kit.period import BadPeriod, Period

MONTHS = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def periods():
    return (
        st.tuples(DAYS, st.none() | DAYS)
        .filter(lambda ends: ends[1] is None or ends[0] < ends[1])
        .map(lambda ends: Period(*ends))
    )


def test_a_month_is_written_and_read_with_four_and_two_digits():
    assert str(Month(2026, 3)) == "2026-03"
    assert Month.parse("2026-11") == Month(2026, 11) == Month.of(date(2026, 11, 30))


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "2026", "202611", "2026-11-01", "０２６-11"])
def test_what_is_not_a_month_is_refused_in_words(text):
    with pytest.raises(BadMonth, match="不是月份"):
        Month.parse(text)


def test_the_months_of_the_calendar_begin_with_year_one_and_leave_room_for_a_next_one():
    assert str(Month(1, 1)) == "0001-01"
    assert (str(Month(9998, 12)), Month(9998, 11).next()) == ("9998-12", Month(9998, 12))
    for year, month in ((0, 12), (9999, 1), (2026, 0), (2026, 13)):
        with pytest.raises(BadMonth):
            Month(year, month)


@given(month=MONTHS)
@settings(deadline=None)
def test_months_follow_each_other_without_gap_or_overlap(month):
    assert month.next().previous() == month < month.next()
    assert month.period.until == month.next().first_day
    assert not month.period.overlaps(month.next().period)
    assert Month.parse(str(month)) == month


def test_a_month_contains_its_days_only():
    february = Month(2024, 2)
    assert february.contains(date(2024, 2, 29))
    assert not february.contains(date(2024, 3, 1))
    assert not february.contains(date(2023, 2, 1))


def test_a_period_holds_its_start_and_not_its_end():
    week = Period(date(2026, 11, 2), date(2026, 11, 9))
    assert week.contains(date(2026, 11, 2))
    assert not week.contains(date(2026, 11, 9))
    assert Period(date(2026, 11, 2)).contains(date(2100, 1, 1))


def test_neighbours_do_not_overlap():
    first = Period(datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC))
    second = Period(datetime(2026, 11, 2, 10, tzinfo=UTC), datetime(2026, 11, 2, 11, tzinfo=UTC))
    assert not first.overlaps(second)
    assert first.common(second) is None


@given(a=periods(), b=periods(), day=DAYS)
@settings(deadline=None)
def test_the_common_part_is_what_both_contain(a, b, day):
    common = a.common(b)
    assert a.overlaps(b) == b.overlaps(a) == (common is not None)
    assert (a.contains(day) and b.contains(day)) == (common is not None and common.contains(day))


@pytest.mark.parametrize("until", [date(2026, 11, 2), date(2026, 11, 1)])
def test_an_empty_period_is_refused(until):
    with pytest.raises(BadPeriod, match="截止必须晚于开始"):
        Period(date(2026, 11, 2), until)
