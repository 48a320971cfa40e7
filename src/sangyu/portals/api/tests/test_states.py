"""A change is meant for the state in which the caller saw the thing."""

import pytest
from tests.race import race

from sangyu.orders.models import Rescheduling

RING = {"line_reference": "line-7", "caller_number": "13900000001"}


def test_a_change_without_the_state_it_is_meant_for_is_refused(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    answer = agent.post(f"/calls/{call['id']}/answer")
    assert (answer.status_code, answer.json()["code"]) == (428, "api.IF_MATCH_MISSING")


def test_a_change_of_what_has_changed_since_is_refused(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    seen = f'"{call["version"]}"'
    agent.post(f"/calls/{call['id']}/answer", match=seen)
    late = agent.post(f"/calls/{call['id']}/hang-up", match=seen)
    assert (late.status_code, late.json()["code"]) == (412, "api.STATE_CHANGED")
    assert agent.get(f"/calls/{call['id']}").json()["hung_up_at"] is None


def test_reading_again_tells_the_new_state(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING)
    answered = agent.change(f"/calls/{call.json()['id']}", "answer")
    read = agent.get(f"/calls/{call.json()['id']}")
    assert call["ETag"] != answered["ETag"] == read["ETag"]
    assert read.json() == answered.json()


def test_what_a_change_answers_is_what_is_read_whatever_the_zone_it_was_asked_in(knock, cast):
    """Otherwise the ETag of an answer would be of no use, and the next change refused for nothing."""
    agent = knock(cast.ma)
    wish = {"elder_id": str(cast.li.pk), "item_id": str(cast.cleaning.pk), "wanted_from": "2026-11-10T10:00:00+08:00"}
    placed = agent.post("/orders", wish)
    path = f"/orders/{placed.json()['id']}"
    read = agent.get(path)
    assert (placed["ETag"], placed.json()) == (read["ETag"], read.json())
    move = {"wanted_from": "2026-11-10T15:00:00+09:00", "reason": "老人看病"}
    moved = agent.post(f"{path}/rescheduling", move, match=placed["ETag"])
    assert moved.status_code == 200, moved.content.decode()
    assert moved["ETag"] == agent.get(path)["ETag"] != placed["ETag"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_state_one_changes_it(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    agent.change(f"/calls/{call['id']}", "answer")
    seen = agent.get(f"/calls/{call['id']}")["ETag"]
    ways = [{"kind": "COMFORT"}, {"kind": "CONSULTATION"}]
    answers = race(*[lambda way=way: agent.post(f"/calls/{call['id']}/end", way, match=seen) for way in ways])
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_the_same_order_one_does(knock, cast):
    """Without the lock before the look both would pass, and the second would silently undo the first."""
    order = cast.order(days=2)
    agents = [knock(cast.ma), knock(cast.other_agent)]
    seen = agents[0].get(f"/orders/{order.pk}")["ETag"]
    moves = [{"wanted_from": f"2026-11-11T1{hour}:00:00+08:00", "reason": "老人看病"} for hour in (2, 4)]
    answers = race(
        *[
            lambda agent=agent, move=move: agent.post(f"/orders/{order.pk}/rescheduling", move, match=seen)
            for agent, move in zip(agents, moves, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(Rescheduling.objects.filter(order=order)) == 1


def test_a_star_is_for_whoever_means_any_state(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    assert agent.post(f"/calls/{call['id']}/answer", match="*").status_code == 200


@pytest.mark.parametrize("match", ["W/", "weak", '""', "3f1c2a9b5d7e8f90a1b2"])
def test_what_is_no_state_of_this_thing_does_not_hold(knock, cast, match):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    asked = f'W/"{call["version"]}"' if match == "W/" else match  # a weak tag promises less than a change needs
    assert agent.post(f"/calls/{call['id']}/answer", match=asked).status_code == 412
