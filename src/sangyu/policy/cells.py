"""Read the text of one cell into the tree: the small language an official writes in a table.

Conditions: empty (anything), `yes`/`no`, `a|b`, `not a`, `65..74`, `>=80`, `<1800.00`, `2014-10-01..2014-12-31`; an
operand may be the name of a setting, a parameter, a figure or a day (`>=three_no_min_age`, `>month_start`).
Answers: an integer, `rest`, `300 pm`, `none`, or a formula of names, `+ - *`, and the functions below; a division is
written inside the rounding that ends it (`half_up(market_price_fen * 800 / 1000)`). Amounts are fen; a number with
exactly two decimals is yuan (`9.00` is 900).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sangyu.policy import ir
from sangyu.policy.dates import CALENDAR
from sangyu.policy.errors import BadCell
from sangyu.policy.vocabulary import facts

ROUNDINGS: Mapping[str, Literal["half_up", "up", "down"]] = {"half_up": "half_up", "up": "up", "down": "down"}
# Function -> (least, most) number of arguments; `has` and `lacks` take a map or list and then keys.
FUNCTIONS = {"min": (2, 9), "max": (2, 9), "sum": (1, 1), "count": (1, 1), "step": (2, 2), "weighted": (2, 2)}
KEYED = ("has", "lacks")
_OPERATORS: Mapping[type[ast.operator], Literal["add", "subtract", "multiply"]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
}
_YUAN = re.compile(r"(?<![\w.])(\d+)\.(\d\d)(?![\w.])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PER_MILLE = re.compile(r"(\d+) ?(?:pm|‰)")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(.+)")


@dataclass
class Scope:
    """The names a cell of one pack may use; later kinds shadow the fact vocabulary."""

    derived: dict[str, ir.Derived] = field(default_factory=dict)
    figures: dict[str, ir.NameKind] = field(default_factory=dict)
    settings: dict[str, ir.Setting] = field(default_factory=dict)
    parameters: dict[str, ir.Parameter] = field(default_factory=dict)

    def name(self, word: str) -> ir.Name:
        """Find out what a word names.

        Raises: BadCell, if it names nothing.
        """
        if word in self.derived:
            return ir.Name("derived", word)
        if word in self.figures:
            return ir.Name("figure", word)
        if word in self.settings:
            return ir.Name("setting", word)
        if word in self.parameters:
            return ir.Name("parameter", word)
        if word in CALENDAR:
            return ir.Name("calendar", word)
        if word in facts():
            return ir.Name("fact", word)
        raise BadCell(f"不认识的名称“{word}”：既不是事实，也不是本包的参数、开关或算式")

    def type_of(self, name: ir.Name) -> tuple[str, tuple[str, ...]]:
        """Give a column's type (bool, int, date, code, codes) and, for codes, which there are (empty: any)."""
        if name.kind == "fact":
            fact = facts()[name.name]
            return {"date_or_null": "date"}.get(fact.type, fact.type), tuple(fact.codes)
        if name.kind == "derived":
            derived = self.derived[name.name]
            return ("bool", ()) if derived.answer == "eligible" else ("code", derived.codes)
        if name.kind == "calendar":
            return "date", ()
        if name.kind == "setting":
            setting = self.settings[name.name]
            if isinstance(setting.default, bool):
                return "bool", ()
            if isinstance(setting.default, int):
                return "int", ()
            return "code", tuple(setting.values) if setting.closed else ()
        return "int", ()


# -- formulas --------------------------------------------------------------------------------------------------------


def formula(text: str, scope: Scope) -> ir.Expr:
    """Read a formula of integers and names.

    Raises: BadCell, with what is wrong in it.
    """
    plain = _YUAN.sub(lambda match: str(int(match[1] + match[2])), text.strip())
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError:
        raise BadCell(f"算式“{text}”写法有误") from None
    return _expression(tree, scope, text)


def _expression(node: ast.expr, scope: Scope, text: str) -> ir.Expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return ir.Const(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return ir.Arithmetic("subtract", ir.Const(0), _expression(node.operand, scope, text))
    if isinstance(node, ast.Name):
        return scope.name(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return ir.Member(scope.name(node.value.id), node.attr)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _expression(node.left, scope, text), _expression(node.right, scope, text)
        return ir.Arithmetic(_OPERATORS[type(node.op)], left, right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        raise BadCell(f"算式“{text}”里的除法要写明进位：half_up(… / …)、up(… / …) 或 down(… / …)")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, node.args, scope, text)
    raise BadCell(f"算式“{text}”用了不支持的写法")


def _call(function: str, arguments: list[ast.expr], scope: Scope, text: str) -> ir.Expr:
    if function in ROUNDINGS:
        inner = arguments[0] if len(arguments) == 1 else None
        if not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Div):
            raise BadCell(f"算式“{text}”：{function} 里要有一个除法，如 {function}(a / 1000)")
        over, under = _expression(inner.left, scope, text), _expression(inner.right, scope, text)
        if isinstance(under, ir.Const) and under.value == 0:
            raise BadCell(f"算式“{text}”：除数为 0")
        return ir.Quotient(ROUNDINGS[function], over, under)
    if function in KEYED:
        keys = tuple(key.id for key in arguments[1:] if isinstance(key, ast.Name))
        if len(arguments) < 2 or len(keys) != len(arguments) - 1:
            raise BadCell(f"算式“{text}”：{function} 的写法是 {function}(名称, 代码, 代码…)")
        return ir.Call(function, (_expression(arguments[0], scope, text),), keys)
    if function not in FUNCTIONS:
        raise BadCell(f"算式“{text}”：没有函数 {function}，可用：{'、'.join([*FUNCTIONS, *KEYED, *ROUNDINGS])}")
    least, most = FUNCTIONS[function]
    if not least <= len(arguments) <= most:
        raise BadCell(f"算式“{text}”：{function} 的参数个数不对")
    read = tuple(_expression(argument, scope, text) for argument in arguments)
    named = {"step": read[0], "weighted": read[0]}.get(function)
    if named is not None and not isinstance(named, ir.Name):
        raise BadCell(f"算式“{text}”：{function} 的第一个参数要是一个名称")
    return ir.Call(function, read)


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
        return ir.PerMille(int(rate[1]))
    if outcome == "granted" and text == "none":
        return ir.NoAccount()
    return formula(text, scope)


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
    if codes or not re.fullmatch(r"[A-Za-z_]\w*", word):
        raise BadCell(f"“{column.name}”没有代码“{word}”，可用：{'、'.join(codes)}")
    return ir.Const(word)
