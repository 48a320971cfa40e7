"""The command `sangyu policy batch`: one rule for a whole Parquet file, in columns or one by one, and a digest of it.

Both engines write the same answers; the digest is the proof. The engines are loaded when the command runs: the other
commands do not wait for them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sangyu.policy import load, pack_ids


def add_command(commands: Any) -> None:
    """Add `batch` to the commands of `sangyu policy`."""
    batch = commands.add_parser("batch", help="对一个 Parquet 文件逐行判定一条规则")
    batch.add_argument("pack", nargs="?")
    batch.add_argument("rule", nargs="?")
    batch.add_argument("source", nargs="?", type=Path, metavar="IN")
    batch.add_argument("target", nargs="?", type=Path, metavar="OUT")
    batch.add_argument("--engine", choices=["duckdb", "spark", "python"], default="duckdb")
    batch.add_argument("--parameters", help="参数与读法：JSON 对象或文件名")
    batch.add_argument("--list", action="store_true", help="列出每条规则能否按列计算，不能的写明原因")
    batch.add_argument("--no-digest", action="store_true", help="不计算答案的摘要")
    batch.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command. Shape: exit code as in `cli.main`."""
    if arguments.list:
        return _list(arguments)
    if arguments.target is None:
        print("要写明：规则包 规则 输入.parquet 输出.parquet", file=sys.stderr)
        return 2
    said = arguments.parameters or "{}"
    try:
        parameters = json.loads(said if said.lstrip().startswith("{") else Path(said).read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        print(f"--parameters 不是 JSON：{error}", file=sys.stderr)
        return 2
    engine = _engine(arguments.engine)
    pack, started = load(arguments.pack, arguments.packs), time.perf_counter()
    rows = engine(pack, arguments.rule, arguments.source, arguments.target, parameters)
    said = f"{rows} 行  {time.perf_counter() - started:.2f} 秒  {arguments.engine}"
    if not arguments.no_digest:
        from sangyu.policy.each import digest

        said = f"{said}  sha256 {digest(arguments.target)}"
    print(said)
    return 0


def _engine(name: str) -> Callable[..., int]:
    """Load an engine: only the one that is asked for, since each takes its time."""
    if name == "spark":
        from sangyu.policy import spark

        return spark.decide_file
    if name == "python":
        from sangyu.policy.each import each_of_file

        return each_of_file
    from sangyu.policy.column_files import decide_file

    return decide_file


def _list(arguments: argparse.Namespace) -> int:
    from sangyu.policy.columns import reason_against

    for pack_id in [arguments.pack] if arguments.pack else pack_ids(arguments.packs):
        pack = load(pack_id, arguments.packs)
        for rule in pack.rules:
            reason = reason_against(pack, rule)
            print(f"{pack_id}  {rule:<26} {'逐行：' + reason if reason else '按列'}")
    return 0
