"""Streams over a real connection: what is told arrives, of itself, once, and only where it may.

How soon is measured by `bench/walk.py`. Here a reader waits ten seconds at most, and a heartbeat comes after fifteen:
what is read was sent for its own sake.
"""

from __future__ import annotations

import json
import signal
from http.client import HTTPResponse
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests.cast import Cast

from sangyu.outbox import actions as outbox
from sangyu.portals.live.address import live_url
from sangyu.portals.live.tests.conftest import Server, serving

pytestmark = pytest.mark.django_db(transaction=True)


def tell(cast: Cast, n: int, topic: str = "hotline") -> None:
    outbox.tell(programme_id=cast.programme.pk, topic=topic, kind="test.told", body={"n": n}, at=cast.at)


def read(stream: HTTPResponse, count: int) -> list[dict[str, Any]]:
    """Return the next events of a stream."""
    events: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    while len(events) < count:
        line = stream.readline().decode()
        assert line, "the stream ended"
        name, _, value = line.strip().partition(": ")
        if name in ("id", "event"):
            event[name] = value
        elif name == "data":
            event.update(json.loads(value))
        elif not name and event:
            events.append(event)
            event = {}
    return events


def opened(stream: HTTPResponse) -> HTTPResponse:
    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    while stream.readline().strip():
        pass
    return stream


def test_an_event_arrives_when_it_is_committed(server: Server, cast: Cast) -> None:
    stream = opened(server.get("/live/?topics=hotline", viewer=cast.ma))
    tell(cast, 1)
    (event,) = read(stream, 1)
    assert (event["event"], event["kind"], event["n"]) == ("hotline", "test.told", 1)


def test_a_stream_resumed_by_its_last_id_loses_nothing(server: Server, cast: Cast) -> None:
    stream = opened(server.get("/live/", viewer=cast.ma))
    for n in range(4):
        tell(cast, n)
    seen = read(stream, 2)
    stream.close()
    for n in range(4, 8):
        tell(cast, n)
    again = opened(server.get("/live/", viewer=cast.ma, headers={"Last-Event-ID": seen[-1]["id"]}))
    numbers = [event["n"] for event in seen]
    while numbers[-1] != 7:
        numbers.append(read(again, 1)[0]["n"])
    tell(cast, 8)
    numbers.append(read(again, 1)[0]["n"])
    # While a transaction anywhere in the cluster is older than a message, a resumed stream may say it once more.
    assert list(dict.fromkeys(numbers)) == list(range(9))


def test_a_long_transaction_neither_delays_others_nor_is_lost(server: Server, cast: Cast) -> None:
    stream = opened(server.get("/live/", viewer=cast.ma))
    with psycopg.connect(**connection.get_connection_params()) as long:
        long.execute("SELECT pg_current_xact_id()")
        tell(cast, 1)
        tell(cast, 2)
        seen = read(stream, 2)
        assert [event["n"] for event in seen] == [1, 2]
        stream.close()
        long.execute(
            "INSERT INTO outbox_message (id, programme_id, topic, kind, body, at)"
            " VALUES (gen_random_uuid(), %s, 'hotline', 'test.told', '{\"n\": 0}', now())",
            [cast.programme.pk],
        )
        long.commit()
        again = opened(server.get("/live/", viewer=cast.ma, headers={"Last-Event-ID": seen[-1]["id"]}))
        assert 0 in [read(again, 1)[0]["n"] for _ in range(3)], "it began before the last id and ended after"


def test_a_page_misses_nothing_between_its_making_and_its_stream(server: Server, cast: Cast) -> None:
    address = live_url("hotline", "orders")
    tell(cast, 1)
    stream = opened(server.get(address, viewer=cast.ma))
    assert read(stream, 1)[0]["n"] == 1


def test_a_stranger_is_asked_to_sign_in(server: Server, cast: Cast) -> None:
    assert server.get("/live/").status == 401
    assert server.get("/live/", headers={"Cookie": "sessionid=made-up"}).status == 401


def test_a_worker_has_no_stream(server: Server, cast: Cast) -> None:
    answer = server.get("/live/", viewer=cast.zhao_user)
    assert answer.status == 403
    assert "岗位" in json.loads(answer.read())["title"]


def test_a_topic_beyond_the_role_is_refused(server: Server, cast: Cast) -> None:
    assert server.get("/live/?topics=hotline", viewer=cast.wang).status == 403


def test_an_enterprise_hears_only_what_is_for_itself(server: Server, cast: Cast) -> None:
    stream = opened(server.get("/live/?topics=enterprise", viewer=cast.kangan_user))
    tell(cast, 1, f"enterprise:{cast.letter.organisation_id}")
    tell(cast, 2, "orders")
    tell(cast, 3, f"enterprise:{cast.kangan.organisation_id}")
    (event,) = read(stream, 1)
    assert (event["event"], event["n"]) == ("enterprise", 3)


def test_pages_answer_while_twenty_streams_are_open(server: Server, cast: Cast) -> None:
    streams = [opened(server.get("/live/", viewer=cast.ma)) for _ in range(20)]
    assert server.get("/exchange/cti/events").status == 405
    tell(cast, 1)
    assert [read(stream, 1)[0]["n"] for stream in streams] == [1] * 20


def test_streams_end_before_their_life_is_over_when_the_server_is_told_to_stop(cast: Cast) -> None:
    with serving() as server:
        stream = opened(server.get("/live/", viewer=cast.ma))
        server.process.send_signal(signal.SIGTERM)
        assert stream.read() == b""
        assert server.process.wait(10) == 0
