"""Settle the month that was played, in a process of its own whose memory is seen and which may be killed."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime


def peak_mb() -> float:
    """Return the most memory this process ever had; `ru_maxrss` would remember the one that started it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def told(step: str, began: float, before_mb: float) -> None:
    """Print what has been done so far: whoever kills this process knows how far it came."""
    took = {"step": step, "s": time.perf_counter() - began, "before_mb": before_mb, "peak_mb": peak_mb()}
    print(json.dumps(took), flush=True)


def main(drawn_at: datetime) -> None:
    """Draw the statements up, then agree, sign, pay and take the bank's answer."""
    import django

    django.setup()
    from _city import say

    from sangyu.city import players
    from sangyu.city.scale import grow
    from sangyu.settlement import actions as settlement

    plan = grow.long_plan(1)
    finance = players.load(plan).users["finance"]
    before_mb, began = peak_mb(), time.perf_counter()
    told("begun", began, before_mb)
    settlement.draw_up(month=plan.month, by=finance, at=drawn_at)
    told("drawn", began, before_mb)
    grow.settle_played(plan, drawn_at=drawn_at, progress=say)
    told("settled", began, before_mb)


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
