"""What every benchmark here shares: the shape of an answer, and a database of its own."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def tell(name: str, *, figure: float, unit: str, limit: float, size: str, **more: object) -> None:
    """Print one answer; `ratio` below 1 means within the limit."""
    machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
    answer = {
        "name": name,
        "figure": round(figure, 3),
        "unit": unit,
        "limit": limit,
        "ratio": round(figure / limit, 4),
        "size": size,
        "machine": machine,
        "load": round(os.getloadavg()[0], 1),
        **more,
    }
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def timed(work: Callable[[], object], *, times: int) -> list[float]:
    """Run `work` so often and return the milliseconds of each run, sorted; one run before is not counted."""
    work()
    runs = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        runs.append((time.perf_counter() - began) * 1000)
    return sorted(runs)


def when_quiet() -> None:
    """Wait until the machine's load of the last minute is at most `SANGYU_BENCH_LOAD_MAX`; without that go on at once.

    What takes an hour to build is built beside other work, and measured when that is over.
    """
    most = float(os.environ.get("SANGYU_BENCH_LOAD_MAX", "inf"))
    while os.getloadavg()[0] > most:
        time.sleep(5)


def spread(runs: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum of sorted runs."""
    return {
        "median": round(statistics.median(runs), 3),
        "p99": round(runs[min(len(runs) - 1, len(runs) * 99 // 100)], 3),
        "max": round(runs[-1], 3),
        "runs": len(runs),
    }


@contextmanager
def fresh_database() -> Iterator[None]:
    """Set Django up on a throw-away cluster with every table, as the log-in that serves."""
    from sangyu.config.processes.throw_away import throw_away_postgres

    with throw_away_postgres() as cluster:
        os.environ.update(cluster.environment())
        os.environ["SANGYU_LOG_IN"] = "owner"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        connection.close()
        connection.settings_dict.update(connection.settings_dict["APP"])
        yield
        connection.close()
