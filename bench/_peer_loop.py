"""The monthly credit of class B as one would write it in plain Python: read, sort, one pass, write."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CREDIT_FEN = 5000


def main(source: Path, target: Path) -> None:
    """Draw on each elder's credit in order of service; write what is used and what is left."""
    began = time.perf_counter()
    table = pq.read_table(source, columns=["id", "elder", "at", "price_fen", "identities"])
    ids, elders, prices = (table.column(name).to_pylist() for name in ("id", "elder", "price_fen"))
    times = table.column("at").to_pylist()
    groups = table.column("identities").to_pylist()
    used, left = [0] * len(ids), [0] * len(ids)
    drawn: dict[tuple[int, int, int], int] = {}
    for line in sorted(range(len(ids)), key=lambda at: (times[at], ids[at])):
        identities = groups[line]
        if "entitled_group" not in identities or "three_no" in identities or "severe_disability" in identities:
            continue
        month = (elders[line], times[line].year, times[line].month)
        before = drawn.get(month, 0)
        takes = min(prices[line], CREDIT_FEN - before)
        drawn[month] = before + takes
        used[line], left[line] = takes, CREDIT_FEN - before - takes
    pq.write_table(pa.table({"id": ids, "used_fen": used, "balance_fen": left}), target)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - began, "memory_mb": memory}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
