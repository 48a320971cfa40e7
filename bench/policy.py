"""Decisions by the tables of a city: one at a time, in columns, and beside what one could pick instead; in one run.

`SANGYU_BENCH_PARTS` names some of: scalar check equal columns growth peers.
"""

from __future__ import annotations

import os

from _policy_columns import equal, growth, price
from _policy_one import checked, counter, scalar
from _policy_peers import loop, openfisca

PARTS = os.environ.get("SANGYU_BENCH_PARTS", "scalar check equal columns growth peers").split()
ORDERS = int(os.environ.get("SANGYU_BENCH_ORDERS", "7450000"))
ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "110000"))
SIZES = [int(one) for one in os.environ.get("SANGYU_BENCH_SIZES", "10000,100000,1000000,10000000").split(",")]
TURNS = int(os.environ.get("SANGYU_BENCH_TURNS", "3"))

if __name__ == "__main__":
    if "scalar" in PARTS:
        counter()
        scalar(lunches=min(ORDERS, 1_000_000))
    if "check" in PARTS:
        checked(TURNS)
    if "equal" in PARTS:
        equal(int(os.environ.get("SANGYU_BENCH_ROWS", "100")))
    if "columns" in PARTS:
        price(ORDERS, ELDERS, TURNS)
    if "growth" in PARTS:
        growth(SIZES, ELDERS, TURNS)
    if "peers" in PARTS:
        loop(ORDERS // 10, max(1, ELDERS // 10))
        openfisca(ELDERS)
