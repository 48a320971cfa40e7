"""`sangyu city`: build a city, play its month, or fetch the names of its streets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from sangyu.city import sources
from sangyu.kit.errors import Refusal

WHOLE = 1.0  # the whole district, with its years


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, or 1 with the reason on stderr. Django must be set up."""
    parser = argparse.ArgumentParser(prog="sangyu city", description="演示城：街道名录、居民与企业、一个月的服务")
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("areas", help="取得街道和社区名录", description="取得街道和社区名录")
    fetch.add_argument("codes", nargs="*", default=["620102"], help="行政区划代码（默认 620102 城关区）")
    for name, about in (("build", "建一座城：机构、目录、企业、老人"), ("play", "建城并走完一个月，直到银行回单")):
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--scale", type=float, default=0.01, help="规模，1 为全区（默认 0.01）")
        command.add_argument("--seed", type=int, default=1, help="种子，同一种子得到同一座城（默认 1）")
        if name == "build":
            command.add_argument("--orders", type=int, help="规模 1：历年工单总数（默认 7450000）")
    wish = parser.parse_args(argv)
    if wish.command == "build" and wish.orders is not None and wish.scale != WHOLE:
        parser.error("--orders 是全区历年的工单总数，只和 --scale 1 一起用。请去掉 --orders，或者加上 --scale 1")
    try:
        return sources.main(wish.codes) if wish.command == "areas" else _city(wish)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _city(wish: argparse.Namespace) -> int:
    # Only now: the names of streets can be fetched before there is a database.
    from sangyu.city import demo
    from sangyu.city.scale import grow

    def progress(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    if wish.command == "build" and wish.scale == WHOLE:
        orders = grow.ORDERS if wish.orders is None else wish.orders
        seconds = grow.grow(seed=wish.seed, orders=orders, progress=progress)
        progress("用时（秒）：" + json.dumps(seconds))
    elif wish.command == "build":
        demo.build_only(scale=wish.scale, seed=wish.seed, progress=progress)
    else:
        demo.run(once=True, scale=wish.scale, seed=wish.seed, progress=progress)
    return 0
