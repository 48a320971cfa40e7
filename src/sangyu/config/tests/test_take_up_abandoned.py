"""What a killed worker was doing is taken up by another; otherwise its lock would end that round for ever."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from sangyu.config.processes.worker import take_up_abandoned
from sangyu.portals.rounds import tasks


def _defer() -> int:
    return tasks.seal_audit_book.configure().defer(timestamp=0)


def _begin(job: int, *, heard_s_ago: int) -> None:
    """Let a worker take a job and fall silent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - %s * interval '1 second') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker"
            " WHERE procrastinate_jobs.id = %s",
            [heard_s_ago, job],
        )


def _states() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs")
        return dict(cursor.fetchall())


def _look() -> int:
    async def look() -> int:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                return await take_up_abandoned(app)

    # A browser's test before this one may have left a loop in this thread; a worker has a thread of its own.
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: asyncio.run(look())).result()


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_dead_worker_waits_again() -> None:
    job = _defer()
    _begin(job, heard_s_ago=60)
    assert _look() == 1
    assert _states() == {job: "todo"}


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_living_worker_is_left_alone() -> None:
    job = _defer()
    _begin(job, heard_s_ago=5)
    assert _look() == 0
    assert _states() == {job: "doing"}


@pytest.mark.django_db(transaction=True)
def test_where_the_same_round_waits_already_the_abandoned_one_is_closed() -> None:
    abandoned = _defer()
    _begin(abandoned, heard_s_ago=60)
    waiting = _defer()
    assert _look() == 1
    assert _states() == {abandoned: "aborted", waiting: "todo"}
