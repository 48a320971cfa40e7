"""`sangyu programme tally`: the round that counts the days that are over, by hand."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sangyu.access import queries as access_read
from sangyu.insight import actions as insight
from sangyu.portals.clock import now


def tally(argv: Sequence[str]) -> int:
    """Tally the days that are over in every programme; return 0. Django must be set up."""
    parser = argparse.ArgumentParser(
        prog="sangyu programme tally", description="把过完的每一天记成日计数；每夜自动记，平时不必运行"
    )
    parser.add_argument("--again", action="store_true", help="全部重记：补录了早先日期的数据以后用")
    wish = parser.parse_args(argv)
    for programme in access_read.programmes():
        days = insight.tally(programme_id=programme.pk, at=now(), again=wish.again)
        print(f"{programme.name}：新记{days}天。")
    return 0
