"""The probes answer whoever may ask, tell the truth about the database, and name nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from tests.cast import Cast

from sangyu.config.watch import ready, series
from sangyu.portals.clock import now
from sangyu.safety import actions as safety

pytestmark = pytest.mark.django_db

SAMPLE = re.compile(r'^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?\d+(\.\d+)?$')
LATE = ("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'",)
ROUND_NOW = f"""
INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp)
VALUES ('{ready.ROUND}', extract(epoch FROM now())::bigint)
"""
GOING = ("INSERT INTO procrastinate_workers DEFAULT VALUES", ROUND_NOW)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    series._kept.clear()
    yield
    series._kept.clear()


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def told() -> dict[str, float]:
    """Read the series as Prometheus does."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return read(answer.content.decode())


def read(text: str) -> dict[str, float]:
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in samples if not SAMPLE.fullmatch(line)] == []
    return {name: float(number) for name, _, number in (line.rpartition(" ") for line in samples)}


def test_a_process_says_that_it_lives_without_asking_the_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz", HTTP_HOST="10.0.0.7")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_process_is_ready_when_database_and_tables_are(client: Client) -> None:
    answer = client.get("/readyz", HTTP_HOST="10.0.0.7")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": "ok", "tables": "ok", "clock": "late"}


def test_tables_older_than_the_code_are_not_ready(client: Client) -> None:
    run("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'orders')")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["tables"] == "behind"


def test_the_clock_is_late_once_its_worker_is_silent(client: Client) -> None:
    run(*GOING)
    assert client.get("/readyz").json()["clock"] == "ok"
    run(*LATE)
    assert client.get("/readyz").json()["clock"] == "late"


def test_the_series_are_for_this_machine_or_for_the_token(client: Client, settings) -> None:
    settings.METRICS_TOKEN = "a-token-of-twenty-four-letters"
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.get("/metrics", **elsewhere).status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.9").status_code == 404, (
        "through the proxy of this machine"
    )
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong", **elsewhere).status_code == 404
    right = {"HTTP_AUTHORIZATION": f"Bearer {settings.METRICS_TOKEN}"}
    assert client.get("/metrics", **right, **elsewhere).status_code == 200
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", **elsewhere).status_code == 404
    assert client.post("/metrics").status_code == 405


def test_every_series_is_there_and_none_failed(cast: Cast) -> None:
    cast.order()
    run(*GOING)
    found = told()
    named = {name.partition("{")[0] for name in found}
    without_events = {
        "sangyu_calls_answer_seconds",
        "sangyu_emergency_acknowledge_seconds",
        "sangyu_outbox_lag_seconds",
    }
    assert {kind.name for kind in series.SERIES} - named <= without_events
    assert found["sangyu_series_failed"] == 0
    assert found['sangyu_audit_unsealed{programme="chengguan"}'] > 0
    assert 0 <= found["sangyu_clock_age_seconds"] < 60


def test_a_house_without_a_clock_tells_no_age_and_not_a_young_one() -> None:
    assert "sangyu_clock_age_seconds" not in told()


def test_an_alarm_that_nobody_takes_grows_old_and_then_counts_as_taken(cast: Cast) -> None:
    raised_at = now() - timedelta(seconds=90)
    alarm = safety.raise_alarm(
        programme=cast.programme,
        source="CALL",
        source_id=cast.call().pk,
        elder=cast.li,
        phone="",
        note="",
        by=cast.ma,
        at=raised_at,
    )
    assert told()['sangyu_emergency_waiting_seconds{programme="chengguan"}'] >= 90
    safety.take(alarm_id=alarm.pk, by=cast.ma, at=raised_at + timedelta(seconds=30))
    found = told()
    assert found['sangyu_emergency_waiting_seconds{programme="chengguan"}'] == 0
    assert found['sangyu_emergency_acknowledge_seconds{programme="chengguan",quantile="0.95"}'] == 30


def test_an_order_nobody_started_in_time_is_counted_at_its_stage(cast: Cast) -> None:
    cast.order()
    ahead = cast.at + timedelta(days=30)
    before, after = (dict(_overdue(at)) for at in (cast.at - timedelta(days=30), ahead))
    assert (before["PLACED"], after["PLACED"]) == (0, 1)


def _overdue(at) -> Iterator[tuple[str, float]]:
    (overdue,) = (kind for kind in series.SERIES if kind.name == "sangyu_orders_overdue")
    for value in overdue.values(at):
        yield value.labels["stage"], value.number


def test_a_series_that_takes_too_long_is_left_out_and_counted() -> None:
    slow, quick = (
        series.Series(f"sangyu_{name}", name, series.by_query(query))
        for name, query in (("slow", "SELECT 1 FROM pg_sleep(30)"), ("quick", "SELECT 7"))
    )
    assert read(series.text([slow, quick], patience_ms=200)) == {"sangyu_quick": 7, "sangyu_series_failed": 1}


def test_no_series_names_anybody(cast: Cast) -> None:
    cast.order()
    text = series.text()
    assert cast.li.name not in text
    assert cast.ma.display_name not in text
    assert re.search(r"\d{11}", text) is None
