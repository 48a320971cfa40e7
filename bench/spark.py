"""The monthly credit of class B on Spark: the digest that DuckDB gives for the same file, or why it was not run."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from _figures import tell
from _policy_columns import PACK, RULE, make

from sangyu.policy import load, spark
from sangyu.policy.columns import decide_file
from sangyu.policy.each import digest


def run(orders: int, elders: int) -> None:
    """Decide one file on both engines; the figure is what Spark takes, the start of its Java included."""
    with tempfile.TemporaryDirectory() as folder:
        source, duck, made = (Path(folder) / f"{name}.parquet" for name in ("orders", "duckdb", "spark"))
        make(source, orders, elders)
        pack = load(PACK)
        decide_file(pack, RULE, source, duck)
        started = time.perf_counter()
        spark.decide_file(pack, RULE, source, made)
        seconds = time.perf_counter() - started
        assert digest(made) == digest(duck), "Spark and DuckDB differ"
        size = f"{orders} orders of {elders} elders"
        tell("spark", figure=seconds, unit="s", limit=300, size=size, digest=digest(made)[:16])


if __name__ == "__main__":
    lacks = spark.reason_against()
    if lacks:
        print(json.dumps({"name": "spark", "not_run": lacks}, ensure_ascii=False))
    else:
        run(int(os.environ.get("SANGYU_BENCH_ORDERS", "10000")), int(os.environ.get("SANGYU_BENCH_ELDERS", "300")))
