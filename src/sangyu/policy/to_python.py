"""Print a table or a formula as Python source: one printed row for each row of the official's table.

The printed source is kept (`Program.source`) so that anybody can read what is run.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sangyu.policy import ir, runtime

# So many printed programs are remembered: all of the nine packs, and the latest of those that were only examined.
PRINTED_MAX = 2048

_FUNCTIONS = {
    "min": "smallest",
    "max": "largest",
    "sum": "total",
    "age_on": "f.age_on",
    "months_aged": "f.months_aged",
    "months_from": "f.months_from",
}


@dataclass(frozen=True, eq=False)
class Program:
    """Printed source and what it makes when run once."""

    source: str
    run: Callable[..., Any]


Keys = Mapping[str, tuple[str, ...]]


def expression(expr: ir.Expr, keys: Keys = MappingProxyType({})) -> str:
    """Print a formula; `keys` are the map keys that the whole table counts, by the map's name."""
    match expr:
        case ir.Const(value):
            return repr(value)
        case ir.Name(kind, name):
            return f"f.{kind}({name!r})"
        case ir.Member(of, key):
            return f"member({expression(of)}, {key!r}, {of.name!r}, {keys[of.name]!r})"
        case ir.Arithmetic(operator, left, right):
            return f"{operator}({expression(left, keys)}, {expression(right, keys)})"
        case ir.Quotient(rounding, over, under):
            return f"{rounding}({expression(over, keys)}, {expression(under, keys)})"
        case ir.Call():
            return _call(expr, keys)
        case ir.Count(of, within):
            return f"count_within({', '.join([expression(of, keys), *_bounds(within, keys)])})"
        case ir.PerMille(ir.Name() as rate):
            return f"part({expression(rate)})"
        case ir.PerMille(rate_pm):
            return f"Part({rate_pm})"
        case ir.Rest():
            return "REST"
        case ir.NoAccount():
            return "NO_ACCOUNT"


def _call(call: ir.Call, keys: Keys) -> str:
    printed = [expression(argument, keys) for argument in call.arguments] + [repr(key) for key in call.keys]
    first, last = call.arguments[0], call.arguments[-1]
    match call.function:
        case "at" if isinstance(first, ir.Name) and first.kind == "parameter":
            return f"at_parameter({', '.join([printed[0], repr(first.name), *printed[1:]])})"
        case "at":
            return f"at_fact({', '.join(printed)})"
        case "months_aged" if isinstance(last, ir.Name):
            printed[-1] = repr(last.name)  # not that day itself, but the day of that name in each month of the year
        case "step" | "weighted" if isinstance(first, ir.Name):
            printed.append(repr(first.name))
    return f"{_FUNCTIONS.get(call.function, call.function)}({', '.join(printed)})"


def condition(cell: ir.Cell) -> str:
    """Print one condition cell as a call that answers true, false or unknown."""
    value = expression(cell.column)
    match cell.test:
        case ir.OneOf(wanted, negated):
            return f"{'none_of' if negated else 'one_of'}({', '.join([value, *map(expression, wanted)])})"
        case ir.AllOf(wanted):
            return f"all_in({', '.join([value, *map(expression, wanted)])})"
        case ir.Within() as within:
            return f"within({', '.join([value, *_bounds(within)])})"
        case ir.Is(wanted):
            return f"{'yes' if wanted else 'no'}({value})"


def _bounds(within: ir.Within, keys: Keys = MappingProxyType({})) -> list[str]:
    bounds = [expression(bound, keys) if bound is not None else "None" for bound in (within.low, within.high)]
    flags = ["low_excluded=True"] * within.low_excluded + ["high_excluded=True"] * within.high_excluded
    return bounds + flags


def table_source(table: ir.Table) -> str:
    """Print a table as a generator of (line, tests, answer), read from the top until a row is certain."""
    keys = counted_keys(expr for row in table.rows for expr in row.answers.values())
    lines = ["def rows(f):", f"    # {table.file}"]
    for row in table.rows:
        tests = "".join(f"({cell.column.name!r}, lambda: {condition(cell)}), " for cell in row.cells)
        answers = ", ".join(f"{name!r}: {expression(expr, keys)}" for name, expr in row.answers.items())
        lines.append(f"    yield {row.line}, ({tests.rstrip()}), lambda: {{{answers}}}")
    return "\n".join(lines) + "\n"


def counted_keys(formulas: Iterable[ir.Expr]) -> Keys:
    """Collect the map keys that some formulas read. Shape: map's name -> keys in order of appearance."""
    keys: dict[str, tuple[str, ...]] = {}
    for of, key in (member for expr in formulas for member in _members(expr)):
        keys[of] = (*keys.get(of, ()), *([] if key in keys.get(of, ()) else [key]))
    return keys


def _members(expr: ir.Expr) -> Iterator[tuple[str, str]]:
    match expr:
        case ir.Member(of, key):
            yield of.name, key
        case ir.Arithmetic(_, left, right) | ir.Quotient(_, left, right):
            yield from _members(left)
            yield from _members(right)
        case ir.Call(_, arguments, _):
            for argument in arguments:
                yield from _members(argument)
        case ir.Count(_, within):
            for bound in ir.operands(within):
                yield from _members(bound)


@lru_cache(maxsize=PRINTED_MAX)
def program(table: ir.Table) -> Program:
    """Print and run a table's source once; later calls give the same program."""
    source = table_source(table)
    return Program(source, ready(source, table.file, "rows"))


@lru_cache(maxsize=PRINTED_MAX)
def figure_program(figure: ir.Figure) -> Program:
    """Print and run a figure's formula once."""
    source = f"def figure(f):\n    return {expression(figure.formula, counted_keys([figure.formula]))}\n"
    return Program(source, ready(source, figure.name, "figure"))


def ready(source: str, name: str, function: str, **known: Any) -> Callable[..., Any]:
    """Run printed source once and give the function it makes; `name` is where a fault in it is said to stand.

    The source may use the words of `runtime`, and what is `known` beside them.
    """
    space: dict[str, Any] = {**vars(runtime), **known, "datetime": datetime}  # dates are printed as datetime.date(…)
    exec(compile(source, f"<{name}>", "exec"), space)
    made: Callable[..., Any] = space[function]
    return made
