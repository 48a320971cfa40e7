"""Read a formula of integers, names and a closed list of functions into the tree.

Amounts are fen; a number with exactly two decimals is yuan (`9.00` is 900). A division is written inside the rounding
that ends it (`half_up(market_price_fen * 800 / 1000)`); there is no other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sangyu.policy import ir
from sangyu.policy.dates import CALENDAR
from sangyu.policy.errors import BadCell
from sangyu.policy.vocabulary import facts

ROUNDINGS: Mapping[str, Literal["half_up", "up", "down"]] = {"half_up": "half_up", "up": "up", "down": "down"}
# Function -> the types of its arguments; the last of `min` and `max` may be repeated.
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "min": ("int", "int"),
    "max": ("int", "int"),
    "sum": ("list or map",),
    "count": ("list",),
    "distinct": ("list",),
    "step": ("steps", "int"),
    "weighted": ("map", "map"),
    "age_on": ("date",),
    "months_aged": ("int", "calendar"),
    "months_from": ("date",),
    "year": ("date",),
    "month": ("date",),
    "months_through": ("date", "int"),
    "days_through": ("date", "int"),
}
KEYED = ("has", "lacks")
_LISTS, _MAPS = ("ints", "dates", "codes"), ("counts", "map", "matrix")
_TAKES: Mapping[str, tuple[str, ...]] = {
    "int": ("int",),
    "date": ("date",),
    "calendar": ("date",),
    "list": _LISTS,
    "map": _MAPS,
    "list or map": (*_LISTS, *_MAPS),
    "steps": ("steps",),
}
_TYPE_LABELS: Mapping[str, str] = {
    "int": "数字",
    "date": "日期",
    "calendar": "日历上的日子（如 month_end）",
    "list": "列表",
    "map": "对照表",
    "list or map": "列表或对照表",
    "steps": "分档表",
}
_OPERATORS: Mapping[type[ast.operator], Literal["add", "subtract", "multiply"]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
}
_COMPARISONS: Mapping[type[ast.cmpop], str] = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">"}
_YUAN = re.compile(r"(?<![\w.])(\d+)\.(\d\d)(?![\w.])")


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
        """Give a name's type (bool, int, date, code, codes, …) and, for codes, which there are (empty: any)."""
        if name.kind == "fact":
            fact = facts()[name.name]
            return {"date_or_null": "date"}.get(fact.type, fact.type), tuple(fact.codes)
        if name.kind == "derived":
            derived = self.derived[name.name]
            return {"eligible": "bool", "ground": "code"}.get(derived.answer, "int"), derived.codes
        if name.kind == "calendar":
            return "date", ()
        if name.kind == "setting":
            setting = self.settings[name.name]
            if isinstance(setting.default, bool):
                return "bool", ()
            if isinstance(setting.default, int):
                return "int", ()
            return "code", tuple(setting.values) if setting.closed else ()
        if name.kind == "parameter":
            parameter = self.parameters[name.name]
            return parameter.type, parameter.codes
        return "int", ()


def formula(text: str, scope: Scope) -> ir.Expr:
    """Read a formula.

    Raises: BadCell, with what is wrong in it.
    """
    plain = _YUAN.sub(lambda match: str(int(match[1] + match[2])), text.strip())
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError:
        raise BadCell(f"算式“{text}”写法有误") from None
    return _Reader(text, scope).read(tree)


class _Reader:
    """Read one formula; `text` is what the official wrote, for the sentence about a fault."""

    def __init__(self, text: str, scope: Scope) -> None:
        self._text = text
        self._scope = scope

    def _bad(self, why: str) -> BadCell:
        return BadCell(f"算式“{self._text}”{why}")

    def read(self, node: ast.expr) -> ir.Expr:
        """Read one part of the formula."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return ir.Const(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return ir.Arithmetic("subtract", ir.Const(0), self.read(node.operand))
        if isinstance(node, ast.Name):
            return self._scope.name(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return ir.Member(self._map(node.value), node.attr)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return ir.Arithmetic(_OPERATORS[type(node.op)], self._number(node.left), self._number(node.right))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            raise self._bad("里的除法要写明进位：half_up(… / …)、up(… / …) 或 down(… / …)")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node.func.id, node.args)
        raise self._bad("用了不支持的写法")

    def _typed(self, node: ast.expr, wanted: str, function: str) -> ir.Expr:
        """Read an argument and refuse one that cannot be what the function takes: a sum of dates is no figure."""
        read = self.read(node)
        if type_of(read, self._scope) not in _TAKES[wanted] or (
            wanted == "calendar" and not (isinstance(read, ir.Name) and read.kind == "calendar")
        ):
            raise self._bad(f"：{function} 这里要的是{_TYPE_LABELS[wanted]}")
        return read

    def _number(self, node: ast.expr) -> ir.Expr:
        return self._typed(node, "int", "加减乘除")

    def _map(self, node: ast.expr) -> ir.Name:
        read = self._typed(node, "map", "取一项")
        assert isinstance(read, ir.Name), "only a name has the type of a map"
        return read

    def _call(self, function: str, arguments: list[ast.expr]) -> ir.Expr:
        if function in ROUNDINGS:
            return self._quotient(function, arguments)
        if function in KEYED:
            keys = tuple(key.id for key in arguments[1:] if isinstance(key, ast.Name))
            if len(arguments) < 2 or len(keys) != len(arguments) - 1:
                raise self._bad(f"：{function} 的写法是 {function}(名称, 代码, 代码…)")
            return ir.Call(function, (self._typed(arguments[0], "list or map", function),), keys)
        if function == "at":
            return self._at(arguments)
        if function not in FUNCTIONS:
            raise self._bad(f"：没有函数 {function}，可用：{'、'.join([*FUNCTIONS, *KEYED, 'at', *ROUNDINGS])}")
        if function == "count" and len(arguments) == 1 and isinstance(arguments[0], ast.Compare):
            return self._count(arguments[0])
        wanted = FUNCTIONS[function]
        if function in ("min", "max"):
            wanted = (*wanted, *(wanted[-1],) * (len(arguments) - len(wanted)))
        if len(arguments) != len(wanted):
            raise self._bad(f"：{function} 的参数个数不对")
        return ir.Call(function, tuple(map(self._typed, arguments, wanted, (function,) * len(wanted))))

    def _quotient(self, function: str, arguments: list[ast.expr]) -> ir.Expr:
        inner = arguments[0] if len(arguments) == 1 else None
        if not isinstance(inner, ast.BinOp) or not isinstance(inner.op, ast.Div):
            raise self._bad(f"：{function} 里要有一个除法，如 {function}(a / 1000)")
        over, under = self._number(inner.left), self._number(inner.right)
        if isinstance(under, ir.Const) and under.value == 0:
            raise self._bad("：除数为 0")
        return ir.Quotient(ROUNDINGS[function], over, under)

    def _at(self, arguments: list[ast.expr]) -> ir.Expr:
        """Read `at(map, key…)`: a key is the value of the name that it is, else the code itself."""
        if not arguments:
            raise self._bad("：at 的写法是 at(对照表, 代码或名称)")
        of = self._map(arguments[0])
        deep = 2 if self._scope.type_of(of)[0] == "matrix" else 1
        if len(arguments) != 1 + deep:
            raise self._bad(f"：at 对“{of.name}”要写 {deep} 个代码")
        return ir.Call("at", (of, *(self._key(key) for key in arguments[1:])))

    def _key(self, node: ast.expr) -> ir.Expr:
        if not isinstance(node, ast.Name):
            raise self._bad("：at 的第二格起要写代码或名称")
        try:
            name = self._scope.name(node.id)
        except BadCell:
            return ir.Const(node.id)
        return name if self._scope.type_of(name)[0] == "code" else ir.Const(node.id)

    def _count(self, said: ast.Compare) -> ir.Expr:
        """Read `count(list <= bound)` or `count(low <= list <= high)`."""
        signs = [_COMPARISONS.get(type(operator), "") for operator in said.ops]
        if len(signs) == 1 and signs[0]:
            strict, bound = signs[0] in "<>", said.comparators[0]
            if signs[0].startswith("<"):
                return self._counted(said.left, None, bound, high_excluded=strict)
            return self._counted(said.left, bound, None, low_excluded=strict)
        if len(signs) == 2 and all(sign in ("<", "<=") for sign in signs):
            of, high = said.comparators
            return self._counted(of, said.left, high, low_excluded=signs[0] == "<", high_excluded=signs[1] == "<")
        raise self._bad("：count 里的范围写成 列表 <= 上限、列表 >= 下限 或 下限 <= 列表 <= 上限")

    def _counted(
        self,
        of: ast.expr,
        low: ast.expr | None,
        high: ast.expr | None,
        low_excluded: bool = False,
        high_excluded: bool = False,
    ) -> ir.Count:
        members = self._typed(of, "list", "count")
        kind = {"ints": "int", "dates": "date"}.get(type_of(members, self._scope))
        if kind is None:
            raise self._bad("：count 里的范围只用于数字或日期的列表")
        least, most = (None if bound is None else self._typed(bound, kind, "count") for bound in (low, high))
        return ir.Count(members, ir.Within(least, most, low_excluded, high_excluded))


def type_of(expr: ir.Expr, scope: Scope) -> str:
    """Tell what a formula makes."""
    match expr:
        case ir.Name():
            return scope.type_of(expr)[0]
        case ir.Call("months_through" | "days_through", _, _):
            return "date"
        case ir.Call("distinct", (of,), _):
            return type_of(of, scope)
        case _:
            return "int"
