from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast

from sangyu.hotline import queries as hotline_read
from sangyu.portals.clock import now

URL = "/exchange/cti/heartbeat"


def beat(body: Any, *, key: str = "demo-cti-key") -> Any:
    strict = Client(enforce_csrf_checks=True)
    return strict.post(URL, json.dumps(body), content_type="application/json", headers={"X-Cti-Key": key})


def test_a_heartbeat_is_heard_by_our_own_clock(cast: Cast) -> None:
    assert beat({"called_number": "965885"}).status_code == 200
    heard_at = hotline_read.heard_at(cast.ma)
    assert heard_at is not None
    assert abs(now() - heard_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        ({"called_number": "965885"}, "wrong", 401),
        ({"called_number": "12349"}, "demo-cti-key", 404),
        ({"called_number": 965885}, "demo-cti-key", 422),
        ({}, "demo-cti-key", 422),
        ([], "demo-cti-key", 422),
    ],
)
def test_what_is_no_heartbeat_of_ours_is_refused(cast: Cast, body: Any, key: str, status: int) -> None:
    answer = beat(body, key=key)
    assert answer.status_code == status
    assert answer["content-type"] == "application/problem+json"
    assert hotline_read.heard_at(cast.ma) is None
