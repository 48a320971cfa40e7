"""Print a decision as a Chinese sentence: the row's own words with its figures, or what is missing, or what refused.

A template in the `because` column may hold `{name}`: an answer of the row, a payer's share, a fact, a setting or a
figure, with a unit if its name has none (`{value:fen}`, `{value:tenths}`, `{value:pm}`); `{lacking}`: what refused and
when it changes; `{age_gap:65}`: how far from an age. A row without words of its own is told by its cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from sangyu.policy import ir
from sangyu.policy.dates import CALENDAR, birthday
from sangyu.policy.inquiry import Inquiry
from sangyu.policy.runtime import Unknown
from sangyu.policy.to_python import PRINTED_MAX, Program, ready
from sangyu.policy.vocabulary import facts

PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")
PAYERS = {
    "elder": "自付",
    "government": "政府",
    "sponsor": "冠名资助",
    "insurer": "医保",
    "society": "社会资助",
    "district": "区财政",
    "street": "街道",
    "centre": "中心",
}


# The fields of an answer and the columns that give them, as tables, workbooks and pages head them.
ANSWERS = {
    "eligible": "是否符合",
    "ground": "依据",
    "amount_fen": "金额",
    "hours": "小时",
    "units": "数量",
    "by": "按什么分",
    "granted": "本期额度",
    "available": "可用余额",
    "granted_fen": "本期额度",
    "used_fen": "本次使用",
    "balance_fen": "用后余额",
    "granted_minutes": "本期分钟",
    "used_minutes": "本次分钟",
    "balance_minutes": "剩余分钟",
    "rest_minutes": "额度外分钟",
    "result": "结论",
    "figure": "数字",
    "every": "周期",
    "due": "应做",
    "done": "已做",
    "overdue": "缺几次",
    "until": "截止日",
    "value": "数值",
    "denominator": "分母",
}
DAYS = {
    "month_start": "本月第一天",
    "month_end": "本月最后一天",
    "last_month_end": "上月最后一天",
    "quarter_start": "本季第一天",
    "quarter_end": "本季最后一天",
    "year_start": "本年第一天",
    "year_end": "本年最后一天",
    "year_ago": "一年前的这一天",
}


def yuan(fen: int) -> str:
    """Write fen as yuan: 1500 is 15元, 950 is 9.50元."""
    if fen < 0:
        return f"-{yuan(-fen)}"
    return f"{fen // 100}元" if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}元"


def tenths(value: int) -> str:
    """Write tenths of a point: 875 is 87.5分."""
    return f"{value // 10}.{value % 10}分"


def per_cent(value: int) -> str:
    """Write per-mille as per cent: 300 is 30%, 25 is 2.5%."""
    return f"{value // 10}%" if value % 10 == 0 else f"{value // 10}.{value % 10}%"


def day(value: date) -> str:
    """Write a date as 2017年3月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def value_text(name: str, value: Any, pack: ir.Pack) -> str:
    """Write one value with its unit or label; `name` says which it has."""
    if value.__class__ is int:
        return _number(name, value)
    if isinstance(value, Unknown) or value is None:
        return "未提供"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, tuple):
        return "、".join(value_text(name, one, pack) for one in value) or "无"
    if isinstance(value, Mapping):
        return "、".join(f"{key} {_number(name, one)}" for key, one in value.items()) or "无"
    return facts()[name].codes.get(value, str(value)) if name in facts() else str(value)


def _number(name: str, value: int) -> str:
    return _writer(name)(value)


@cache
def _writer(name: str) -> Callable[[int], str]:
    """Choose how a number of this name is written."""
    if name.endswith("_fen") or name in PAYERS:
        return yuan
    return tenths if name.endswith("_tenths") else per_cent if name.endswith("_pm") else str


def label(name: str, pack: ir.Pack) -> str:
    """Give the Chinese label of a fact, derived fact, figure, setting, parameter or day."""
    for shelf in (pack.derived, pack.figures, pack.settings, pack.parameters):
        if name in shelf:
            return str(shelf[name].label)
    return facts()[name].label if name in facts() else DAYS.get(name, name)


# -- outcomes without an answer ----------------------------------------------------------------------------------------


def missing(pack: ir.Pack, unknown: Unknown, words: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say which fact to ask for, or which parameter the bureau must set; `words` are the rule's own for a fact."""
    why = f"（{unknown.why}）" if unknown.why else ""
    if unknown.kind == "parameter":
        return f"政策文件没有写明“{label(unknown.name, pack)}”（{unknown.name}）{why}，请主管部门先设定再办理"
    return f"缺少“{words.get(unknown.name) or label(unknown.name, pack)}”（{unknown.name}）{why}，补充后才能判定"


def not_in_force(rule: ir.Rule, on: date) -> str:
    """Say that no version holds on a day, and which days have one."""
    periods = "、".join(_period(version) for version in rule.versions)
    return f"{day(on)}“{rule.title}”没有生效的规定，有规定的时期：{periods}"


def _period(version: ir.Version) -> str:
    start = f"{day(version.from_on)}起" if version.from_on else ""
    end = f"{day(version.until_on)}前" if version.until_on else ""
    return start + end or "一直有效"


def given(derived: ir.Derived, code: str | int) -> str:
    """Say that a derived fact was not derived."""
    said = ("是" if code else "否") if isinstance(code, bool) else code
    return f"“{derived.label}”已给定为{said}"


# -- answers -----------------------------------------------------------------------------------------------------------


def because(row: ir.Row, answer: Mapping[str, Any], f: Inquiry, lack: ir.Cell | None) -> str:
    """Write the sentence of a matched row; `lack` is the cell that refused, if one did."""
    said = {**answer, **shares} if (shares := answer.get("shares_fen")) else answer
    sentence: str = _sentence(row.because or _told_by_cells(row, f.pack), f.pack).run(said, f, lack)
    return sentence


@lru_cache(maxsize=PRINTED_MAX)
def _sentence(template: str, pack: ir.Pack) -> Program:
    """Print a template once as a function of (what was answered, the question, the cell that refused)."""
    opening, *parts = PLACEHOLDER.split(template)
    lines, text = ["def sentence(said, f, lack):"], _literal(opening)
    for place, (name, argument, after) in enumerate(zip(parts[::3], parts[1::3], parts[2::3], strict=True), 1):
        text += f"{{word_{place}}}{_literal(after)}"
        if name == "lacking":
            lines.append(f"    word_{place} = refusal(lack, said.get('changes_on'), f) if lack else ''")
        elif name == "age_gap":
            lines.append(f"    word_{place} = age_gap({int(argument or 0)}, f)")
        else:
            write = _writer(f"_{argument}" if argument else name).__name__
            other = f"written({name!r}, {argument!r}, value, f.pack)"
            lines.append(f"    value = said[{name!r}] if {name!r} in said else f.{_kind_of(name, pack)}({name!r})")
            lines.append(f"    word_{place} = {write}(value) if value.__class__ is int else {other}")
    source = "\n".join([*lines, f"    return f{text!r}"]) + "\n"
    words = {"refusal": refusal, "age_gap": age_gap, "written": _written}
    words |= {word.__name__: word for word in (yuan, tenths, per_cent)}
    return Program(source, ready(source, "because", "sentence", **words))


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _written(name: str, argument: str | None, value: Any, pack: ir.Pack) -> str:
    return _number(f"_{argument}", value) if argument and isinstance(value, int) else value_text(name, value, pack)


def joined(told: tuple[tuple[ir.Row, Mapping[str, Any]], ...], answer: Mapping[str, Any], f: Inquiry) -> str:
    """Write the sentences of several rows that add up, and what they come to."""
    said = "；".join(because(row, own, f, None) for row, own in told)
    ((name, amount),) = answer.items()
    return f"{said}；合计{value_text(name, amount, f.pack)}"


def _kind_of(name: str, pack: ir.Pack) -> str:
    """Tell what a name in a template is: the word by which a question is asked for it."""
    for kind, shelf in (
        ("derived", pack.derived),
        ("figure", pack.figures),
        ("setting", pack.settings),
        ("parameter", pack.parameters),
        ("calendar", CALENDAR),
    ):
        if name in shelf:
            return kind
    return "fact"


def refusal(lack: ir.Cell, changes_on: date | None, f: Inquiry) -> str:
    """Say what one refusing cell wants, and from when it will have it: 还差43天满65周岁，2017年3月1日起符合."""
    years = _age_wanted(lack, f)
    if changes_on is not None and years is not None:
        return f"还差{(changes_on - f.on).days}天满{years}周岁，{day(changes_on)}起符合"
    have = f.fact(lack.column.name) if lack.column.kind == "fact" else None
    if lack.column.name == "age" and isinstance(have, int):
        too_young = years is not None and have < years
        return f"现年{have}周岁，须{f'满{years}周岁' if too_young else cell_text(lack, f.pack)}"
    if isinstance(lack.test, ir.Is):
        return f"须{cell_text(lack, f.pack)}"
    name = label(lack.column.name, f.pack)
    return f"{name}须{cell_text(lack, f.pack).removeprefix(name)}"


def _age_wanted(lack: ir.Cell, f: Inquiry) -> int | None:
    """Give the age that a cell wants at least, where it says one: as a number, or by a setting that holds one."""
    if lack.column.name != "age" or not isinstance(lack.test, ir.Within):
        return None
    low = lack.test.low
    if isinstance(low, ir.Name) and low.kind in ("setting", "parameter"):
        value = f.setting(low.name) if low.kind == "setting" else f.parameter(low.name)
    else:
        value = getattr(low, "value", None)
    return value + lack.test.low_excluded if isinstance(value, int) else None  # who must be over 65 must be 66


def age_gap(years: int, f: Inquiry) -> str:
    """Say how far somebody is from an age: in days if the birth date is known."""
    birth = f.fact("birth_date")
    if isinstance(birth, date) and "age" not in f.given:
        reached = birthday(birth, years, f.pack.leap_birthday)
        if reached > f.on:
            return f"还差{(reached - f.on).days}天满{years}周岁"
    return f"未满{years}周岁"


def cell_text(cell: ir.Cell, pack: ir.Pack) -> str:
    """Write one condition cell: 年龄（周岁）>=65, 居住在本区, 身份类别为重度残疾."""
    name = label(cell.column.name, pack)
    if not all(isinstance(one, ir.Const | ir.Name) for one in ir.operands(cell.test)):
        return f"{name} {cell.text}"  # a formula is best said as it was written
    match cell.test:
        case ir.Is(wanted):
            return name if wanted else f"不是“{name}”"
        case ir.OneOf(wanted, negated):
            return f"{name}{'不' if negated else ''}为{'或'.join(_operand(one, cell, pack) for one in wanted)}"
        case ir.AllOf(wanted):
            return f"{name}兼有{'和'.join(_operand(one, cell, pack) for one in wanted)}"
        case ir.Within(low, high, low_excluded, high_excluded):
            bounds = []
            if low is not None:
                bounds.append(f"{'大于' if low_excluded else '不小于'}{_operand(low, cell, pack)}")
            if high is not None:
                bounds.append(f"{'小于' if high_excluded else '不大于'}{_operand(high, cell, pack)}")
            return f"{name}{'、'.join(bounds)}"


def _operand(expr: ir.Expr, cell: ir.Cell, pack: ir.Pack) -> str:
    if isinstance(expr, ir.Const):
        if cell.column.kind in ("setting", "parameter") and isinstance(expr.value, str):
            setting = pack.settings.get(cell.column.name)
            return (setting and setting.reading(expr.value)) or PAYERS.get(expr.value, expr.value)
        return value_text(cell.column.name, expr.value, pack)
    assert isinstance(expr, ir.Name), "a cell with a formula is told as it was written"
    return f"“{label(expr.name, pack)}”"


def _told_by_cells(row: ir.Row, pack: ir.Pack) -> str:
    return "，".join(cell_text(cell, pack) for cell in row.cells) or "其他情形"
