"""A rehearsal as a sheet to print and put before a meeting: what changes, what it costs, for whom, by whom and when."""

from __future__ import annotations

from sangyu.access.models import User
from sangyu.insight.queries.rehearsal import Cost, Money, Rehearsal, Sides
from sangyu.policy.versions import SHORT
from sangyu.portals.finance.papers.paper import MONEY, NUMBER, Column, Paper, Table, moment
from sangyu.portals.rehearsal.asked import Said
from sangyu.portals.rehearsal.runs import Made

_COSTS = (
    Column("计费笔数", NUMBER, 9),
    Column("现行补贴（元）", MONEY, 13),
    Column("改后补贴（元）", MONEY, 13),
    Column("增减（元）", MONEY, 12),
    Column("事实不足（笔）", NUMBER, 10),
)
_SIDES = (
    Column("老人", NUMBER, 8),
    Column("受益", NUMBER, 8),
    Column("多得（元）", MONEY, 12),
    Column("受损", NUMBER, 8),
    Column("少得（元）", MONEY, 12),
)


def sheet_of(told: Made, *, by: User) -> Paper:
    """Write a rehearsal down."""
    found, said = told.found, told.said
    return Paper(
        title="政策试算表",
        organisation=by.programme.name,
        number=said.document,
        pairs=(
            ("规则包", said.title),
            ("拟改稿", said.source),
            ("计费区间", f"{found.since} 至 {found.until}（不含）"),
            ("按哪一天的规则", str(found.on)),
            ("现行规则和参数的摘要", f"{found.before_digest[:SHORT]} {found.before_figures[:8]}"),
            ("改后规则和参数的摘要", f"{found.after_digest[:SHORT]} {found.after_figures[:8]}"),
            ("试算时间", moment(told.at)),
            ("打印人", by.display_name),
        ),
        paragraphs=(
            "用每笔计费当时记下的事实，按改后的规则重新判定；没有记下的事实取服务当天的老人档案，两处都没有的不猜，单列为事实不足。",
            "只是试算，没有记账，没有改动任何一笔费用。",
            *_programmes(said),
        ),
        tables=(_changes(said), *_tables(found)),
        made_at=told.at,
    )


def _programmes(said: Said) -> list[str]:
    told = [f"合计了下级：{'、'.join(said.districts)}。"] if said.districts else []
    return told + [f"没有合计：{'；'.join(said.left_out)}。"] * bool(said.left_out)


def _changes(said: Said) -> Table:
    """Write the change as the policy desk does: each entry or cell as it was and as it is."""
    heads = (Column("哪里", width=34), Column("哪一栏", width=16), Column("现行", width=22), Column("改后", width=22))
    rows = tuple(
        (f"{one.title} {one.place}".strip(), one.column or one.row, one.before, one.after) for one in said.lines
    )
    more = said.count - len(said.lines)
    return Table(heads, rows, title="改动" + (f"（另有{more}处，见拟改稿）" if more else ""))


def _tables(found: Rehearsal) -> list[Table]:
    tables = []
    if found.programmes:
        rows_of_all = tuple(_cost(one, one.name) for one in found.programmes)
        tables.append(Table((Column("运营主体", width=24), *_COSTS), rows_of_all, title="按运营主体"))
    if found.money:
        tables += _money(found.money)
    for one in found.standings:
        rows = tuple((move.before, move.after, move.people) for move in one.moves)
        heads = (Column("现行", width=20), Column("改后", width=20), Column("老人", NUMBER, 10))
        title = f"{one.title}：在册{one.people}人，现行{one.before}人，改后{one.after}人，事实不足{one.unknown}人"
        tables.append(Table(heads, rows, title=title))
    heads = (
        Column("周岁", NUMBER, 6),
        Column("下个月", NUMBER, 8),
        Column("十二个月", NUMBER, 8),
        Column("用到的规则", width=40),
    )
    rows_of = tuple((edge.age, edge.months[0][1], edge.people, "、".join(edge.rules)) for edge in found.edges)
    return [*tables, Table(heads, rows_of, title="年龄线上的人：满多少周岁的有几位")]


def _money(money: Money) -> list[Table]:
    whole = _cost(money.whole, "合计")
    tables = [
        Table((Column("月份", width=12), *_COSTS), tuple(_cost(one, one.name) for one in money.months), whole, "按月"),
        Table(
            (Column("街道", width=16), *_COSTS), tuple(_cost(one, one.name) for one in money.streets), whole, "按街道"
        ),
        Table(
            (Column("身份", width=24), *_SIDES),
            tuple(_sides(one) for one in money.by_identity),
            _sides(Sides("合计", *_numbers(money.people))),
            "按身份：整个区间加起来，谁多得、谁少得",
        ),
    ]
    if money.missing:
        heads = (Column("缺的事实", width=30), Column("计费笔数", NUMBER, 12), Column("老人", NUMBER, 12))
        tables.append(Table(heads, money.missing, title="事实不足"))
    return tables


def _cost(one: Cost, name: str) -> tuple[str | int, ...]:
    return (name, one.charges, one.before_fen, one.after_fen, one.more_fen, one.unknown)


def _sides(one: Sides) -> tuple[str | int, ...]:
    return (one.name, *_numbers(one))


def _numbers(one: Sides) -> tuple[int, ...]:
    return (one.elders, one.gainers, one.gained_fen, one.losers, one.lost_fen)
