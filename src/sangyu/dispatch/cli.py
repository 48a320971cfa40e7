"""`sangyu dispatch why`: the stored reasons of every attempt to send an order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules

BEIJING = ZoneInfo("Asia/Shanghai")
TERMS = {"wanted": "指名", "distance": "距离", "load": "余量", "score": "考核", "share": "均衡"}


def main(argv: Sequence[str]) -> int:
    """Run one command; return 1 when there is no such order. Django must be set up."""
    parser = argparse.ArgumentParser(prog="sangyu dispatch", description="派单的理由")
    commands = parser.add_subparsers(dest="command", required=True)
    why = commands.add_parser("why", help="一张工单为什么派给这家企业", description="一张工单为什么派给这家企业")
    why.add_argument("order", help="工单号")
    wish = parser.parse_args(argv)
    attempts = dispatch_read.attempts_of(wish.order)
    if attempts is None:
        print(f"没有工单{wish.order}。", file=sys.stderr)
        return 1
    if not attempts:
        print(f"工单{wish.order}还没有派出。")
    for attempt in attempts:
        sent = attempt.dispatch
        print(f"第{sent.n}次 {sent.sent_at.astimezone(BEIJING):%Y-%m-%d %H:%M} 派给{sent.enterprise.name}")
        for row in attempt.candidates:
            if row.rank:
                terms = "，".join(f"{TERMS.get(name, name)}{value}" for name, value in row.terms.items())
                print(f"  {row.rank:>3}. {row.enterprise.name}  {row.score}分（{terms}）  {row.figure}")
            else:
                print(f"    ×  {row.enterprise.name}  {rules.RULES[row.failed]}：{row.figure}")
    return 0
