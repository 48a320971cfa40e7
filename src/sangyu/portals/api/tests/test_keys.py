"""A write happens once, however often it is sent."""

from uuid import uuid4

import pytest
from tests.race import race

from sangyu.hotline.models import Call
from sangyu.portals.api.models import KeptAnswer, RequestKey

RING = {"line_reference": "line-7", "caller_number": "13900000001"}


def test_a_write_without_a_key_is_refused(knock, cast):
    agent = knock(cast.ma)
    answer = agent._client.post(
        "/api/v1/calls", RING, content_type="application/json", headers={"Authorization": f"Bearer {agent.secret}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (428, "api.KEY_MISSING")
    assert answer["Content-Type"] == "application/problem+json"
    assert not Call.objects.exists()


@pytest.mark.parametrize("key", ["short", "with space 123", "x" * 81, "编号编号编号编号"])
def test_a_key_that_is_no_key_is_refused(knock, cast, key):
    answer = knock(cast.ma).post("/calls", RING, key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "api.KEY_MALFORMED")


def test_the_same_key_and_body_read_the_same_bytes(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    first = agent.post("/calls", RING, key=key)
    agent.change(f"/calls/{first.json()['id']}", "answer")
    second = agent.post("/calls", RING, key=key)
    assert (first.status_code, first.content, first["ETag"]) == (second.status_code, second.content, second["ETag"])
    assert (first["Idempotency-Replayed"], second["Idempotency-Replayed"]) == ("false", "true")
    assert second.json()["answered_at"] is None  # as it was answered, not as the call stands now


def test_the_order_of_fields_is_no_other_body(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    agent.post("/calls", RING, key=key)
    again = agent.post("/calls", dict(reversed(RING.items())), key=key)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")


def test_the_same_key_with_another_body_is_refused_and_nothing_is_written(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    agent.post("/calls", RING, key=key)
    other = agent.post("/calls", {**RING, "line_reference": "line-8"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "api.KEY_REUSED")
    assert Call.objects.count() == RequestKey.objects.count() == 1


def test_the_same_key_at_another_address_is_refused(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    call = agent.post("/calls", RING, key=key).json()
    other = agent.change(f"/calls/{call['id']}", "answer", key=key)
    assert other.status_code == 422


def test_a_repeat_is_answered_though_the_state_has_moved_on(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    call = agent.post("/calls", RING).json()
    match = f'"{call["version"]}"'
    first = agent.post(f"/calls/{call['id']}/answer", match=match, key=key)
    again = agent.post(f"/calls/{call['id']}/answer", match=match, key=key)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content


def test_a_key_belongs_to_its_caller(knock, cast):
    key = str(uuid4())
    knock(cast.ma).post("/calls", RING, key=key)
    other = knock(cast.other_agent).post("/calls", {**RING, "line_reference": "line-9"}, key=key)
    assert other.status_code == 201


def test_what_was_refused_may_be_sent_again_with_its_key(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    call = agent.post("/calls", RING).json()
    too_early = agent.change(f"/calls/{call['id']}", "end", {"kind": "COMFORT"}, key=key)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "hotline.NOT_ANSWERED")
    assert not RequestKey.objects.filter(key=key).exists()
    agent.change(f"/calls/{call['id']}", "answer")
    assert agent.change(f"/calls/{call['id']}", "end", {"kind": "COMFORT"}, key=key).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_one_effect_and_one_answer(knock, cast):
    agent, key = knock(cast.ma), str(uuid4())
    answers = race(*[lambda: agent.post("/calls", RING, key=key)] * 6)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [answer["Idempotency-Replayed"] for answer in answers].count("false") == 1
    assert Call.objects.count() == RequestKey.objects.count() == KeptAnswer.objects.count() == 1
