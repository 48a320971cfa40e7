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


def test_a_hang_up_of_a_line_that_never_rang_is_not_found(cast: Cast) -> None:
    answer = hand_in({**RING, "event": "hangup"})
    assert answer.status_code == 404
    assert "trunk7-1" in answer.json()["detail"]


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
