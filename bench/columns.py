"""One rule for seven years of orders: `policy batch`, Parquet to Parquet, beside SQL written by hand; and every rule
of every pack decided in columns and one by one, which must be the same.

The orders are made by arithmetic from their number, the same on every machine. The SQL by hand writes what is used and
what is left of the monthly credit of class B; the rule also says which row decided and what each side pays.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from _figures import tell

from sangyu.policy import load, pack_ids

PACK, RULE = "lanzhou-chengguan", "class-b-credit"
# The same credit by hand: 50 yuan a month for class B, that is neither three-no nor severely disabled.
BY_HAND = """
SELECT id, greatest(least(summed, 5000) - least(summed - takes, 5000), 0)::BIGINT AS used_fen,
       CASE WHEN b THEN 5000 - least(summed, 5000) ELSE 0 END::BIGINT AS balance_fen
FROM (SELECT id, b, takes,
             sum(takes) OVER (PARTITION BY elder, month ORDER BY "at", id ROWS UNBOUNDED PRECEDING) AS summed
      FROM (SELECT id, elder, "at", date_trunc('month', "on") AS month, b,
                   CASE WHEN b THEN price_fen ELSE 0 END AS takes
            FROM (SELECT *, list_contains(identities, 'entitled_group') AND NOT list_contains(identities, 'three_no')
                         AND NOT list_contains(identities, 'severe_disability') AS b FROM read_parquet('{source}'))))
"""


def make(source: Path, orders: int, elders: int) -> None:
    """Write the orders of some elders over seven years."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"""COPY (SELECT id, elder, "at", "at"::DATE AS "on", 500 + hash(id + 7) % 6000 AS price_fen,
                CASE elder % 10 WHEN 0 THEN ['three_no'] WHEN 1 THEN ['severe_disability']
                     WHEN 2 THEN ['entitled_group'] WHEN 3 THEN ['entitled_group', 'empty_nest']
                     ELSE []::VARCHAR[] END AS identities
                FROM (SELECT id::BIGINT AS id, (hash(id) % {elders})::BIGINT AS elder,
                      TIMESTAMP '2010-01-01' + to_minutes((hash(id + 1) % (7 * 365 * 1440))::BIGINT) AS "at"
                      FROM range({orders}) AS numbers(id))) TO '{source}' (FORMAT parquet)"""
        )
        connection.execute(
            f"""COPY (SELECT * REPLACE (price_fen::BIGINT AS price_fen) FROM read_parquet('{source}'))
                TO '{source}.all' (FORMAT parquet)"""
        )
    Path(f"{source}.all").replace(source)


def digest(answers: Path) -> str:
    """Hash what both sides say: used and left, in the order of the orders."""
    whole = hashlib.sha256()
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        reader = connection.sql(
            f"SELECT id, used_fen, balance_fen FROM read_parquet('{answers}') ORDER BY id"
        ).to_arrow_reader(200_000)
        for batch in reader:
            for column in batch.columns:
                whole.update(column.to_numpy(zero_copy_only=False).tobytes())
    return whole.hexdigest()


def by_hand(source: Path, target: Path) -> float:
    """Run the SQL written by hand; give its seconds."""
    started = time.perf_counter()
    with duckdb.connect(
        config={"threads": 2, "memory_limit": "600MB", "preserve_insertion_order": False}
    ) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({BY_HAND.format(source=source)}) TO '{target}' (FORMAT parquet)").fetchall()
    return time.perf_counter() - started


def price(orders: int, elders: int) -> None:
    """Measure the command as a process of its own, then the SQL by hand, on the same file."""
    with tempfile.TemporaryDirectory() as folder:
        source, target, hand = (Path(folder) / f"{name}.parquet" for name in ("orders", "batch", "hand"))
        make(source, orders, elders)
        command = [sys.executable, "-m", "sangyu.policy", "batch", PACK, RULE, str(source), str(target), "--no-digest"]
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        whole, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        hand_seconds = by_hand(source, hand)
        assert digest(target) == digest(hand), "the rule and the SQL by hand differ"
        size, engine = f"{orders} orders of {elders} elders", float(said[2])
        more = {"processor_seconds": round(cpu, 2), "engine_seconds": engine, "digest": digest(target)[:16]}
        tell("columns", figure=whole, unit="s", limit=5, size=size, **more)
        tell("columns.memory", figure=after.ru_maxrss / 1024, unit="MB", limit=800, size=size)
        tell("columns.by_hand", figure=engine / hand_seconds, unit="times the SQL by hand", limit=1.3, size=size)


def equal(rows: int) -> None:
    """Hold both engines together on random lines of every rule of every pack."""
    from sangyu.policy.columns import decide_all, reason_against
    from sangyu.policy.each import decide_each
    from sangyu.policy.tests.lines import parameters, read_by, table

    same, each_only, different = 0, [], []
    for pack_id in pack_ids():
        pack = load(pack_id)
        for rule_id, rule in pack.rules.items():
            if reason_against(pack, rule_id):
                each_only.append(f"{pack_id} {rule_id}")
                continue
            dice = random.Random(f"{pack_id} {rule_id}")
            lines, said = table(dice, read_by(pack, rule), rows), parameters(dice, pack)
            if decide_all(pack, rule_id, lines, said).equals(decide_each(pack, rule_id, lines, said)):
                same += 1
            else:
                different.append(f"{pack_id} {rule_id}")
    size = f"{same + len(different)} rules, {rows} lines each"
    more = {"different": different, "one_by_one_only": each_only}
    tell("columns.equal", figure=len(different), unit="rules that differ", limit=1, size=size, **more)


if __name__ == "__main__":
    equal(int(os.environ.get("SANGYU_BENCH_ROWS", "100")))
    price(int(os.environ.get("SANGYU_BENCH_ORDERS", "7450000")), int(os.environ.get("SANGYU_BENCH_ELDERS", "110000")))
