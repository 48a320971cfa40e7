"""Lunches decided one by one: the printed walk alone, the whole decision with its sentence, zen-engine beside; and the
packs checked."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from _figures import spread, tell, timed
from _peers import NotRun, run, tell_not_run
from _policy_columns import PACK, batches, opened, ran

from sangyu.policy import decide, load, pack_ids
from sangyu.policy.engine import inquire
from sangyu.policy.straight import straight

RULE, ON = "lunch-subsidy", date(2016, 5, 10)
ONE_BY_ONE = 5000  # of the lunches, the first
# Lunches of every kind that the table tells apart, made by arithmetic from their number.
LUNCHES = """
SELECT id, DATE '2016-05-10' AS "on", (55 + hash(id) % 40)::BIGINT AS age, hash(id + 1) % 20 > 0 AS registered,
       CASE hash(id + 2) % 10 WHEN 0 THEN ['three_no'] WHEN 1 THEN ['severe_disability'] WHEN 2 THEN ['dibao']
            ELSE []::VARCHAR[] END AS identities,
       CASE WHEN hash(id + 3) % 20 = 0 THEN 'dinner' ELSE 'lunch' END AS meal,
       CASE WHEN hash(id + 4) % 20 = 0 THEN 2 ELSE 1 END::BIGINT AS nth_of_day,
       CASE WHEN hash(id + 5) % 20 = 0 THEN 'other' ELSE 'contracted_canteen' END AS place,
       CASE WHEN hash(id + 6) % 3 = 0 THEN 'delivery' ELSE 'dine_in' END AS mode,
       CASE WHEN hash(id + 7) % 10 = 0 THEN 1800 ELSE 1500 END::BIGINT AS price_fen
FROM (SELECT range::BIGINT AS id FROM range({lunches}))
"""


def counter() -> None:
    """Measure the answer at the counter: one elder's lunch."""
    facts = {"on": "2026-11-22", "registered": True, "identities": [], "birth_date": "1950-03-01", "meal": "lunch"}
    facts |= {"nth_of_day": 1, "place": "contracted_canteen", "mode": "dine_in", "price_fen": 1500}
    pack = load(PACK)
    runs = timed(lambda: decide(pack, RULE, facts), times=2000)
    assert decide(pack, RULE, facts).shares_fen == {"elder": 500, "government": 1000}
    size = f"{len(pack.rules)} rules"
    tell("policy", figure=spread(runs)["p99"], unit="ms p99", limit=10_000, size=size, **spread(runs))


def scalar(lunches: int) -> None:
    """Measure the same lunches by the printed walk, by whole decisions, by zen-engine and in columns."""
    pack = load(PACK)
    version = pack.rules[RULE].version_on(ON)
    assert version is not None
    walk = straight(pack, pack.rules[RULE], version.table).run
    with tempfile.TemporaryDirectory() as folder:
        source, target, questions = (
            Path(folder, "lunches.parquet"),
            Path(folder, "made.parquet"),
            Path(folder, "q.json"),
        )
        with opened() as connection:
            connection.execute(f"COPY ({LUNCHES.format(lunches=lunches)}) TO '{source}' (FORMAT parquet)")
            asked = _lines(connection, source)
            _, (columns,) = batches(RULE, source, target)
            summed = connection.sql(
                f"SELECT sum(share_government_fen)::BIGINT FROM '{target}' WHERE id < {ONE_BY_ONE}"
            ).fetchall()[0][0]
        together = _columns(source)
        walked = _each(lambda: [inquire(pack, one, ON, {}) for one in asked], walk)
        decided = _each(lambda: asked, lambda one: decide(pack, RULE, one))
        total = sum((decide(pack, RULE, one).shares_fen or {})["government"] for one in asked)
        assert total == summed, "one by one and in columns differ"
        size = f"{len(asked)} lunches, {len(version.table.rows)} rows"
        tell("policy.generated", figure=walked["median"], unit="us median", limit=5, size=size, **walked)
        tell("policy.decision", figure=decided["median"], unit="us median", limit=20, size=size, **decided)
        questions.write_text(json.dumps([{**one, "on": str(ON)} for one in asked]), encoding="utf-8")
        try:
            zen = run("_peer_zen.py", str(questions))
        except NotRun as reason:
            tell_not_run("policy.zen", reason)
            tell_not_run("columns.zen", reason)
            return
    assert zen["total_fen"] == total, "zen-engine comes to another sum"
    ours = decided["median"] / zen["one_us"]
    tell("policy.zen", figure=ours, unit="times zen-engine, one decision", limit=1, size=size, **zen)
    each, best = together["median"], min(zen["one_us"], zen["batch_us"])
    from_file = columns.engine_seconds / lunches * 1e6
    more = {
        "columns_us": round(each, 3),
        "zen_us": round(best, 2),
        "times_faster": round(best / each),
        "from_file_to_file_us": round(from_file, 3),
    }
    size = f"{lunches} lunches in columns, {len(asked)} by zen-engine"
    tell("columns.zen", figure=each / best, unit="times zen-engine, a decision", limit=0.01, size=size, **more)


def _columns(source: Path, passes: int = 5) -> dict[str, float]:
    """Give the microseconds of a lunch where all lie in memory as columns, the rule printed once as zen-engine's is."""
    from sangyu.policy.columns import decide_all

    table, pack, runs = pq.read_table(source), load(PACK), []
    for _ in range(passes + 1):
        began = time.perf_counter()
        made = decide_all(pack, RULE, table)
        runs.append((time.perf_counter() - began) / made.num_rows * 1e6)
    return {"median": statistics.median(runs[1:]), "least": min(runs)}


def _lines(connection: Any, source: Path) -> list[dict[str, Any]]:
    asked = connection.sql(f"SELECT * FROM '{source}' WHERE id < {ONE_BY_ONE} ORDER BY id")
    return [dict(zip(asked.columns, line, strict=True)) for line in asked.fetchall()]


def _each(fresh: Callable[[], Sequence[Any]], work: Callable[[Any], object], passes: int = 15) -> dict[str, float]:
    """Give the microseconds of one piece of work: the median over some passes, the least, and of a processor."""
    runs, processor = [], []
    for _ in range(passes):
        ones = fresh()
        began, worked = time.perf_counter(), time.process_time()
        for one in ones:
            work(one)
        runs.append((time.perf_counter() - began) / len(ones) * 1e6)
        processor.append((time.process_time() - worked) / len(ones) * 1e6)
    found = {"median": statistics.median(runs), "least": min(runs), "processor": statistics.median(processor)}
    return {**{name: round(value, 2) for name, value in found.items()}, "passes": passes}


def checked(turns: int) -> None:
    """Measure `policy check` of all packs as a process of its own."""
    runs = [ran(sys.executable, "-m", "sangyu.policy", "check") for _ in range(turns)]
    more = {"processor_seconds": round(statistics.median(one.processor_seconds for one in runs), 2)}
    whole = statistics.median(one.seconds for one in runs)
    tell("policy.check", figure=whole, unit="s", limit=2, size=f"{len(pack_ids())} packs", **more)
