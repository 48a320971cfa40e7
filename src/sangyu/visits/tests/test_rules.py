"""How well a visit is proven, and when it may begin."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.point import Point
from sangyu.visits import rules
from sangyu.visits.rules import Proof

TEN = datetime(2026, 11, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
metres = st.integers(0, 5_000)
accuracy = st.none() | st.integers(0, 2_000)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "door_code_right", "grade"),
    [
        (0, None, True, "A"),
        (100, None, True, "A"),
        (101, None, True, "B"),
        (100, None, False, "B"),
        (200, 0, False, "B"),
        (201, 0, False, "D"),
        (201, 0, True, "C"),
        (180, 160, True, "A"),
        (181, 160, True, "B"),
        (300, 200, False, "B"),
        (301, 5_000, False, "D"),
        (None, None, True, "C"),
        (None, None, False, "D"),
        (None, 5, True, "C"),
    ],
)
def test_a_proof_has_its_grade(distance_m, accuracy_m, door_code_right, grade):
    assert rules.grade(Proof(distance_m, accuracy_m, door_code_right))[0] == grade


def test_the_reason_says_how_far_it_was():
    assert rules.grade(Proof(640, 10, False))[1] == "定位距住处640米，超过200米，也没有门牌码"


@settings(deadline=None, max_examples=100)
@given(door_code_right=st.booleans(), accuracy_m=accuracy)
def test_without_a_place_no_visit_is_better_than_c(door_code_right, accuracy_m):
    assert rules.grade(Proof(None, accuracy_m, door_code_right))[0] >= "C"


@settings(deadline=None, max_examples=200)
@given(near=metres, farther=metres, accuracy_m=accuracy, door_code_right=st.booleans())
def test_farther_away_is_never_better(near, farther, accuracy_m, door_code_right):
    near, farther = sorted((near, farther))
    grades = [rules.grade(Proof(distance_m, accuracy_m, door_code_right))[0] for distance_m in (near, farther)]
    assert grades == sorted(grades)


@settings(deadline=None, max_examples=200)
@given(distance_m=metres | st.none(), accuracy_m=accuracy)
def test_the_right_door_code_never_harms(distance_m, accuracy_m):
    with_code, without = (rules.grade(Proof(distance_m, accuracy_m, right))[0] for right in (True, False))
    assert with_code <= without


@settings(deadline=None, max_examples=200)
@given(distance_m=st.integers(301, 5_000), claimed=st.integers(0, 100_000))
def test_a_phone_that_claims_to_know_nothing_is_not_believed_from_afar(distance_m, claimed):
    assert rules.grade(Proof(distance_m, claimed, door_code_right=False))[0] == "D"


def test_two_hours_early_is_early_enough():
    rules.ensure_due(wanted_from=TEN, at=TEN - timedelta(hours=2), clock="10:00")
    with pytest.raises(rules.TooEarly, match="最早可提前2小时"):
        rules.ensure_due(wanted_from=TEN, at=TEN - timedelta(hours=2, seconds=1), clock="10:00")


def test_minutes_are_whole_and_never_negative():
    assert rules.minutes_between(arrived_at=TEN, left_at=TEN) == 0
    assert rules.minutes_between(arrived_at=TEN, left_at=TEN + timedelta(minutes=59, seconds=59)) == 59
    with pytest.raises(rules.LeftBeforeArrival, match="手机时间"):
        rules.minutes_between(arrived_at=TEN, left_at=TEN - timedelta(seconds=1))


def test_a_word_of_the_door_is_a_plant_and_two_digits_and_follows_from_who_goes():
    one, other = UUID(int=1), UUID(int=2)
    word = rules.pass_word(key=b"house", assignment_id=one)
    plant, digits = word.split()
    assert plant in rules.WORDS
    assert 10 <= int(digits) <= 99
    assert word == rules.pass_word(key=b"house", assignment_id=one)
    assert word != rules.pass_word(key=b"house", assignment_id=other)
    assert word != rules.pass_word(key=b"another house", assignment_id=one)
    assert len(set(rules.WORDS)) == len(rules.WORDS)


@pytest.mark.parametrize(
    ("east", "north", "wind"),
    [
        (0, 1, "北"),
        (1, 1, "东北"),
        (1, 0, "东"),
        (1, -1, "东南"),
        (0, -1, "南"),
        (-1, -1, "西南"),
        (-1, 0, "西"),
        (-1, 1, "西北"),
    ],
)
def test_a_way_has_one_of_eight_winds(east, north, wind):
    here = Point(lng=103.83, lat=36.06)
    there = Point(lng=103.83 + east * 0.0124, lat=36.06 + north * 0.01)
    assert rules.wind(here=here, there=there) == wind


@settings(deadline=None, max_examples=100)
@given(st.lists(st.none() | st.integers(0, 100_000), max_size=20))
def test_what_is_unknown_is_counted_and_not_added(pays_fen):
    earned = rules.earning(pays_fen)
    assert earned.visits == len(pays_fen)
    assert earned.without_rate == pays_fen.count(None)
    assert earned.total_fen == sum(fen or 0 for fen in pays_fen)
