"""`./sangyu programme`: found the books of a district or a city, list them, change their pack, let a bureau in again;
rehearse a changed pack on them, and count their days.

Outside a demo this is where the first person comes from; everybody else is invited by that person, on a page.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sangyu import policy
from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import Wish
from sangyu.access.models import Programme, User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.rules import missing_parameters
from sangyu.city import areas, sources
from sangyu.config import rehearse
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.rounds import cli as rounds

BEIJING = ZoneInfo("Asia/Shanghai")
DOCUMENT = "建立运营主体时启用"
ONCE = "这个密码只显示这一次，只能登录一次：登录后先设自己的密码，再登记第二步验证。"
NEXT = "下一步：在“民政局 → 用户”里先邀请局里的第二位同事（谁都不能改自己的岗位），再邀请运营方、社区和企业。"
# Commands on a programme's own records that have a file of their own.
ELSEWHERE = {"rehearse": rehearse.main, "tally": rounds.tally}


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, or 1 with the reason on stderr. Django must be set up."""
    if argv and argv[0] in ELSEWHERE:
        return ELSEWHERE[argv[0]](argv[1:])
    wish = _parser().parse_args(argv)
    run = {"create": _create, "list": _list, "adopt": _adopt, "let-in": _let_in}[wish.command]
    try:
        return run(wish)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sangyu programme", description="运营主体：建立、列出、换政策包、试算")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="建立一个运营主体，和民政局的第一位用户")
    create.add_argument("--area", type=_area, help="6 位区县代码或 4 位城市代码；不写就是政策包所属的")
    create.add_argument("--areas", type=Path, help="自备的区划表（CSV：code,name），用于没有国家代码的功能区")
    create.add_argument("--name", required=True, help="运营主体的名称，例如 城关区虚拟养老院")
    create.add_argument("--slug", type=_slug, help="代号，小写字母、数字和连字符；不写就与政策包同名")
    create.add_argument("--hotline", default="", help="热线号码")
    create.add_argument("--office", default="", help="民政局的全称；不写就是“区划名＋民政局”")
    create.add_argument("--bureau", required=True, type=_username, help="民政局第一位用户的用户名")
    create.add_argument("--person", help="这位用户的姓名；不写就与用户名相同")
    create.add_argument("--document", default=DOCUMENT, help="依据的文号")
    create.add_argument(
        "--from", dest="valid_from", type=date.fromisoformat, help="从哪一天起执行；不写就是今年一月一日"
    )
    adopt = commands.add_parser("adopt", help="从某一天起换政策包，或换参数")
    adopt.add_argument("--document", required=True, help="依据的文号")
    adopt.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True, help="如 2027-01-01")
    adopt.add_argument("--by", required=True, help="以民政局哪位用户的名义办理（用户名），记入审计簿")
    second = adopt.add_mutually_exclusive_group(required=True)
    second.add_argument("--second", help="由哪位分管领导或局长复核（用户名），须是另一个人，一并记入审计簿")
    second.add_argument("--first", action="store_true", help="刚建立、还没有第二个人能复核时用；有人能复核就会拒绝")
    for command in (create, adopt):
        command.add_argument("--pack", required=True, help="政策包（./sangyu policy list）")
        command.add_argument("--parameters", type=Path, help="本地参数，一个 JSON 对象的文件")
    let_in = commands.add_parser("let-in", help="民政局没有人能登录时，给其中一位新的一次性密码")
    let_in.add_argument("--programme", help="运营主体的代号；只有一个时可省略")
    let_in.add_argument("--bureau", required=True, help="民政局用户的用户名")
    let_in.add_argument("--reason", required=True, help="原因，记入审计簿")
    commands.add_parser("rehearse", help="在本地的档案和计费上试算改过的规则包；不记账")
    commands.add_parser("tally", help="把过完的每一天记成日计数（平时自动记）")
    for command in (create, adopt, let_in, commands.add_parser("list", help="列出运营主体")):
        command.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _create(wish: argparse.Namespace) -> int:
    pack = policy.load(wish.pack)
    area = wish.area or pack.area
    reach = pack.area.removesuffix("00")  # a city's pack holds in its districts
    if not (area.startswith(reach) or reach.startswith(area)):
        raise Refusal(f"“{pack.title}”是为 {pack.area} 写的，不能用于 {area}。请另选政策包或区划。")
    at = now()
    trees = _trees(area, wish.areas)
    founded = access.create_programme(
        Wish(
            slug=wish.slug or wish.pack,
            name=wish.name,
            area_code=area,
            hotline_number=wish.hotline,
            areas=[row for tree in trees for row in tree.rows()],
            pack_id=wish.pack,
            parameters=_parameters(wish.parameters),
            document=wish.document,
            valid_from=wish.valid_from or at.astimezone(BEIJING).date().replace(month=1, day=1),
            username=wish.bureau,
            display_name=wish.person or wish.bureau,
            office=wish.office,
        ),
        at=at,
    )
    first, missing = founded.first, missing_parameters(pack, founded.adoption.parameters)
    if wish.json:
        _say_json(programme=founded.programme.slug, username=first.user.username, password=first.password,
                  valid_from=founded.adoption.valid_from, missing_parameters=missing)  # fmt: skip
        return 0
    communities = sum(len(tree.communities) for tree in trees)
    print(f"已建立“{founded.programme.name}”（{founded.programme.slug}），{area}，{communities} 个社区和村。")
    print(f"自 {founded.adoption.valid_from} 起执行“{pack.title}”（{pack.id}）。")
    if missing:
        print(f"政策没有写明、还要本地给定的参数：{_labels(missing)}。")
        print("局里有了能复核的同事，在规则台“拟改稿”里给定；还没有的时候，用 programme adopt --first 给定。")
    print(f"第一位用户 {first.user.username}（{first.user.organisation}），一次性密码：{first.password}")
    print(f"{ONCE}\n{NEXT}", file=sys.stderr)
    return 0


def _list(wish: argparse.Namespace) -> int:
    today = now().astimezone(BEIJING).date()
    rows = [_row(programme, today) for programme in access_read.programmes()]
    if wish.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        pack = f"{row['pack']}（自 {row['valid_from']}）" if row["pack"] else "今天没有生效的政策包"
        print(f"{row['programme']:<20} {row['name']}  {row['area']}  {row['hotline'] or '没有热线号码'}  {pack}")
    if not rows:
        print("还没有运营主体。用 ./sangyu programme create 建立。", file=sys.stderr)
    return 0


def _row(programme: Programme, today: date) -> dict[str, Any]:
    try:
        adopted = adoption_read.in_force(programme.pk, today)
    except adoption_read.NothingAdopted:
        adopted = None
    return {
        "programme": programme.slug,
        "name": programme.name,
        "area": programme.area_id,
        "hotline": programme.hotline_number,
        "pack": adopted.pack_id if adopted else None,
        "valid_from": adopted.valid_from.isoformat() if adopted else None,
    }


def _adopt(wish: argparse.Namespace) -> int:
    by, second = _user(wish.by), None if wish.first else _user(wish.second)
    adopted = access.adopt_pack(
        pack_id=wish.pack,
        parameters=_parameters(wish.parameters),
        document=wish.document,
        valid_from=wish.valid_from,
        by=by,
        second=second,
        at=now(),
    )
    pack = policy.load(wish.pack)
    missing = missing_parameters(pack, adopted.parameters)
    if wish.json:
        _say_json(programme=by.programme.slug, pack=pack.id, valid_from=adopted.valid_from, missing_parameters=missing)
        return 0
    print(f"“{by.programme.name}”自 {adopted.valid_from} 起执行“{pack.title}”（{pack.id}，{adopted.document}）。")
    said = f"，{second.display_name}复核" if second else "；还没有第二个人能复核，已照此记下"
    print(f"{by.display_name}办理{said}。")
    if missing:
        print(f"没有给定的参数：{_labels(missing)}。")
    return 0


def _user(username: str) -> User:
    found = User.objects.select_related("programme", "organisation").filter(username=username, is_active=True).first()
    if found is None:
        raise NotFound(f"没有用户名为“{username}”的用户。")
    return found


def _let_in(wish: argparse.Namespace) -> int:
    known = {programme.slug: programme for programme in access_read.programmes()}
    slug = wish.programme or (next(iter(known)) if len(known) == 1 else "")
    if slug not in known:
        raise NotFound(f"请用 --programme 指定运营主体：{'、'.join(known) or '（库里还没有）'}。")
    invited = access.help_bureau_in(programme=known[slug], username=wish.bureau, reason=wish.reason, at=now())
    if wish.json:
        _say_json(username=invited.user.username, password=invited.password)
        return 0
    print(invited.password)
    print(ONCE, file=sys.stderr)
    return 0


def _trees(area: str, table: Path | None) -> list[areas.Areas]:
    """Return the register of a district, or of every district of a city; fetched, where that was not done yet."""
    if table is not None:
        try:
            return [areas.from_table(table, area)]
        except OSError as error:
            raise Refusal(f"打不开区划表 {table}：{error.strerror}。") from error
    try:
        return areas.stored(area)
    except areas.NoSuchAreas:
        sources.fetch([area])
        return areas.stored(area)


def _parameters(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Refusal(f"打不开参数文件 {path}：{error.strerror}。") from error
    except ValueError as error:
        raise Refusal(f"参数文件 {path} 不是 JSON：{error}。") from error
    if not isinstance(said, dict):
        raise Refusal(f'参数文件 {path} 应是一个 JSON 对象，例如 {{"share_pm": 50}}。')
    return said


def _say_json(**told: Any) -> None:
    print(json.dumps(told, ensure_ascii=False, default=str))


def _labels(missing: dict[str, str]) -> str:
    return "、".join(f"{label}（{name}）" for name, label in missing.items())


def _area(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) in (4, 6)):
        raise argparse.ArgumentTypeError(f"“{text}”不是区划代码：区县为 6 位数字，城市为 4 位数字")
    return text


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) or len(text) > 50:
        raise argparse.ArgumentTypeError(f"“{text}”不能作代号：只用小写字母、数字和连字符，最多 50 个")
    return text


def _username(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9._-]{2,39}", text):
        raise argparse.ArgumentTypeError(
            f"“{text}”不能作用户名：小写字母开头，只用小写字母、数字、点和横线，3 到 40 个"
        )
    return text
