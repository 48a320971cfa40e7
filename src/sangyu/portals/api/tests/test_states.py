"""A change is meant for the state in which the caller saw the thing."""

import pytest
from tests.race import race

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


@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_state_one_changes_it(knock, cast):
    agent = knock(cast.ma)
    call = agent.post("/calls", RING).json()
    agent.change(f"/calls/{call['id']}", "answer")
    seen = agent.get(f"/calls/{call['id']}")["ETag"]
    ways = [{"kind": "COMFORT"}, {"kind": "CONSULTATION"}]
    answers = race(*[lambda way=way: agent.post(f"/calls/{call['id']}/end", way, match=seen) for way in ways])
    assert sorted(answer.status_code for answer in answers) == [200, 412]
