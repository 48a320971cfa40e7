from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING

from sangyu.safety.rules import Level, escalation, promptness, waited_s

RAISED = datetime(2026, 11, 9, 9, tzinfo=BEIJING)


def after(seconds):
    return None if seconds is None else RAISED + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("taken", "now", "level"),
    [
        (None, 0, Level.DESK),
        (None, 59, Level.DESK),
        (None, 60, Level.SHIFT_LEADER),
        (None, 179, Level.SHIFT_LEADER),
        (None, 180, Level.LEADER_ON_DUTY),
        (12, 3600, Level.DESK),
        (75, 3600, Level.SHIFT_LEADER),
        (600, 3600, Level.LEADER_ON_DUTY),
        (None, -30, Level.DESK),
    ],
)
def test_it_rises_while_nobody_takes_it(taken, now, level):
    assert escalation(RAISED, after(taken), after(now)) == level


@given(taken=st.none() | st.integers(0, 400), first=st.integers(0, 400), later=st.integers(0, 400))
@settings(deadline=None, max_examples=50)
def test_it_never_comes_down_again(taken, first, later):
    levels = list(Level)
    before, then = (levels.index(escalation(RAISED, after(taken), after(now))) for now in sorted((first, later)))
    assert before <= then or taken is not None


@given(taken=st.integers(0, 400), now=st.integers(0, 4000))
@settings(deadline=None, max_examples=50)
def test_once_taken_it_has_waited_for_good(taken, now):
    assert waited_s(RAISED, after(taken), after(now)) == taken


def test_promptness_counts_the_full_minute_as_in_time():
    found = promptness([0, 60, 61, 180, 181])
    assert (found.raised, found.in_60_s, found.in_180_s) == (5, 2, 4)
    assert promptness([]).raised == 0
