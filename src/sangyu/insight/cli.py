"""`sangyu verify`: everything that is kept twice, recomputed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from sangyu.insight.verify import verify

SHOWN_MAX = 20


def main(argv: Sequence[str]) -> int:
    """Run every check and print what differs; return 1 if anything does. Django must be set up."""
    parser = argparse.ArgumentParser(prog="sangyu verify", description="从第一行起重新核算全部状态与账目")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    wish = parser.parse_args(argv)
    outcomes = verify()
    faults = sum(len(outcome.faults) for outcome in outcomes)
    if wish.json:
        found = {
            outcome.check: {
                "label": outcome.label,
                "seconds": outcome.seconds,
                "faults": [{"subject": fault.subject, "what": fault.what} for fault in outcome.faults],
            }
            for outcome in outcomes
        }
        print(json.dumps({"sound": not faults, "checks": found}, ensure_ascii=False, indent=2))
        return 1 if faults else 0
    for outcome in outcomes:
        print(f"{'✓' if not outcome.faults else '✗'} {outcome.label}  {outcome.seconds:.2f} s")
        for fault in outcome.faults[:SHOWN_MAX]:
            print(f"    {fault.subject}: {fault.what}")
        if len(outcome.faults) > SHOWN_MAX:
            print(f"    …… 另有 {len(outcome.faults) - SHOWN_MAX} 处")
    print(f"共 {faults} 处不符，请逐条核对。" if faults else "全部核验无误。")
    return 1 if faults else 0
