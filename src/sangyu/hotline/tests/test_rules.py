from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING

from sangyu.hotline.rules import Times, answering, by_agent, by_hour

NINE = datetime(2026, 11, 9, 9, tzinfo=BEIJING)


def at(seconds):
    return None if seconds is None else NINE + timedelta(seconds=seconds)


def call(rang=0, answered=None, hung_up=None, ended=None, agent="", end="", by_hand=False):
    return Times(at(rang), at(answered), at(hung_up), at(ended), agent, end, by_hand)


# Ma answers after 6 s, 15 s and 40 s; one caller gives up after 30 s; one is rung back; one waits since 09:01:00.
MORNING = [
    call(0, 6, 126, 130, "马晓兰", "ORDER"),
    call(10, 25, 85, 90, "马晓兰", "CONSULTATION"),
    call(20, 60, 200, 205, "马晓兰", "ORDER"),
    call(30, None, 60),
    call(40, 600, 50, 660, "白露", "COMFORT"),
    call(60),
    call(3600, 3600, None, 3630, "白露", "CONSULTATION", by_hand=True),
]


def test_a_morning_is_counted_by_hand():
    found = answering(MORNING, at(75))
    assert (found.rang, found.answered, found.abandoned, found.waiting) == (7, 4, 2, 1)
    assert (found.quick, found.longest_wait_s, found.mean_wait_s) == (2, 15, 20)
    assert found.quick_pm == 400, "2 of the 5 that were timed and are over"
    assert found.connect_pm == 600
    assert not found.connects


def test_an_empty_day_shares_nothing_and_breaks_nothing():
    found = answering([], at(0))
    assert (found.rang, found.quick_pm, found.connect_pm, found.mean_wait_s) == (0, None, None, None)
    assert found.connects
    assert by_agent([]) == []
    assert by_hour([], lambda moment: moment.hour, at(0)) == []


@pytest.mark.parametrize(("lost", "connects"), [(5, True), (6, False)])
def test_ninety_five_of_a_hundred_connect_or_the_standard_is_broken(lost, connects):
    calls = [call(n, n + 5) for n in range(100 - lost)] + [call(n, None, n + 30) for n in range(lost)]
    assert answering(calls, at(4000)).connects is connects


@pytest.mark.parametrize(("waited", "quick"), [(15, 1), (15.5, 0), (16, 0)])
def test_fifteen_seconds_are_quick_and_no_more(waited, quick):
    assert answering([call(0, waited)], at(60)).quick == quick


def test_a_share_never_looks_better_than_it_is():
    calls = [call(n, n + 5) for n in range(1999)] + [call(0, None, 9)]
    assert answering(calls, at(4000)).connect_pm == 999


def test_every_agent_is_summed_up():
    bai, ma = by_agent(MORNING)
    assert (ma.calls, ma.handling_s, ma.mean_handling_s, ma.in_hand) == (3, 124 + 65 + 145, 111, 0)
    assert ma.by_end == {"ORDER": 2, "CONSULTATION": 1}
    assert (bai.calls, bai.rung_back, bai.handling_s) == (2, 1, 90)


def test_hours_without_a_call_stand_between_those_with_one():
    calls = [call(0, 5), call(3600 * 2, None, 3600 * 2 + 9)]
    hours = by_hour(calls, lambda moment: moment.hour, at(9000))
    assert [(hour, found.rang, found.abandoned) for hour, found in hours] == [(9, 1, 0), (10, 0, 0), (11, 1, 1)]


@given(
    st.lists(
        st.builds(
            call,
            rang=st.integers(0, 100),
            answered=st.none() | st.integers(100, 200),
            hung_up=st.none() | st.integers(100, 300),
            by_hand=st.booleans(),
        )
    )
)
@settings(deadline=None, max_examples=60)
def test_every_call_was_answered_given_up_or_still_rings(calls):
    found = answering(calls, at(400))
    assert found.answered + found.abandoned + found.waiting == found.rang
    assert 0 <= (found.quick_pm or 0) <= (found.connect_pm or 0) <= 1000
