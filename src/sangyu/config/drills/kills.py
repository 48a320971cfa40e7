"""`./sangyu drill crash`, second half: web server, worker and database killed at random while people work."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from sangyu.config.drills.ground import Ground, faults
from sangyu.config.drills.house import READY_S_MAX, House, house
from sangyu.config.drills.load import Book, callers, compare, settle
from sangyu.config.processes import residents
from sangyu.config.setup.report import tell

WEIGHTS = {"web": 4, "worker": 2, "database": 4}
KINDS = tuple(WEIGHTS)
CALM_S = (0.05, 0.6)
WORKER_S_MAX = 300.0
TEXTS_S_MAX = 600.0  # an abandoned round is taken up after half a minute of silence, and the next one comes in ten
LINES = 3


def run(ground: Ground, *, kills: int, kinds: tuple[str, ...] = KINDS, seed: int = 1) -> dict[str, Any]:
    """Kill at random, `kills` times, while three lines take and dispatch orders; compare their log with the tables.

    `kinds` says what is killed; without the worker among them there is none.
    Shape: the figures of the drill; `recovery_s` has min, p50, p95 and max by what was killed.
    """
    began = time.monotonic()
    dice = random.Random(seed)
    worker, weights = "worker" in kinds, [WEIGHTS[kind] for kind in kinds]
    database = ground.fresh("kills")
    book = Book()
    recovery: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with house(ground, database, worker=worker) as home:
        lines = callers(home.port, book, ground.town, lines=LINES, many=1_000_000)
        if worker:
            wait_for_first_round(home)
        for line in lines:
            line.start()
        _wait(home, lambda: len(book.acks) >= LINES, "nobody got to work")
        for n in range(kills):
            _calm(home, dice.uniform(*CALM_S))
            kind = dice.choices(kinds, weights)[0]
            recovery[kind].append(_kill(home, kind, dice))
            if (n + 1) % 20 == 0:
                tell(f"  {n + 1} kills, {len(book.acks)} acknowledged, {book.silent} unheard")
        settle(lines)
        ground.use(database)  # the connections of this process died with the database
        texts = texts_of(home) if worker else {}
        figures = compare(book)
        found = faults()
        if not home.ground.cluster.healthy():
            found.append("the database does not answer")
    return {
        "n": kills,
        **figures,
        "asked": book.asked,
        "unheard": book.silent,
        **texts,
        "faults": [*found, *_untold(texts)],
        "troubles": book.troubles,
        "recovery_s": {kind: _spread(values) for kind, values in recovery.items() if values},
        "killed": {kind: len(values) for kind, values in recovery.items()},
        "seconds": round(time.monotonic() - began, 1),
    }


def _kill(home: House, kind: str, dice: random.Random) -> float:
    """Kill something and mind the house until it works again; return the seconds that took."""
    if kind == "web":
        assert home.web.process is not None
        _hit(dice.choice([os.kill, os.killpg]), home.web.process.pid)
        home.web.process.wait()  # what its parent hears; its children are for the supervisor to find
        home.mind()
        return home.wait()
    if kind == "database":
        cluster = home.ground.cluster
        assert cluster.pid is not None
        living = residents.residents(cluster.places)
        doomed = dice.choice([[cluster.pid], [dice.choice(living)], living])
        for pid in doomed:
            _hit(os.kill, pid)
        return home.wait()
    assert home.worker.process is not None
    before = _newest_worker(home)
    _hit(os.kill, home.worker.process.pid)
    home.worker.process.wait()
    began = time.monotonic()
    _wait(home, lambda: _newest_worker(home) > before, "the worker did not come back", within_s=WORKER_S_MAX)
    return time.monotonic() - began


def _hit(how: Callable[[int, int], None], pid: int) -> None:
    with suppress(ProcessLookupError):
        how(pid, signal.SIGKILL)


def _newest_worker(home: House) -> int:
    """Return the number of the worker that signed on last; it does so once it can take jobs."""
    try:
        with psycopg.connect(home.ground.cluster.url("superuser", "kills"), connect_timeout=5) as connection:
            row = connection.execute("SELECT coalesce(max(id), 0) FROM procrastinate_workers").fetchone()
    except psycopg.Error:
        return -1
    assert row is not None
    return int(row[0])


def wait_for_first_round(home: House) -> None:
    """Wait until the worker has looked at the news once: a new reader begins with what happens from then on."""
    _wait(home, lambda: _rows("outbox_bookmark") > 0, "the worker made no round", within_s=WORKER_S_MAX)


def texts_of(home: House) -> dict[str, int]:
    """Wait until the worker's round has told every order's news; count what was written or sent twice."""
    from django.db import connection

    def untold() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM orders_order AS o WHERE NOT EXISTS"
                " (SELECT 1 FROM outbox_text AS t WHERE t.cause_id = o.id)"
            )
            return int(cursor.fetchone()[0])

    with suppress(RuntimeError):
        _wait(home, lambda: untold() == 0, "", within_s=TEXTS_S_MAX)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM outbox_text),"
            " (SELECT count(*) FROM (SELECT text_id FROM outbox_textattempt WHERE result = 'SENT'"
            " GROUP BY text_id HAVING count(*) > 1) AS again)"
        )
        texts, sent_again = cursor.fetchone()
    return {"untold": untold(), "texts": int(texts), "texts_sent_again": int(sent_again)}


def _untold(texts: dict[str, int]) -> list[str]:
    return [f"{texts['untold']} orders of which nobody was told"] if texts.get("untold") else []


def _rows(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _calm(home: House, seconds: float) -> None:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        home.mind()
        time.sleep(0.02)


def _wait(home: House, condition: Callable[[], bool], trouble: str, *, within_s: float = READY_S_MAX) -> None:
    until_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until_s:
            raise RuntimeError(trouble)
        home.mind()
        time.sleep(0.05)


def _spread(values: list[float]) -> dict[str, float]:
    """Say how recovery is spread; the ninety-fifth is a value that was measured, as are the others."""
    nth = sorted(values)
    found = {"min": nth[0], "p50": statistics.median_low(nth), "p95": nth[-(-len(nth) * 95 // 100) - 1], "max": nth[-1]}
    return {name: round(value, 2) for name, value in found.items()}
