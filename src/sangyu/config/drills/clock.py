"""`./sangyu drill clock`: the server's clock jumps an hour ahead and back while people and rounds work.

Where libfaketime is installed the whole web server and worker live by the false clock; elsewhere only the clock of the
desks is moved, which is what rounds and verbs go by. The database keeps the right time: leases of jobs are measured
there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from sangyu.config.drills.ground import Ground, faults
from sangyu.config.drills.house import House, house
from sangyu.config.drills.kills import texts_of, wait_for_first_round
from sangyu.config.drills.load import Book, callers, compare, settle
from sangyu.config.setup.report import tell

HOUR_S = 3600
# Ahead, two hours back, right again, and a little back, so that moments that have been come once more.
JUMPS_S = (0, HOUR_S, -HOUR_S, 0, -25)
LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
LINES = 2
ROUND_S_MAX = 300.0


def run(ground: Ground, *, phase_s: float, rounds: bool = True, jumps_s: Sequence[int] = JUMPS_S) -> dict[str, Any]:
    """Work through every jump for `phase_s` seconds and at least one round; compare the log of yeses with the tables.

    Without `rounds` no worker runs, and only the pages meet the jumps.

    Shape: the figures of the drill; `phases` has the acknowledgements and rounds made under each clock.
    """
    began = time.monotonic()
    database = ground.fresh("clock")
    book = Book()
    clock = ground.var / "clock"
    library = _library()
    _set(clock, 0, library)
    phases: list[dict[str, Any]] = []
    with house(ground, database, worker=rounds, **_environment(clock, library)) as home:
        if rounds:
            wait_for_first_round(home)
        lines = callers(home.port, book, ground.town, lines=LINES, many=1_000_000)
        for line in lines:
            line.start()
        for jump_s in jumps_s:
            _set(clock, jump_s, library)
            phases.append(_phase(home, book, jump_s, phase_s, rounds=rounds))
            tell(f"  {phases[-1]}")
        settle(lines)
        texts = texts_of(home) if rounds else {}
        figures = compare(book)
        found = faults()
    stood_still = [f"no round at {row['jump_s']} s" for row in phases if rounds and not row["rounds"]]
    idle = [f"nothing acknowledged at {row['jump_s']} s" for row in phases if not row["acknowledged"]]
    return {
        "n": len(jumps_s),
        "by": "libfaketime" if library else "the clock of the desks",
        **figures,
        "twice": figures["twice"] + _twice(),
        **texts,
        "rounds_of_one_moment_repeated": _repeated(),
        "taken_back_early": _taken_back(),
        "phases": phases,
        "faults": [*found, *stood_still, *idle],
        "troubles": book.troubles,
        "seconds": round(time.monotonic() - began, 1),
    }


def _phase(home: House, book: Book, jump_s: int, phase_s: float, *, rounds: bool) -> dict[str, Any]:
    heard, made = len(book.acks), _rounds()
    began = time.monotonic()
    while time.monotonic() - began < phase_s or (
        (len(book.acks) == heard or (rounds and _rounds() == made)) and time.monotonic() - began < ROUND_S_MAX
    ):
        home.mind()
        time.sleep(0.1)
    return {"jump_s": jump_s, "acknowledged": len(book.acks) - heard, "rounds": _rounds() - made}


def _library() -> str:
    for pattern in LIBRARIES:
        found = sorted(Path("/").glob(pattern.lstrip("/")))
        if found:
            return str(found[0])
    return ""


def _environment(clock: Path, library: str) -> dict[str, str]:
    if not library:
        return {"SANGYU_CLOCK_FILE": str(clock)}
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def _set(clock: Path, jump_s: int, library: str) -> None:
    beside = clock.with_suffix(".new")
    beside.write_text(f"{jump_s:+d}\n" if library else str(jump_s), encoding="ascii")
    beside.replace(clock)


def _rounds() -> int:
    """Count the rounds that were made."""
    return _count("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'")


def _repeated() -> int:
    """Count the rounds that were made again for a moment that came again; each must have had no second effect."""
    return _count(
        "SELECT count(*) - count(DISTINCT (task_name, args->>'timestamp')) FROM procrastinate_jobs"
        " WHERE status = 'succeeded'"
    )


def _twice() -> int:
    """Count the texts that tell a person of an order exactly what the text before had told."""
    return _count(
        "SELECT count(*) FROM outbox_text AS t JOIN outbox_text AS before ON before.cause_id = t.cause_id"
        ' AND before."to" = t."to" AND before.n = t.n - 1 AND before.told = t.told'
    )


def _taken_back() -> int:
    """Count the dispatches that a wrong clock took back: an enterprise's time to answer is told by the desks' clock."""
    return _count("SELECT count(*) FROM dispatch_refusal WHERE reason = 'NO_ANSWER'")


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])
