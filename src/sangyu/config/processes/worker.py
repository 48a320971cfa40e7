"""The job worker: takes what the application has put off, from the same database, once a second.

Three things would end a round for ever without anybody noticing. A worker that is killed leaves its job behind as
"being done", and the lock of that job keeps the same round from being made again; a worker whose database went away for
a second cannot note that its job is done, with the same effect; and one whose clock is set back waits until the old
time has come again. So every worker takes up the jobs of silent ones, and ends itself in the other two cases: whoever
minds it starts another, which begins with what is true.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from typing import Any

POLL_S = 1.0
GRACE_S = 8.0  # a job that takes longer than this to finish at shutdown is taken up again by the next worker
SILENT_S = 30.0  # a living worker says so every ten seconds
LOOK_EVERY_S = 2.0
SET_BACK_S = 5.0  # a clock is steered by less than this without harm

log = logging.getLogger("sangyu.worker")


def main() -> None:
    """Work until told to stop."""
    import django

    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(_work(app))


async def _work(app: Any) -> None:
    from procrastinate.worker import Worker

    app.perform_import_paths()
    async with app.open_async():
        worker = Worker(
            app,
            name="worker",
            concurrency=2,  # a long rehearsal keeps no text and no round waiting; a job's lock holds off its like
            listen_notify=False,  # engines that only speak PostgreSQL's wire have no LISTEN
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=GRACE_S,
            stalled_worker_timeout=SILENT_S,
            install_signal_handlers=False,  # it would listen only after it has signed on
        )
        told = asyncio.Event()

        def stop() -> None:
            told.set()
            worker.stop()  # type: ignore[no-untyped-call]

        for asked in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(asked, stop)
        working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        watching = asyncio.create_task(_until_unwell(app))
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set() and working.done() and working.exception() is None:
            watching.cancel()
            return
        # Whichever of the two meets the trouble first; work that ends without having been told to has met it, too.
        ended = watching if watching.done() else working
        error = ended.exception()
        why = type(error).__name__ if error else ended.result() or "its work ended by itself"
        log.error("the worker ends, to begin anew: %s", why, exc_info=error)
        working.cancel()
        await asyncio.wait({working}, timeout=GRACE_S)
        os._exit(1)  # not by way of the threads: one of them may wait for ever for what is gone


async def _until_unwell(app: Any) -> str:
    """Look after jobs that nobody does any more; answer why this worker cannot go on, once it cannot."""
    from psycopg import AsyncConnection, OperationalError

    began_at = time.time() - time.monotonic()
    async with await AsyncConnection.connect(**_address(), autocommit=True) as session:
        while True:
            await take_up_abandoned(app)
            await asyncio.sleep(LOOK_EVERY_S)
            if time.time() - time.monotonic() < began_at - SET_BACK_S:
                return "the clock was set back"
            began_at = max(began_at, time.time() - time.monotonic())
            try:
                await session.execute("SELECT 1")  # always the same session: it ends with the server it began with
            except OperationalError:
                return "the database was restarted"


def _address() -> dict[str, Any]:
    from django.db import connection

    here = connection.settings_dict
    given = {"host": here["HOST"], "port": here["PORT"], "user": here["USER"], "password": here["PASSWORD"]}
    return {"dbname": here["NAME"], **{name: value for name, value in given.items() if value}, **here["OPTIONS"]}


async def take_up_abandoned(app: Any, *, silent_s: float = SILENT_S) -> int:
    """Put the jobs of dead workers back in the queue, or close them where the same round waits there already.

    Returns how many were found.
    """
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    jobs = app.job_manager
    abandoned = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=silent_s))
    for job in abandoned:
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            await jobs.finish_job(job, Status.ABORTED, delete_job=False)
    return len(abandoned)


if __name__ == "__main__":
    main()
