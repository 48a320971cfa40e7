"""What a cell of a table is in Excel, and back: amounts in yuan, whole numbers, dates, yes and no, codes, sentences.

The text of a cell is the pack's own; Excel shows it as an official knows it. A cell that nobody touched goes back as it
was written, to the letter; only a cell that was changed is read anew. No binary fraction touches an amount.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from sangyu.policy import ir
from sangyu.policy.errors import BadCell
from sangyu.policy.formulas import Scope
from sangyu.policy.to_chinese import ANSWERS, PAYERS, label
from sangyu.policy.vocabulary import facts

Kind = Literal["money", "int", "date", "bool", "code", "said"]
Shown = str | int | Decimal | date

_WHOLE, _YUAN = re.compile(r"-?\d{1,13}"), re.compile(r"-?\d{1,13}\.\d\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_BARE = re.compile(r"(?:not\s*)?(?:>=|<=|>|<)?\s*-?\d+(?:\s*(?:\.\.|\|)\s*-?\d+)*")
_TITLES: Mapping[str, str] = {**ANSWERS, "because": "说明", **PAYERS}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "result": ("pass", "warn", "fail"),
    "every": ("week", "month", "quarter", "year"),
}
_SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "−": "-", "〜": "~", "∼": "~"})


@dataclass(frozen=True)
class Column:
    """One column of a table: its code, what stands in it, and the codes it may hold (code -> label)."""

    code: str
    kind: Kind
    title: str
    codes: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False


def column(code: str, rule: ir.Rule | None, pack: ir.Pack, texts: list[str]) -> Column:
    """Say what a column holds, from its name and what already stands in it.

    Raises: BadCell, if the name is neither an outcome of the rule nor known to the pack.
    """
    title = _TITLES.get(code, "")
    if code == "because" or rule is None:
        return Column(code, "said", title or code)
    outcomes = {name for version in rule.versions for name in version.table.outcomes}
    if code in outcomes or code in rule.payers:
        return _outcome(code, title or code, rule, texts)
    scope = Scope(dict(pack.derived), dict.fromkeys(pack.figures, "figure"), dict(pack.settings), dict(pack.parameters))
    name = scope.name(code)
    kind, codes = scope.type_of(name)
    said = label(code, pack)
    if kind == "int":
        money = code.endswith("_fen") or any(_YUAN.fullmatch(text) for text in texts)
        return Column(code, "money" if money else "int", said)
    if kind in ("bool", "date"):
        return Column(code, "bool" if kind == "bool" else "date", said)
    labels = facts()[code].codes if name.kind == "fact" else {}
    setting = pack.settings.get(code)
    if setting and setting.readings:
        labels = {str(value): reading for value, reading in zip(setting.values, setting.readings, strict=True)}
    return Column(code, "code", said, {str(one): labels.get(str(one), "") for one in codes})


def _outcome(code: str, title: str, rule: ir.Rule, texts: list[str]) -> Column:
    if code == "eligible":
        return Column(code, "bool", title)
    if code in _CHOICES:
        return Column(code, "code", title, dict.fromkeys(_CHOICES[code], ""), closed=True)
    if code in ("ground", "by", "until"):
        return Column(code, "code", title)
    of_money = code in rule.payers or (code in ("granted", "available") and rule.shared.endswith("_fen"))
    if of_money or code.endswith("_fen") or any(_YUAN.fullmatch(text) for text in texts):
        return Column(code, "money", title)
    return Column(code, "int", title)


def shown(text: str, column: Column) -> Shown:
    """Give what Excel shows for a cell's text: a number, a date, or the text itself. Units: money in yuan."""
    if column.kind == "money" and _YUAN.fullmatch(text):
        return Decimal(text)
    if column.kind == "money" and _WHOLE.fullmatch(text):
        return Decimal(int(text)).scaleb(-2)
    if column.kind == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if column.kind == "date" and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def same(value: Any, was: Shown) -> bool:
    """Tell whether a cell of the workbook still holds what was put there."""
    if isinstance(value, str) or isinstance(was, str):
        return isinstance(value, str) and isinstance(was, str) and value == was
    if isinstance(was, date):
        return _day(value) == was
    return isinstance(value, (int, float)) and not isinstance(value, bool) and Decimal(repr(value)) == was


def said(value: Any, column: Column) -> str:
    """Read a changed cell: the text that the pack's table shall hold.

    Raises: BadCell, if what stands there cannot be what the column holds.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        if column.kind not in ("bool", "said"):
            raise BadCell(f"这一列要的是{_WANTED[column.kind]}，不是 {'TRUE' if value else 'FALSE'}")
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return _number(Decimal(repr(value)), column)
    if isinstance(value, (date, datetime)):
        return _date(value, column)
    if not isinstance(value, str):
        raise BadCell(f"这一格是时间 {value}，这一列要的是{_WANTED[column.kind]}；请把单元格设成“文本”再写")
    if column.kind == "said":
        return value.rstrip()
    text = tidy(value)
    if column.kind == "code":
        return _coded(text, column)
    if column.kind == "money" and re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return _number(Decimal(text), column)
    if column.kind == "money" and _BARE.fullmatch(text) and re.search(r"[1-9]", text):
        raise BadCell(f"“{text}”分不清是元还是分；写元要带两位小数，如 >=1800.00")
    return text


def tidy(text: str) -> str:
    """Bring what was typed into the signs of the tables: full-width digits, ≥, ～, spaces at the ends."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
    return re.sub(r"(?<=\d)\s*(?:~|至)\s*(?=\d)", "..", text)


_WANTED: Mapping[Kind, str] = {
    "money": "金额（元）",
    "int": "整数",
    "date": "日期",
    "bool": "是或否（yes/no）",
    "code": "代码",
    "said": "文字",
}


def _number(value: Decimal, column: Column) -> str:
    if column.kind == "money":
        fen = value.scaleb(2)
        if fen != fen.to_integral_value():
            raise BadCell(f"金额 {value} 元不足一分，最多两位小数")
        return f"{fen.to_integral_value().scaleb(-2):.2f}" if fen else "0"
    plain = f"{value:f}".removesuffix(".0")  # Excel keeps every number as a fraction
    if column.kind == "said":
        return plain
    if column.kind != "int" or value != value.to_integral_value():
        raise BadCell(f"这一列要的是{_WANTED[column.kind]}，不是 {plain}")
    return str(int(value))


def _date(value: date, column: Column) -> str:
    day = _day(value)
    if day is None:
        raise BadCell(f"日期后面带了时间：{value}；只写日期，如 2014-10-01")
    if column.kind not in ("date", "said"):
        wanted = f"这一列要的是{_WANTED[column.kind]}"
        raise BadCell(f"Excel 把这一格变成了日期 {day}，{wanted}；请把单元格设成“文本”再写")
    return day.isoformat()


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else None
    return value if isinstance(value, date) else None


def _coded(text: str, column: Column) -> str:
    """Turn Chinese labels into their codes: 低保、特困供养 is dibao|extreme_poor."""
    if not column.codes:
        return text
    by_label = {name: code for code, name in column.codes.items() if name}
    negated = re.match(r"(?:not |非)", text)
    body = text[negated.end() :] if negated else text
    words = re.split(r"([|&、])", body)
    coded = "".join("|" if word == "、" else by_label.get(word.strip(), word.strip()) for word in words)
    return ("not " if negated else "") + coded
