"""A server that is told to stop lets go of its streams, and one whose database went away comes back with it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPResponse

import psycopg
import pytest
from django.db import connection
from django.test import Client
from tests.cast import Cast

from sangyu.config.processes import residents
from sangyu.config.processes.embedded import Cluster
from sangyu.outbox import actions as outbox
from sangyu.portals.live.tests.conftest import serving

STREAMS = 12
STOP_S_MAX = 15.0
BACK_S_MAX = 60.0


def opened(stream: HTTPResponse) -> HTTPResponse:
    assert stream.status == 200
    while stream.readline().strip():
        pass
    return stream


def heard(stream: HTTPResponse, count: int) -> list[tuple[str, int]]:
    """Read the next events of a stream.

    Shape: the id to come back with, and the number that was told.
    """
    events: list[tuple[str, int]] = []
    last = ""
    while len(events) < count:
        line = stream.readline().decode()
        assert line, "the stream ended"
        name, _, value = line.strip().partition(": ")
        if name == "id":
            last = value
        elif name == "data":
            events.append((last, json.loads(value)["n"]))
    return events


def tell(cast: Cast, *numbers: int) -> None:
    for n in numbers:
        outbox.tell(programme_id=cast.programme.pk, topic="hotline", kind="test.told", body={"n": n}, at=cast.at)


def awaited(found: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends_at = time.monotonic() + BACK_S_MAX
    while not found():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_streams_that_a_stop_has_ended_go_on_elsewhere_and_miss_nothing() -> None:
    cast = Cast()
    with serving() as first:
        streams = [opened(first.get("/live/?topics=hotline", viewer=cast.ma)) for _ in range(STREAMS)]
        tell(cast, 1, 2)
        seen = [heard(stream, 2) for stream in streams]
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(STOP_S_MAX) == 0
        assert [stream.read().strip() for stream in streams] == [b""] * STREAMS, "each was ended, none was cut off"
    tell(cast, 3, 4)
    with serving() as second:
        for events in seen:
            back = {"Last-Event-ID": events[-1][0]}
            stream = opened(second.get("/live/?topics=hotline", viewer=cast.ma, headers=back))
            numbers = [n for _, n in events]
            while numbers[-1] != 4:
                numbers += [n for _, n in heard(stream, 1)]
            # A message may be told once more to whoever comes back, and none is left out.
            assert list(dict.fromkeys(numbers)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_a_database_restarted_underneath_is_noticed_and_found_again(cluster: Cluster | None) -> None:
    if cluster is None:
        pytest.skip("the database of this run is not ours to kill")
    cast = Cast()
    with serving() as server:

        def state(address: str) -> int:
            answer = server.get(address, headers=signed_in)
            answer.read()
            return answer.status

        signed_in: dict[str, str] = {"Cookie": cookie_of(cast)}
        assert (state("/readyz"), state("/hotline/")) == (200, 200)
        stream = opened(server.get("/live/?topics=hotline", headers=signed_in))
        connection.close()
        with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as superuser:
            superuser.execute("CHECKPOINT")  # or it would first do again what all the tests before this one have done
        try:
            for process in residents.residents(cluster.places):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            awaited(lambda: cluster.ended)
            assert (state("/readyz"), state("/healthz"), state("/hotline/")) == (503, 200, 503)
        finally:
            assert cluster.mind()
        awaited(lambda: state("/readyz") == 200)
        assert [state("/hotline/") for _ in range(10)] == [200] * 10, "no thread keeps a dead connection"
        tell(cast, 7)
        assert [n for _, n in heard(stream, 1)] == [7], "the stream outlived its database"


def cookie_of(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.ma)
    return "; ".join(f"{name}={crumb.value}" for name, crumb in client.cookies.items())
