"""Read the text of one cell into the tree: the small language an official writes in a table.

Conditions: empty (anything), `yes`/`no`, `a|b`, `a&b`, `not a`, `65..74`, `>=80`, `<1800.00`,
`2014-10-01..2014-12-31`; an operand may be the name of a setting, a parameter, a figure or a day
(`>=three_no_min_age`, `>month_start`).
Answers: an integer, `rest`, `300 pm`, `none`, or a formula as `formulas` reads it.
"""

from __future__ import annotations

import re
from datetime import date

from sangyu.policy import ir
from sangyu.policy.errors import BadCell
from sangyu.policy.formulas import Scope, formula, type_of

__all__ = ["Scope", "answer", "formula", "test"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PER_MILLE = re.compile(r"(\w+) ?(?:pm|‰)")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(.*)")


# -- answers ---------------------------------------------------------------------------------------------------------


def answer(text: str, scope: Scope, outcome: str, payers: tuple[str, ...]) -> ir.Expr:
    """Read an answer cell of the column `outcome`.

    Raises: BadCell, if the cell is empty or cannot be read.
    """
    text = text.strip()
    if not text:
        raise BadCell(f"结果列“{outcome}”不能为空")
    if outcome == "eligible":
        return ir.Const(_yes_no(text))
    if outcome in ("result", "every") or outcome.startswith("ground"):
        return ir.Const(text)
    if outcome in payers and text == "rest":
        return ir.Rest()
    if outcome in payers and (rate := _PER_MILLE.fullmatch(text)):
        return ir.PerMille(int(rate[1]) if rate[1].isdigit() else _rate(rate[1], scope))
    if outcome == "by":
        return _map(text, scope)
    if outcome == "granted" and text == "none":
        return ir.NoAccount()
    read, wanted = formula(text, scope), "date" if outcome == "until" else "int"
    if type_of(read, scope) != wanted:
        raise BadCell(f"结果列“{outcome}”要的是{'日期' if wanted == 'date' else '数字'}，“{text}”不是")
    return read


def _rate(word: str, scope: Scope) -> ir.Name:
    name = scope.name(word)
    if scope.type_of(name)[0] != "int":
        raise BadCell(f"“{word}”不是数字，不能作千分比")
    return name


def _map(word: str, scope: Scope) -> ir.Name:
    name = scope.name(word)
    if scope.type_of(name)[0] != "counts":
        raise BadCell(f"“{word}”不是“代码: 数量”的对照表，不能按它分配")
    return name


def _yes_no(text: str) -> bool:
    words = {"yes": True, "no": False, "true": True, "false": False, "是": True, "否": False}
    if text.lower() not in words:
        raise BadCell(f"“{text}”应写 yes 或 no")
    return words[text.lower()]


# -- tests -----------------------------------------------------------------------------------------------------------


def test(text: str, column: ir.Name, scope: Scope) -> ir.Test:
    """Read a condition cell under `column` (not an empty one).

    Raises: BadCell, if the cell cannot be read or does not fit the column's type.
    """
    kind, codes = scope.type_of(column)
    text = text.strip()
    if kind == "bool":
        return ir.Is(_yes_no(text))
    if kind in ("int", "date"):
        if comparison := _COMPARISON.fullmatch(text):
            return _compared(comparison[1], _operand(comparison[2], kind, scope))
        if ".." in text:
            return _range(text, kind, scope)
    elif kind not in ("code", "codes"):
        raise BadCell(f"“{column.name}”是列表或对照表，不能直接作条件，请先写成算式")
    if kind == "codes" and "&" in text:
        return ir.AllOf(tuple(_code(word.strip(), column, codes, scope) for word in text.split("&")))
    negated = text.startswith("not ")
    words = [word.strip() for word in text.removeprefix("not ").split("|")]
    if kind in ("int", "date"):
        return ir.OneOf(tuple(_operand(word, kind, scope) for word in words), negated)
    return ir.OneOf(tuple(_code(word, column, codes, scope) for word in words), negated)


def _compared(operator: str, bound: ir.Expr) -> ir.Test:
    if operator.startswith(">"):
        return ir.Within(bound, None, low_excluded=operator == ">")
    return ir.Within(None, bound, high_excluded=operator == "<")


def _range(text: str, kind: str, scope: Scope) -> ir.Test:
    low_text, _, high_text = text.partition("..")
    low, high = _operand(low_text, kind, scope), _operand(high_text, kind, scope)
    if isinstance(low, ir.Const) and isinstance(high, ir.Const) and low.value > high.value:  # type: ignore[operator]
        raise BadCell(f"范围“{text}”的下限大于上限")
    return ir.Within(low, high)


def _operand(text: str, kind: str, scope: Scope) -> ir.Expr:
    text = text.strip()
    if not text:
        raise BadCell("范围或比较缺少一边的值")
    if kind == "date" and _DATE.fullmatch(text):
        try:
            return ir.Const(date.fromisoformat(text))
        except ValueError:
            raise BadCell(f"“{text}”不是日期") from None
    operand = formula(text, scope)
    if kind == "date" and not (isinstance(operand, ir.Name) and scope.type_of(operand)[0] == "date"):
        raise BadCell(f"“{text}”不是日期，应写成 2014-10-01")
    return operand


def _code(word: str, column: ir.Name, codes: tuple[str, ...], scope: Scope) -> ir.Expr:
    if word in codes:
        return ir.Const(word)
    if word in scope.settings and not scope.settings[word].closed:
        return ir.Name("setting", word)
    if not codes and not re.fullmatch(r"[A-Za-z_]\w*", word):
        raise BadCell(f"“{column.name}”的代码“{word}”应是字母、数字和下划线，不以数字开头")
    if codes:
        raise BadCell(f"“{column.name}”没有代码“{word}”，可用：{'、'.join(codes)}")
    return ir.Const(word)
