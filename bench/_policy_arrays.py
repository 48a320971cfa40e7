"""Lunches and the credit of class B for every elder and month from array to array, as OpenFisca has them in memory.

The arrays are Arrow's, read from the files before the time begins. The first time the rules are printed as well.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from sangyu.policy import load
from sangyu.policy.columns import decide_all


def main(folder: Path, pack_id: str, lunch: str, credit: str, turns: int) -> None:
    """Decide both rules over and over; print the seconds of each time, the total and the most memory."""
    pack, seconds = load(pack_id), []
    lunches, spent = (pq.read_table(folder / f"{rule}.parquet") for rule in (lunch, credit))
    for _ in range(turns):
        began = time.perf_counter()
        paid = decide_all(pack, lunch, lunches).column("share_government_fen")
        drawn = decide_all(pack, credit, spent).column("used_fen")
        total = pc.sum(pc.multiply(paid, lunches.column("lunches"))).as_py() + pc.sum(drawn).as_py()
        seconds.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "total_fen": total, "memory_mb": memory}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5]))
