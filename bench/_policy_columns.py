"""One rule for years of orders: `policy batch`, Parquet to Parquet, beside SQL written by hand; how it grows; and every
rule of every pack decided in columns and one by one, which must be the same.

The orders are made by arithmetic from their number, the same on every machine. The SQL by hand writes what is used and
what is left of the monthly credit of class B; the rule also says which row decided and what each side pays.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from _figures import tell

from sangyu.policy import load, pack_ids

FOLDER = Path(__file__).resolve().parent
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


@dataclass(frozen=True)
class Ran:
    """What a process said and took."""

    said: str
    seconds: float
    processor_seconds: float
    memory_mb: float

    @property
    def engine_seconds(self) -> float:
        """Read the seconds that `policy batch` says its engine took."""
        return float(self.said.split()[2])


def ran(*command: str | Path, var: Path | None = None) -> Ran:
    """Run a process; give what it said, its time, and the most memory that it alone ever had."""
    environment = {**os.environ, **({"SANGYU_VAR": str(var)} if var else {})}
    launched = [sys.executable, "-I", "-S", FOLDER / "_launch.py", *command]
    made = subprocess.run(launched, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return Ran(**json.loads(made.stdout))


def batches(rule: str, source: Path, target: Path, turns: int = 1) -> tuple[float, list[Ran]]:
    """Run `policy batch` as a process of its own, over and over.

    Shape: (seconds of a first run, in which the rule is also printed, the runs after it, which find it printed).
    """
    command = (sys.executable, "-m", "sangyu.policy", "batch", PACK, rule, source, target, "--no-digest")
    var = target.with_name("var")
    shutil.rmtree(var, ignore_errors=True)
    first = ran(*command, var=var)
    return first.seconds, [ran(*command, var=var) for _ in range(turns)]


@contextmanager
def opened(memory: str = "1GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB as the engine does."""
    with duckdb.connect(config={"threads": 2, "memory_limit": memory, "preserve_insertion_order": False}) as connection:
        connection.execute("SET enable_progress_bar = false")
        yield connection


def make(source: Path, orders: int, elders: int) -> None:
    """Write the orders of some elders over seven years."""
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"""COPY (SELECT id, elder, "at", "at"::DATE AS "on", (500 + hash(id + 7) % 6000)::BIGINT AS price_fen,
                CASE elder % 10 WHEN 0 THEN ['three_no'] WHEN 1 THEN ['severe_disability']
                     WHEN 2 THEN ['entitled_group'] WHEN 3 THEN ['entitled_group', 'empty_nest']
                     ELSE []::VARCHAR[] END AS identities
                FROM (SELECT id::BIGINT AS id, (hash(id) % {elders})::BIGINT AS elder,
                      TIMESTAMP '2010-01-01' + to_minutes((hash(id + 1) % (7 * 365 * 1440))::BIGINT) AS "at"
                      FROM range({orders}) AS numbers(id))) TO '{source}' (FORMAT parquet)"""
        )


def digest(answers: Path) -> str:
    """Hash what both sides say: used and left, in the order of the orders."""
    whole = hashlib.sha256()
    with opened() as connection:
        reader = connection.sql(
            f"SELECT id, used_fen, balance_fen FROM read_parquet('{answers}') ORDER BY id"
        ).to_arrow_reader(200_000)
        for lines in reader:
            for column in lines.columns:
                whole.update(column.to_numpy(zero_copy_only=False).tobytes())
    return whole.hexdigest()


def by_hand(source: Path, target: Path) -> float:
    """Run the SQL written by hand; give its seconds."""
    started = time.perf_counter()
    with opened("600MB") as connection:
        connection.execute(f"COPY ({BY_HAND.format(source=source)}) TO '{target}' (FORMAT parquet)").fetchall()
    return time.perf_counter() - started


def price(orders: int, elders: int, turns: int) -> None:
    """Measure the command as a process of its own and the SQL by hand on the same file."""
    with tempfile.TemporaryDirectory() as folder:
        source, target, hand = (Path(folder) / f"{name}.parquet" for name in ("orders", "batch", "hand"))
        make(source, orders, elders)
        first, runs = batches(RULE, source, target, turns)
        hands = [by_hand(source, hand) for _ in range(turns)]
        ours = digest(target)
        assert ours == digest(hand), "the rule and the SQL by hand differ"
    size = f"{orders} orders of {elders} elders"
    whole = statistics.median(one.seconds for one in runs)
    engine, by_sql = statistics.median(one.engine_seconds for one in runs), statistics.median(hands)
    more = {
        "first_seconds": round(first, 2),
        "runs": [round(one.seconds, 2) for one in runs],
        "processor_seconds": round(statistics.median(one.processor_seconds for one in runs), 2),
        "engine_seconds": engine,
        "digest": ours[:16],
    }
    tell("columns", figure=whole, unit="s", limit=5, size=size, **more)
    tell("columns.memory", figure=max(one.memory_mb for one in runs), unit="MB", limit=800, size=size)
    beside = {"engine_seconds": engine, "by_hand_seconds": round(by_sql, 2)}
    tell("columns.by_hand", figure=engine / by_sql, unit="times the SQL by hand", limit=1.3, size=size, **beside)


def growth(sizes: Sequence[int], elders: int, turns: int) -> None:
    """Fit how the engine's time grows with the orders; the elders grow with them."""
    points = []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "orders.parquet", Path(folder) / "batch.parquet"
        for orders in sizes:
            make(source, orders, max(1, elders * orders // 7_450_000))
            _, runs = batches(RULE, source, target, turns)
            points.append((orders, *(statistics.median(one) for one in zip(*map(_figures_of, runs), strict=True))))
    names = ("orders", "seconds", "engine_seconds", "memory_mb")
    curve = [dict(zip(names, (round(value, 2) for value in point), strict=True)) for point in points]
    steepest = _exponent([(point[0], point[2]) for point in points[-2:]])
    more = {"over_all_sizes": round(_exponent([(point[0], point[2]) for point in points]), 2), "curve": curve}
    size = f"{sizes[0]} to {sizes[-1]} orders"
    tell("columns.growth", figure=steepest, unit="exponent over the last step", limit=1.1, size=size, **more)


def _figures_of(one: Ran) -> tuple[float, float, float]:
    return one.seconds, one.engine_seconds, one.memory_mb


def _exponent(points: Sequence[tuple[float, float]]) -> float:
    """Fit the exponent of seconds over orders: the slope of their logarithms."""
    pairs = [(math.log(orders), math.log(max(seconds, 0.01))) for orders, seconds in points]
    middle = [statistics.mean(one) for one in zip(*pairs, strict=True)]
    over = sum((x - middle[0]) * (y - middle[1]) for x, y in pairs)
    return over / sum((x - middle[0]) ** 2 for x, _ in pairs)


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
