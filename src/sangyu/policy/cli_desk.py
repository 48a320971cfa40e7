"""The commands of the policy desk: `sangyu policy to-excel | from-excel | diff | rehearse`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sangyu.policy.errors import BadFact, BadPack, UnknownPack
from sangyu.policy.read import Reader

if TYPE_CHECKING:
    from sangyu.policy.diff import State
    from sangyu.policy.rehearse import Rehearsal


def add_commands(commands: Any) -> None:
    """Add the commands to `sangyu policy`."""
    out = commands.add_parser("to-excel", help="把规则包导出成 Excel 工作簿")
    out.add_argument("pack")
    out.add_argument("file", type=Path, metavar="X.xlsx")
    out.set_defaults(run=_to_excel)
    back = commands.add_parser("from-excel", help="把改好的工作簿读回成规则包，问题指到工作表和单元格")
    back.add_argument("file", type=Path, metavar="X.xlsx")
    back.add_argument("pack", help="规则包，或要写到的文件夹（如 ./draft/lanzhou-chengguan）")
    back.add_argument("--replace", action="store_true", help="盖掉导出以后改过的规则包")
    back.set_defaults(run=_from_excel)
    comparing = commands.add_parser("diff", help="两个日期（或两个文件夹）之间改了什么，逐行列出")
    comparing.add_argument("before", metavar="PACK@DATE", help="规则包或文件夹；不写日期就比较全部版本")
    comparing.add_argument("after", metavar="PACK@DATE")
    comparing.add_argument("--json", action="store_true")
    comparing.set_defaults(run=_diff)
    trying = commands.add_parser("rehearse", help="用一张事实表试算改过的规则包：谁受益、谁受损、花多少钱；不记账")
    trying.add_argument("pack")
    trying.add_argument("--change", required=True, metavar="DIR", help="改过的规则包所在的文件夹")
    trying.add_argument("--facts", required=True, type=Path, help="事实表：.parquet 或 .csv，列名用事实的代码")
    trying.add_argument("--rule", action="append", help="只试算这条规则，可写几次")
    trying.add_argument("--by", default="", metavar="COLUMN", help="按哪一列分组，如 street；month 是服务月份")
    trying.add_argument("--on", type=date.fromisoformat, help="服务日期；事实表里有 on 一列时不用写")
    trying.add_argument("--parameters", default="{}", help="参数与读法：JSON 对象")
    trying.add_argument("--parameters-after", default="{}", help="改动后另外变的参数：JSON 对象")
    trying.add_argument("--json", action="store_true")
    trying.set_defaults(run=_rehearse)


def folder_of(said: str, packs: Path) -> Path:
    """Find the folder that a pack's name, or a path with a slash in it, means."""
    return Path(said) if "/" in said or "\\" in said else packs / said


def _to_excel(arguments: argparse.Namespace) -> int:
    from sangyu.policy.excel import to_excel  # only this command needs it

    folder = folder_of(arguments.pack, arguments.packs)
    if not (folder / "pack.toml").is_file():
        print(f"没有规则包 {arguments.pack}", file=sys.stderr)
        return 2
    to_excel(folder, arguments.file)
    print(f"已导出 {arguments.file}")
    return 0


def _from_excel(arguments: argparse.Namespace) -> int:
    from sangyu.policy.excel_back import from_excel  # only this command needs it
    from sangyu.policy.excel_read import BadWorkbook

    folder = folder_of(arguments.pack, arguments.packs)
    try:
        found = from_excel(arguments.file, folder, replace=arguments.replace)
    except BadWorkbook as error:
        print(error)
        print(f"{len(error.findings)} 处问题，没有读回，规则包没有改动")
        return 1
    for finding in found:
        print(finding)
    print(f"已读回 {folder}，{len(found)} 处问题")
    return 1 if found else 0


def _diff(arguments: argparse.Namespace) -> int:
    from sangyu.policy.diff import diff  # only this command needs it

    before, after = (_state(said, arguments.packs) for said in (arguments.before, arguments.after))
    if (before.on is None) != (after.on is None):
        raise BadFact("两边要么都写日期（如 lanzhou-chengguan@2026-12-31），要么都不写")
    found = diff(before, after)
    if arguments.json:
        print(json.dumps([change.to_json() for change in found], ensure_ascii=False, indent=2))
        return 0
    for change in found:
        print(change)
    print(f"{len(found)} 处改动")
    return 0


def _state(said: str, packs: Path) -> State:
    from sangyu.policy.diff import State

    name, _, day = said.rpartition("@") if "@" in said else (said, "", "")
    folder = folder_of(name, packs)
    if not (folder / "pack.toml").is_file():
        raise UnknownPack(f"没有规则包 {name}")
    reader = Reader(folder)
    if reader.pack is None:
        raise BadPack(reader.findings)
    try:
        return State(reader.pack, date.fromisoformat(day) if day else None)
    except ValueError:
        raise BadFact(f"“{day}”不是日期，应写成 2014-10-01") from None


def _rehearse(arguments: argparse.Namespace) -> int:
    from sangyu.policy.rehearse import FORMS, facts_table, rehearse  # only this command needs it

    before, after = (_state(said, arguments.packs).pack for said in (arguments.pack, arguments.change))
    try:
        parameters, later = json.loads(arguments.parameters), json.loads(arguments.parameters_after)
    except json.JSONDecodeError as error:
        raise BadFact(f"参数不是 JSON：{error}") from None
    lines = facts_table(arguments.facts)
    both = [rule.id for rule in after.rules.values() if rule.form in FORMS and rule.id in before.rules]
    told = []
    for rule in arguments.rule or both:
        found = rehearse(
            before,
            after,
            rule,
            lines,
            by=arguments.by,
            on=arguments.on,
            parameters=parameters,
            parameters_after=later,
        )
        if arguments.rule or found.changes:
            told.append(found)
    if arguments.json:
        print(json.dumps([one.to_json() for one in told], ensure_ascii=False, indent=2))
        return 0
    for one in told:
        _tell(one)
    print(f"{lines.num_rows} 行事实，{len(told)} 条规则；只是试算，没有记账")
    return 0


def _tell(told: Rehearsal) -> None:
    """Print one rehearsal as a Chinese table."""
    print(f"{told.title}（{told.rule}），单位：{told.unit}")
    print("  分组  行数  现行  改后  增减  受益  多得  受损  少得  事实不足")
    for group in (*told.groups, told.whole):
        cells = (
            group.name or "合计",
            group.lines,
            _amount(told.unit, group.before),
            _amount(told.unit, group.after),
            _amount(told.unit, group.after - group.before),
            group.gainers,
            _amount(told.unit, group.gained),
            group.losers,
            _amount(told.unit, group.lost),
            group.unknown,
        )
        print("  " + "  ".join(map(str, cells)))
    for name, count in told.missing.items():
        print(f"  缺 {name}：{count} 行")


def _amount(unit: str, value: int) -> str:
    if unit != "元":
        return str(value)
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100:,}.{abs(value) % 100:02d}"
