"""Whatever is refused is answered as a problem that a program can act on."""

import json

import pytest
from django.test import Client

from sangyu.access.models import User


def refused(answer, status: int, code: str) -> dict:
    said = json.loads(answer.content)
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert said["type"] == f"/api/v1/problems/{code}"
    assert said["title"]
    assert said["detail"]
    return said


def test_an_address_that_does_not_exist(knock, cast):
    refused(knock(cast.ma).get("/nothing/here"), 404, "api.NO_SUCH_PLACE")
    refused(Client().post("/api/v1/"), 404, "api.NO_SUCH_PLACE")


def test_a_method_that_an_address_does_not_take(knock, cast):
    agent = knock(cast.ma)
    answer = agent._client.delete("/api/v1/calls", headers={"Authorization": f"Bearer {agent.secret}"})
    refused(answer, 405, "api.METHOD_NOT_ALLOWED")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"a": NaN}', b"\xff\xfe", b'"text"', b"[" * 5000])
def test_a_body_that_is_no_json_object(knock, cast, body):
    agent = knock(cast.ma)
    headers = {"Authorization": f"Bearer {agent.secret}", "Idempotency-Key": "12345678"}
    answer = agent._client.post("/api/v1/calls", body, content_type="application/json", headers=headers)
    refused(answer, 400, "api.BODY_UNREADABLE")


def test_a_body_that_is_a_form(knock, cast):
    agent = knock(cast.ma)
    headers = {"Authorization": f"Bearer {agent.secret}", "Idempotency-Key": "12345678"}
    answer = agent._client.post("/api/v1/calls", {"line_reference": "1"}, headers=headers)
    refused(answer, 415, "api.NOT_JSON")


def test_a_body_that_never_ends(knock, cast):
    refused(knock(cast.ma).post("/calls", {"line_reference": "x" * 70_000}), 413, "api.BODY_TOO_LARGE")


def test_each_wrong_field_is_pointed_at(knock, cast):
    said = refused(knock(cast.ma).post("/calls", {"line_reference": 7, "price_fen": 1}), 422, "api.INVALID")
    assert {place["pointer"] for place in said["errors"]} == {"#/line_reference", "#/price_fen"}


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "\ud800"])
def test_a_text_that_cannot_be_kept(knock, cast, text):
    agent = knock(cast.ma)
    headers = {"Authorization": f"Bearer {agent.secret}", "Idempotency-Key": "12345678"}
    body = json.dumps({"line_reference": text})
    answer = agent._client.post("/api/v1/calls", body, content_type="application/json", headers=headers)
    refused(answer, 422, "api.INVALID")


def test_a_thing_of_somebody_else(knock, cast):
    from sangyu.kit.ids import new_id

    refused(knock(cast.ma).get(f"/calls/{new_id()}"), 404, "kit.NOT_FOUND")


def test_a_title_is_told_in_the_language_asked_for(knock, cast):
    agent = knock(cast.ma)
    chinese = refused(agent.get("/nothing"), 404, "api.NO_SUCH_PLACE")
    english = refused(agent.get("/nothing", **{"Accept-Language": "en"}), 404, "api.NO_SUCH_PLACE")
    assert chinese["title"] != english["title"]
    assert english["title"].isascii()


def test_a_fault_of_ours_tells_nothing_of_the_inside(knock, cast, monkeypatch, caplog):
    from sangyu.hotline import actions as hotline

    def broken(**_given):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(hotline, "ring", broken)
    said = refused(knock(cast.ma).post("/calls", {"line_reference": "line-1"}), 500, "api.BROKEN")
    assert "secret" not in json.dumps(said)
    assert "secret of the house" in caplog.text
    assert User.objects.exists()  # the transaction is whole: the next query works


def test_a_database_that_is_busy_asks_to_come_back(knock, cast, monkeypatch):
    from django.db import OperationalError

    from sangyu.hotline import actions as hotline

    def busy(**_given):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(hotline, "ring", busy)
    answer = knock(cast.ma).post("/calls", {"line_reference": "line-1"})
    refused(answer, 503, "api.BUSY")
    assert answer["Retry-After"] == "1"
