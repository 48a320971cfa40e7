"""The telephone system hands in rings and hang-ups by HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.cast import BEIJING, Cast

from sangyu.hotline import queries as hotline_read
from sangyu.outbox.models import Message

URL = "/exchange/cti/events"
RING = {
    "event": "ring",
    "line_reference": "trunk7-1",
    "caller_number": "13900000001",
    "called_number": "965885",
    "at": "2026-11-09T09:00:00+08:00",
}


def hand_in(body: Any, *, key: str = "demo-cti-key", raw: bytes | None = None) -> Any:
    content = raw if raw is not None else json.dumps(body).encode()
    strict = Client(enforce_csrf_checks=True)
    return strict.post(URL, content, content_type="application/json", headers={"X-Cti-Key": key})


@pytest.mark.proves("LZ-60")
def test_a_ring_waits_at_the_desk(cast: Cast) -> None:
    answer = hand_in(RING)
    assert answer.status_code == 200
    (waiting,) = hotline_read.waiting(cast.ma)
    assert answer.json() == {"call": str(waiting.pk)}
    assert waiting.rang_at == datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING)


def test_repeated_events_have_no_second_effect(cast: Cast) -> None:
    hangup = {**RING, "event": "hangup", "at": "2026-11-09T09:00:30+08:00"}
    later = {**hangup, "at": "2026-11-09T09:05:00+08:00"}
    answers = [hand_in(body).json() for body in (RING, RING, hangup, later, RING)]
    assert len({answer["call"] for answer in answers}) == 1
    (missed,) = [row.call for row in hotline_read.to_return(cast.ma, cast.at)]
    assert missed.hung_up_at - missed.rang_at == timedelta(seconds=30)
    assert list(Message.objects.filter(topic="hotline").order_by("id").values_list("kind", flat=True)) == [
        "call.rang",
        "call.hung_up",
    ]


def test_without_a_time_our_clock_counts(cast: Cast) -> None:
    hand_in({name: value for name, value in RING.items() if name != "at"})
    (waiting,) = hotline_read.waiting(cast.ma)
    assert abs(datetime.now(BEIJING) - waiting.rang_at) < timedelta(minutes=1)


def test_a_withheld_number_is_a_call_like_any_other(cast: Cast) -> None:
    assert hand_in({**RING, "caller_number": ""}).status_code == 200
    assert hotline_read.waiting(cast.ma)[0].caller_number == ""


@pytest.mark.parametrize("key", ["", "demo-cti-keys", "密钥"])
def test_a_wrong_key_is_refused(cast: Cast, key: str) -> None:
    answer = hand_in(RING, key=key.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer["content-type"] == "application/problem+json"
    assert not hotline_read.waiting(cast.ma)


def test_an_unknown_hotline_number_is_not_found(cast: Cast) -> None:
    answer = hand_in({**RING, "called_number": "12349"})
    assert answer.status_code == 404
    assert "12349" in answer.json()["detail"]


def test_a_hang_up_before_its_ring_is_kept_until_the_ring_comes(cast: Cast) -> None:
    early = hand_in({**RING, "event": "hangup", "at": "2026-11-09T09:00:30+08:00"})
    assert early.status_code == 202
    assert early.json() == {"call": None, "kept": True}
    assert hand_in(RING).status_code == 200
    assert not hotline_read.waiting(cast.ma)
    (missed,) = [row.call for row in hotline_read.to_return(cast.ma, cast.at)]
    assert missed.hung_up_at - missed.rang_at == timedelta(seconds=30)


def test_the_telephone_system_may_say_who_answered(cast: Cast) -> None:
    hand_in(RING)
    answer = {**RING, "event": "answer", "agent": "agent", "at": "2026-11-09T09:00:07+08:00"}
    assert hand_in(answer).status_code == 200
    own = hotline_read.own_open(cast.ma)
    assert own is not None
    assert own.answered_at - own.rang_at == timedelta(seconds=7)
    assert hand_in({**answer, "agent": "agent2", "event_id": "7"}).status_code == 200
    assert hotline_read.own_open(cast.other_agent) is None, "who has answered keeps the call, also after a transfer"


@pytest.mark.parametrize("agent", ["nobody", "bureau", "dispatcher", "clock.chengguan"])
def test_who_is_no_agent_of_the_hotline_answers_nothing(cast: Cast, agent: str) -> None:
    hand_in(RING)
    answer = hand_in({**RING, "event": "answer", "agent": agent})
    assert answer.status_code == 404
    assert agent in answer.json()["detail"]
    assert len(hotline_read.waiting(cast.ma)) == 1


def test_an_event_id_stands_for_one_event(cast: Cast) -> None:
    body = {**RING, "event_id": "e-1"}
    assert hand_in(body).json() == hand_in(body).json()
    refused = hand_in({**body, "line_reference": "trunk7-2"})
    assert refused.status_code == 409
    assert "e-1" in refused.json()["detail"]
    assert len(hotline_read.waiting(cast.ma)) == 1


def test_the_key_before_is_good_while_the_telephone_system_changes_over(cast: Cast, settings: Any) -> None:
    settings.CTI_KEY, settings.CTI_KEY_BEFORE = "the-new-key-of-this-year", "the-old-key-of-last-year"
    assert hand_in(RING, key="the-new-key-of-this-year").status_code == 200
    assert hand_in(RING, key="the-old-key-of-last-year").status_code == 200
    settings.CTI_KEY_BEFORE = ""
    assert hand_in(RING, key="the-old-key-of-last-year").status_code == 401
    assert hand_in(RING, key="").status_code == 401


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"event": "dial"}, "event"),
        ({"line_reference": ""}, "line_reference"),
        ({"line_reference": "x" * 61}, "line_reference"),
        ({"line_reference": "a\x00b"}, "line_reference"),
        ({"caller_number": "<b>"}, "caller_number"),
        ({"caller_number": 139}, "caller_number"),
        ({"called_number": None}, "called_number"),
        ({"event": "answer"}, "agent"),
        ({"event_id": "x" * 81}, "event_id"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-09T09:00:00"}, "时区"),
        ({"at": "2026-13-09T09:00:00+08:00"}, "at"),
    ],
)
def test_a_malformed_event_names_the_field(cast: Cast, change: dict[str, Any], says: str) -> None:
    answer = hand_in({**RING, **change})
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert not hotline_read.waiting(cast.ma)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"ring"', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused_in_chinese(cast: Cast, raw: bytes) -> None:
    answer = hand_in(None, raw=raw)
    assert answer.status_code == 422
    assert "JSON" in answer.json()["detail"]


def test_only_posts_are_taken(cast: Cast, client: Client) -> None:
    assert client.get(URL).status_code == 405
