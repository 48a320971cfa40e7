"""`./sangyu drill`: break what breaks in a real house, on a copy of it, and print what was lost and what came twice."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sangyu.config.drills.ground import Ground, ground
from sangyu.config.setup.report import tell

BEIJING = ZoneInfo("Asia/Shanghai")
ELDERS = 40
ELDERS_SHORT = 8
TIMES_MAX = 300  # so many pairs find an hour of their own in the town
Figures = dict[str, Any]
# What must be nought or empty in the figures of a drill.
BAD = ("lost", "twice", "half", "broken", "fen_off", "otherwise", "unnoticed", "faults", "troubles")


@dataclass(frozen=True)
class Drill:
    """One word after `./sangyu drill`: what it is for and how long a run is, in full and for the tests."""

    summary: str
    module: str
    full: Mapping[str, Any]
    short: Mapping[str, Any]


DRILLS: Mapping[str, Drill] = {
    "crash": Drill(
        "在流程每一步提交前后 kill -9", "crash", {}, {"times": 1, "only": frozenset({"order", "check-out", "pay"})}
    ),
    "kills": Drill(
        "有人工作时随机 kill -9 网页、任务、数据库", "kills", {"kills": 200}, {"kills": 3, "kinds": ("database",)}
    ),
    "repeat": Drill("提交后丢回答、截断请求、同时按下", "repeat", {"errands": 300}, {"errands": 9, "widths": (8,)}),
    "race": Drill("两人同时做最后一件事：额度、预算、派单、结算", "race", {"times": 100}, {"times": 2}),
    "clock": Drill(
        "服务器时钟前后跳一小时",
        "clock",
        {"phase_s": 15.0},
        {"phase_s": 0.3, "rounds": False, "jumps_s": (3600, -3600)},
    ),
    "disk": Drill("数据库的磁盘写满,再腾出空间", "disk", {"work_s": 3.0}, {"work_s": 0.5}),
    "backup": Drill(
        "不停服务备份，恢复到任一刻，坏备份被发现", "restores", {"work_s": 8.0}, {"work_s": 1.0, "verify": ("end",)}
    ),
}
TOGETHER = {"crash": ("crash", "kills")}


def main(argv: list[str]) -> int:
    """Run the named drills; a JSON line each. Answer 1 if anything was lost, came twice, or does not add up."""
    parser = argparse.ArgumentParser(
        prog="./sangyu drill", description="演练：断电、断网、重复、并发、磁盘、时钟、备份。"
    )
    parser.add_argument("names", nargs="+", choices=[*DRILLS, "all"], metavar="名称", help=_names())
    parser.add_argument("--kills", type=int, help="随机 kill 的次数（crash、kills；默认 200）")
    parser.add_argument(
        "--times",
        type=int,
        choices=range(1, TIMES_MAX + 1),
        metavar="N",
        help="并发演练每种情形重复的次数（race；默认 100）",
    )
    parser.add_argument("--short", action="store_true", help="每项只跑很短的一遍（测试用）")
    asked = parser.parse_args(argv)
    together = {} if asked.short else TOGETHER
    names = list(DRILLS) if "all" in asked.names else [n for name in asked.names for n in together.get(name, (name,))]
    for name in [name for name in os.environ if name.startswith("SANGYU_") and name != "SANGYU_VAR"]:
        del os.environ[name]  # what this installation is set to is none of the ground's business
    failed = []
    with ground(at=_founded_at(), elders=ELDERS_SHORT if asked.short else ELDERS) as place:
        for name in dict.fromkeys(names):
            options = dict(DRILLS[name].short if asked.short else DRILLS[name].full)
            for option in ("kills", "times"):
                if option in options and getattr(asked, option):
                    options[option] = getattr(asked, option)
            figures = _run(name, place, options)
            print(json.dumps(figures, ensure_ascii=False, default=str), flush=True)
            if not is_clean(figures):
                failed.append(name)
    if failed:
        tell(f"✗ 没有通过：{'、'.join(failed)}")
    return 1 if failed else 0


def is_clean(figures: Figures) -> bool:
    """Tell whether a drill lost nothing, did nothing twice and left everything adding up."""
    return not any(figures.get(name) for name in BAD)


def _run(name: str, place: Ground, options: Mapping[str, Any]) -> Figures:
    tell(f"· {DRILLS[name].summary} / {name} …")
    # Imported only now: these modules know the rooms, and Django is set up on the ground.
    run: Callable[..., Figures] = importlib.import_module(f"sangyu.config.drills.{DRILLS[name].module}").run
    try:
        found = run(place, **options)
    finally:
        place.clear()
    figures = {"drill": name, **found, "load": round(os.getloadavg()[0], 1)}
    mark = "✓" if is_clean(figures) else "✗"
    tell(f"{mark} {name}: n {figures.get('n')}, lost {figures.get('lost')}, twice {figures.get('twice')}")
    return figures


def _founded_at() -> datetime:
    """Found the town on the ninth of last month: its first month is over, and whole."""
    this_month = datetime.now(UTC).astimezone(BEIJING).replace(day=1)
    return (this_month - timedelta(days=1)).replace(day=9, hour=9, minute=0, second=0, microsecond=0)


def _names() -> str:
    return "；".join(f"{name} {drill.summary}" for name, drill in DRILLS.items()) + "；all 全部"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
