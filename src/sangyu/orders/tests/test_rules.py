from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING

from sangyu.orders import rules
from sangyu.orders.models import Stage
from sangyu.orders.rules import MOVES, Slot, SlotOver, SlotTaken, WrongStage, ensure_free, ensure_move, number_of

NOON = datetime(2026, 11, 9, 12, tzinfo=BEIJING)
STRETCHES = st.tuples(st.integers(0, 600), st.integers(1, 180))


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@settings(deadline=None, max_examples=120)
@given(wanted=STRETCHES, taken=st.lists(STRETCHES, max_size=4))
def test_a_slot_is_free_if_and_only_if_it_shares_no_minute_with_another(wanted, taken):
    def minutes(stretch):
        return set(range(stretch[0], stretch[0] + stretch[1]))

    slots = [Slot(f"n{n}", "保洁", at(begin), at(begin + length)) for n, (begin, length) in enumerate(taken)]
    busy = [slot.number for slot, stretch in zip(slots, taken, strict=True) if minutes(wanted) & minutes(stretch)]
    ask = partial(ensure_free, wanted=(at(wanted[0]), at(sum(wanted))), taken=slots, clock="%H:%M")
    if busy:
        with pytest.raises(SlotTaken, match=f"工单{busy[0]}"):
            ask()
    else:
        ask()


@settings(deadline=None, max_examples=60)
@given(st.uuids(), st.dates(), st.integers(0, 50))
def test_a_number_follows_from_the_id_and_can_be_read_out(order_id, on, attempt):
    number = number_of(order_id, on, attempt)
    assert re.fullmatch(r"\d{6}-\d{8}", number)
    assert number == number_of(order_id, on, attempt)
    assert number[-8:] != number_of(order_id, on, attempt + 1)[-8:]


def test_numbers_of_one_day_hardly_ever_meet():
    numbers = {number_of(UUID(int=n), date(2026, 11, 9), 0) for n in range(2720)}
    assert len(numbers) >= 2718


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("to", Stage.values)
def test_only_the_steps_of_the_walk_are_taken(stage, to):
    if to in MOVES[stage]:
        ensure_move(number="1", stage=stage, to=to, label="x")
    else:
        with pytest.raises(WrongStage, match="工单1现在是“x”，不能进行这一步"):
            ensure_move(number="1", stage=stage, to=to, label="x")


def test_nothing_leaves_the_two_ends():
    assert MOVES["SERVED"] == MOVES["CANCELLED"] == frozenset()
    assert set(MOVES) == set(Stage.values)


@pytest.mark.parametrize(("ahead", "fits"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_the_time_must_be_ahead(ahead, fits):
    _ensure(NOON + ahead, fits)


@pytest.mark.parametrize(("more", "fits"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_the_time_must_be_within_sixty_days(more, fits):
    _ensure(NOON + timedelta(days=60) + more, fits)


def _ensure(wanted_from, fits):
    if fits:
        rules.ensure_ahead(wanted_from=wanted_from, at=NOON)
    else:
        with pytest.raises(SlotOver):
            rules.ensure_ahead(wanted_from=wanted_from, at=NOON)
