"""A text gateway hands in receipts, signed with the key agreed on."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from sangyu.kit.ids import new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Attempted, Draft
from sangyu.outbox.rules import SIGNATURE_SECONDS_MAX, sign

pytestmark = pytest.mark.django_db

URL = "/exchange/sms/receipts"
KEY = "a key agreed with the gateway"
AT = datetime.fromisoformat("2026-11-09T09:00:00+08:00")
PROGRAMME = new_id()


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.SMS_KEY = KEY


@pytest.fixture
def sent() -> str:
    """A text that the gateway has taken; its reference."""
    draft = Draft(
        programme_id=PROGRAMME,
        cause_kind="order",
        cause_id=new_id(),
        n=1,
        to="ELDER",
        phone="13900000001",
        template="taken",
        body="【城关区虚拟养老院】",
        not_before=AT,
        send_until=AT + timedelta(days=1),
    )
    outbox.queue_texts(drafts=[draft], at=AT)
    outbox.claim_texts(at=AT, limit=1)
    outbox.note_attempts(attempts=[Attempted(draft.id, 1, "http", "SENT", "gw-1")], at=AT)
    return str(draft.id)


def hand_in(body: Any, *, key: str = KEY, seconds: int | None = None, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    seconds = int(time.time()) if seconds is None else seconds
    signed = {
        "X-Sangyu-Time": str(seconds),
        "X-Sangyu-Signature": sign(key=key, seconds=seconds, body=content),
        **headers,
    }
    return Client(enforce_csrf_checks=True).post(URL, content, content_type="application/json", headers=signed)


def state() -> tuple[str, str]:
    row = outbox_read.texts(PROGRAMME).get()
    return row.state, row.because


def test_a_text_has_arrived_however_often_and_late_it_is_said(sent: str) -> None:
    for outcome in ("DELIVERED", "DELIVERED", "UNDELIVERED"):
        answer = hand_in({"reference": sent, "outcome": outcome})
        assert (answer.status_code, answer.json()) == (200, {"reference": sent, "state": "DELIVERED"})
    assert state() == ("DELIVERED", "")


def test_a_text_that_did_not_arrive_keeps_the_reason(sent: str) -> None:
    assert hand_in({"reference": sent, "outcome": "UNDELIVERED", "reason": "关机"}).status_code == 200
    assert state() == ("FAILED", "关机")


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "another key"},
        {"seconds": int(time.time()) - SIGNATURE_SECONDS_MAX - 60},
        {"X-Sangyu-Signature": ""},
        {"X-Sangyu-Time": "yesterday"},
        {"X-Sangyu-Time": "²"},
    ],
    ids=["key", "old", "no signature", "no time", "no digit"],
)
def test_what_is_not_signed_is_refused(sent: str, wrong: dict[str, Any]) -> None:
    answer = hand_in({"reference": sent, "outcome": "DELIVERED"}, **wrong)
    assert answer.status_code == 401
    assert answer["content-type"] == "application/problem+json"
    assert state() == ("SENT", "")


def test_without_a_key_nothing_is_believed(sent: str, settings: Any) -> None:
    settings.SMS_KEY = ""
    assert hand_in({"reference": sent, "outcome": "DELIVERED"}, key="").status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"outcome": "DELIVERED", "reference": "gw-1"}])
def test_what_cannot_be_read_names_the_field(sent: str, body: Any) -> None:
    answer = hand_in(body)
    assert answer.status_code == 422
    assert "reference" in answer.json()["detail"]


def test_an_unknown_outcome_or_reference_is_refused(sent: str) -> None:
    assert "outcome" in hand_in({"reference": sent, "outcome": "READ"}).json()["detail"]
    assert hand_in({"reference": str(new_id()), "outcome": "DELIVERED"}).status_code == 404
    assert hand_in(b" " * 20_000).status_code == 413
    assert state() == ("SENT", "")


def test_only_posts_are_taken(client: Client) -> None:
    assert client.get(URL).status_code == 405
