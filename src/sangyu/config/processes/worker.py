"""The job worker: takes what the application has put off, from the same database, once a second."""

from __future__ import annotations

import asyncio

POLL_S = 1.0
GRACE_S = 8.0  # a job that takes longer than this to finish at shutdown is taken up again by the next worker


def main() -> None:
    """Work until told to stop."""
    import django

    django.setup()
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(_work(app))


async def _work(app: object) -> None:
    async with app.open_async():  # type: ignore[attr-defined]
        await app.run_worker_async(  # type: ignore[attr-defined]
            name="worker",
            listen_notify=False,  # engines that only speak PostgreSQL's wire have no LISTEN
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=GRACE_S,
        )


if __name__ == "__main__":
    main()
