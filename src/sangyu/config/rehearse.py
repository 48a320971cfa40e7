"""`./sangyu programme rehearse`: a changed pack on the own registry and charges (`policy rehearse` takes facts).

It asks in the name of somebody of the bureau, as the pages do; nothing is booked.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sangyu import policy
from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal import Cost, Rehearsal
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.money import yuan
from sangyu.policy import BadPack, ir
from sangyu.policy.read import Reader
from sangyu.portals.clock import now

BEIJING = ZoneInfo("Asia/Shanghai")


def main(argv: Sequence[str]) -> int:
    """Run the command; return 0, or 1 with the reason on stderr. Django must be set up."""
    parser = argparse.ArgumentParser(
        prog="sangyu programme rehearse", description="在本地的老人档案和计费上试算改过的规则包"
    )
    parser.add_argument("--by", required=True, help="以民政局哪位用户的名义试算（用户名）")
    parser.add_argument("--change", type=Path, metavar="DIR", help="改过的规则包所在的文件夹；不写就只换参数")
    parser.add_argument("--parameters", type=Path, help="另外要换的参数和读法，一个 JSON 对象的文件")
    parser.add_argument("--on", type=date.fromisoformat, help="按哪一天的规则；不写就是今天，或改动里最晚的生效日")
    parser.add_argument("--months", type=int, default=rehearsal.MONTHS, help="用最近几个整月的计费，默认 12")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    wish = parser.parse_args(argv)
    try:
        found = _rehearsed(wish)
    except (Refusal, policy.PolicyError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if wish.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=2, default=str))
    else:
        _tell(found)
    return 0


def _rehearsed(wish: argparse.Namespace) -> Rehearsal:
    viewer = User.objects.select_related("programme", "organisation").filter(username=wish.by, is_active=True).first()
    if viewer is None:
        raise NotFound(f"没有用户名为“{wish.by}”的用户。")
    today = now().astimezone(BEIJING).date()
    adopted = adoption_read.in_force(viewer.programme_id, today)
    before = adoption_read.pack_of(adopted)
    after = _read(wish.change) if wish.change else before
    return rehearsal.rehearse(
        viewer,
        before,
        after,
        on=wish.on or rehearsal.begins_on(after, today),
        today=today,
        parameters=adopted.parameters,
        parameters_after={**adopted.parameters, **_parameters(wish.parameters)},
        months=wish.months,
    )


def _read(folder: Path) -> ir.Pack:
    reader = Reader(folder)
    if reader.pack is None:
        raise BadPack(reader.findings)
    return reader.pack


def _parameters(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, json.JSONDecodeError) as wrong:
        raise Refusal(f"{path} 读不出来：{wrong}。应是一个 JSON 对象。") from wrong
    if not isinstance(read, dict):
        raise Refusal(f'{path} 应是一个 JSON 对象，如 {{"share_pm": 200}}。')
    return read


def _tell(found: Rehearsal) -> None:
    """Print the sums; the pages and --json have the rest."""
    print(f"{found.since} 至 {found.until}（不含）的计费，按 {found.on} 的规则；改到的规则：{_names(found)}")
    if found.money is None:
        print("计费不受影响")
    else:
        whole = found.money.whole
        for one in (*found.money.months, whole):
            print(_line(one))
        people = found.money.people
        print(
            f"受益 {people.gainers} 人，多得 {yuan(people.gained_fen)} 元；"
            f"受损 {people.losers} 人，少得 {yuan(people.lost_fen)} 元"
        )
        for name, charges, elders in found.money.missing:
            print(f"缺 {name}：{charges} 笔，{elders} 位老人；全额补贴最多到 {yuan(whole.high_fen)} 元")
    for standing in found.standings:
        print(
            f"{standing.title}：在册 {standing.people} 人，现行 {standing.before}，改后 {standing.after}，"
            f"缺事实 {standing.unknown}"
        )
        for move in standing.moves:
            print(f"  {move.before} → {move.after}：{move.people} 人")
    for edge in found.edges:
        print(
            f"下个月有 {edge.months[0][1]} 人年满 {edge.age} 周岁，十二个月 {edge.people} 人（{'、'.join(edge.rules)}）"
        )
    print("只是试算，没有记账")


def _names(found: Rehearsal) -> str:
    return "、".join(title for _, title in found.touched) or "没有"


def _line(one: Cost) -> str:
    more = f"{'+' if one.more_fen > 0 else ''}{yuan(one.more_fen)}"
    name = one.name or "合计"
    sums = f"现行 {yuan(one.before_fen)}  改后 {yuan(one.after_fen)}  {more} 元"
    return f"{name}  {one.charges} 笔  {sums}  事实不足 {one.unknown} 笔"
