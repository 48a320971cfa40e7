"""How the others behave: the same answer whenever asked, and at the rates we say."""

from __future__ import annotations

import pytest

from sangyu.city import behaviour, places
from sangyu.city.behaviour import Grade
from sangyu.city.tests.town import SEED
from sangyu.kit.point import distance_m

ORDERS = [f"20260901-{n}" for n in range(4000)]
DOOR = places.door("620102004004", SEED, "R1")


def enterprise_of(n):
    return f"E{n % 126}"


def worker_of(n):
    return f"W{n % 900}"


def test_answers_do_not_depend_on_what_was_asked_before():
    forwards = [behaviour.refusal("E1", order, seed=SEED) for order in ORDERS[:50]]
    backwards = [behaviour.refusal("E1", order, seed=SEED) for order in reversed(ORDERS[:50])]
    assert forwards == backwards[::-1]


def test_some_orders_are_refused_with_a_reason():
    refused = [behaviour.refusal(enterprise_of(n), order, seed=SEED) for n, order in enumerate(ORDERS)]
    assert 25 <= 1000 * sum(map(bool, refused)) / len(ORDERS) <= 65


def test_an_enterprise_of_poor_character_refuses_more_often():
    by_character = {}
    for n in range(126):
        by_character.setdefault(behaviour.character(f"E{n}", seed=SEED), f"E{n}")
    rates = {
        each: sum(bool(behaviour.refusal(ref, order, seed=SEED)) for order in ORDERS)
        for each, ref in by_character.items()
    }
    assert rates["GOOD"] < rates["PLAIN"] < rates["POOR"]


def test_few_workers_do_not_come():
    missed = sum(behaviour.no_show(worker_of(n), order, seed=SEED) for n, order in enumerate(ORDERS))
    assert 8 <= 1000 * missed / len(ORDERS) <= 22


def test_most_answer_and_arrive_in_time():
    waits = [behaviour.accepts_after_minutes(enterprise_of(n), order, seed=SEED) for n, order in enumerate(ORDERS)]
    lates = [behaviour.minutes_late(worker_of(n), order, seed=SEED) for n, order in enumerate(ORDERS)]
    assert min(waits) >= 1
    assert 0.95 < sum(wait <= 20 for wait in waits) / len(waits) < 0.99
    assert 0.92 < sum(late < 15 for late in lates) / len(lates) < 0.96


def test_a_stay_is_near_its_length_except_for_a_few():
    stays = [behaviour.minutes_stayed(worker_of(n), order, seed=SEED, minutes=100) for n, order in enumerate(ORDERS)]
    assert all(15 <= stay <= 115 for stay in stays)
    assert 0.01 < sum(stay < 50 for stay in stays) / len(stays) < 0.03


def test_evidence_is_near_far_or_missing_as_its_grade_says():
    found = [behaviour.evidence(worker_of(n), order, seed=SEED, door=DOOR) for n, order in enumerate(ORDERS)]
    for each in found:
        if each.grade is Grade.NONE:
            assert each.place is None
        else:
            assert each.place.source == "GPS"
            assert (distance_m(each.place, DOOR) > 600) == (each.grade is Grade.FAR)
    assert 0.90 < sum(each.grade is Grade.GOOD for each in found) / len(found) < 0.97


def test_coming_and_going_are_reported_apart():
    came = behaviour.evidence("W1", "o", seed=SEED, door=DOOR)
    went = behaviour.evidence("W1", "o", seed=SEED, door=DOOR, moment="out")
    assert came != went


def test_follow_up_answers_agree_with_what_happened():
    reached = []
    for n, order in enumerate(ORDERS):
        enterprise, worker = enterprise_of(n), worker_of(n)
        found = behaviour.answers(enterprise, worker, order, seed=SEED)
        if behaviour.no_show(worker, order, seed=SEED):
            assert (found.points, found.came_on_time, found.complaint) == (1, False, "人没来")
            continue
        assert found.is_reached == (found.points is not None)
        assert found.came_on_time == (behaviour.minutes_late(worker, order, seed=SEED) < 15)
        assert not found.complaint or found.points <= 2
        reached.append(found)
    points = [found.points for found in reached if found.points]
    assert set(points) == {1, 2, 3, 4, 5}
    assert sum(points) / len(points) == pytest.approx(4.45, abs=0.15)
    assert len(points) / len(reached) == pytest.approx(0.78, abs=0.03)
