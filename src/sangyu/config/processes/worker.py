"""The job worker: takes what the application has put off, from the same database, once a second.

A worker that is killed leaves its job behind as "being done", and the lock of that job would keep the same round from
ever being made again. So every worker looks for jobs whose worker has fallen silent, and takes them up.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

POLL_S = 1.0
AT_ONCE = 2  # a job that waits for another system's answer must not keep the clock's other work waiting
GRACE_S = 8.0  # a job that takes longer than this to finish at shutdown is taken up again by the next worker
SILENT_S = 30.0  # a living worker says so every ten seconds
LOOK_EVERY_S = 5.0


def main() -> None:
    """Work until told to stop."""
    import django

    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(_work(app))


async def _work(app: object) -> None:
    from procrastinate.exceptions import ConnectorException

    async def look() -> None:
        while True:
            with suppress(ConnectorException):  # no database just now: the next look will find them
                await take_up_abandoned(app)
            await asyncio.sleep(LOOK_EVERY_S)

    async with app.open_async():  # type: ignore[attr-defined]
        looking = asyncio.create_task(look())
        try:
            await app.run_worker_async(  # type: ignore[attr-defined]
                name="worker",
                concurrency=AT_ONCE,
                listen_notify=False,  # engines that only speak PostgreSQL's wire have no LISTEN
                fetch_job_polling_interval=POLL_S,
                shutdown_graceful_timeout=GRACE_S,
                stalled_worker_timeout=SILENT_S,
            )
        finally:
            looking.cancel()


async def take_up_abandoned(app: object, *, silent_s: float = SILENT_S) -> int:
    """Put the jobs of dead workers back in the queue, or close them where the same round waits there already.

    Returns how many were found.
    """
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    jobs = app.job_manager  # type: ignore[attr-defined]
    abandoned = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=silent_s))
    for job in abandoned:
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            await jobs.finish_job(job, Status.ABORTED, delete_job=False)
    return len(abandoned)


if __name__ == "__main__":
    main()
