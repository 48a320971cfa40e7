"""`./sangyu drill crash`, first half: killed right before and right after every COMMIT of the walk, each twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sangyu.config.drills.ground import TEMPLATE, Ground, faults, picture
from sangyu.config.processes.places import PROJECT
from sangyu.config.setup.report import tell

COMMITS_MAX = 60


class Victim:
    """The process in which steps are done and killed."""

    def __init__(self, process: subprocess.Popen[str], ground: Ground) -> None:
        self._process = process
        self._same = {"database": "", "at": ground.town.at.isoformat()}

    def work_on(self, database: str) -> None:
        """Let the next steps be done in a database of the ground."""
        self._same["database"] = database

    def ask(self, step: str, point: str = "", commit: int = 1) -> str:
        """Let a step be done; return `done`, `refused: …`, `failed: …` or `killed by 9`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**self._same, "step": step, "point": point, "commit": commit}) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def victim(ground: Ground) -> Iterator[Victim]:
    """Start the process on the ground, and end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sangyu.config.drills.victim"],
        cwd=PROJECT,
        env=ground.environment(TEMPLATE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Victim(process, ground)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def run(ground: Ground, *, times: int = 2, only: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Walk once undisturbed and once killed at every COMMIT of every step, `times` each, and compare the two.

    `only` names the steps that are killed, in a short drill. Shape: the figures; `table` has a row a step.
    """
    from sangyu.config.drills.walk import steps

    began = time.monotonic()
    table: list[dict[str, Any]] = []
    with victim(ground) as killed:
        killed.work_on(ground.fresh("calm"))
        calm = _undisturbed(killed, list(steps()))
        killed.work_on(ground.fresh("crash"))
        for step in steps():
            if only and step not in only:
                killed.ask(step)
                continue
            row = _step(killed, step, times)
            row["as_calm"] = _state(picture()) == _state(calm[step])
            table.append(row)
            tell(
                f"  {step:<12} {row['commits']} commits, {row['kills']} kills: lost {row['lost']}, "
                f"twice {row['twice']}, half {row['half']}, {row['repeat'][:40]}"
            )
    found = faults()
    paid = _paid_twice()
    sums = {name: sum(row[name] for row in table) for name in ("kills", "lost", "twice", "half")}
    return {
        "n": sums["kills"],
        "steps": len(table),
        "commits": sum(row["commits"] for row in table),
        "lost": sums["lost"],
        "twice": sums["twice"] + paid,
        "half": sums["half"],
        "otherwise": [row["step"] for row in table if not row["as_calm"]],
        "faults": found,
        "table": table,
        "seconds": round(time.monotonic() - began, 1),
    }


def _undisturbed(calm: Victim, names: list[str]) -> dict[str, Any]:
    """Do the walk once and picture the database after every step."""
    seen = {}
    for step in names:
        answer = calm.ask(step)
        if answer != "done":
            raise RuntimeError(f"{step}: {answer}")
        seen[step] = picture()
    return seen


def _step(killed: Victim, step: str, times: int) -> dict[str, Any]:
    """Kill one step before and after each of its COMMITs, then let it be done, and once more."""
    row: dict[str, Any] = {"step": step, "commits": 0, "kills": 0, "lost": 0, "twice": 0, "half": 0}
    before = picture()
    for _ in range(times):
        row["kills"] += _kill(killed, step, "before", 1)
        row["half"] += picture() != before
    for commit, _ in ((n, again) for n in range(1, COMMITS_MAX) for again in range(times)):
        if not _kill(killed, step, "after", commit):
            break  # done, or refused because it is done: there was no such COMMIT any more
        if row["kills"] == times:  # the first one behind a COMMIT
            row["lost"] += picture() == before
        row["kills"] += 1
        row["commits"] = commit
    done = picture()
    row["repeat"] = killed.ask(step)
    row["twice"] += _state(picture()) != _state(done)
    return row


def _state(seen: dict[str, int | str]) -> dict[str, int | str]:
    """Leave out the audit book: that somebody asked again may be written there, and changes nothing else."""
    return {name: value for name, value in seen.items() if name != "access_auditentry"}


def _kill(killed: Victim, step: str, point: str, commit: int) -> int:
    answer = killed.ask(step, point, commit)
    if answer.startswith("failed"):
        raise RuntimeError(f"{step} {point} COMMIT {commit}: {answer}")
    return int(answer == "killed by 9")


def _paid_twice() -> int:
    """Count statements with more than one payment, and lines whose charge is on two statements."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM (SELECT statement_id FROM settlement_payment GROUP BY 1 HAVING count(*) > 1)"
            " AS paid) + (SELECT count(*) FROM (SELECT charge_id FROM settlement_line WHERE NOT withdrawn"
            " GROUP BY 1 HAVING count(*) > 1) AS line)"
        )
        return int(cursor.fetchone()[0])
