"""Which names a formula or a table reads: for cycles, for what nobody reads, for what a check must try."""

from __future__ import annotations

from collections.abc import Iterable

from sangyu.policy import ir


def names_in(expr: ir.Expr) -> Iterable[str]:
    """List the names that a formula reads."""
    match expr:
        case ir.Name(_, name):
            yield name
        case ir.Member(of, _):
            yield of.name
        case ir.Arithmetic(_, left, right) | ir.Quotient(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case ir.Call(_, arguments, _):
            for argument in arguments:
                yield from names_in(argument)
        case ir.Count(of, within):
            for part in (of, *ir.operands(within)):
                yield from names_in(part)
        case ir.PerMille(ir.Name() as rate):
            yield rate.name


def keys_of(table: ir.Table) -> Iterable[str]:
    """List the keys of maps that the answers of a table read: `counts.age_65_74` reads `age_65_74`."""
    for row in table.rows:
        for expr in row.answers.values():
            yield from _keys_in(expr)


def _keys_in(expr: ir.Expr) -> Iterable[str]:
    match expr:
        case ir.Member(_, key):
            yield key
        case ir.Arithmetic(_, left, right) | ir.Quotient(_, left, right):
            yield from _keys_in(left)
            yield from _keys_in(right)
        case ir.Call(_, arguments, keys):
            yield from keys
            for argument in arguments:
                yield from _keys_in(argument)


def names_of(table: ir.Table) -> Iterable[str]:
    """List the names that a table reads: its columns, the operands of its cells, the formulas of its answers."""
    for column in table.columns:
        yield column.name
    for row in table.rows:
        for cell in row.cells:
            for operand in ir.operands(cell.test):
                yield from names_in(operand)
        for expr in row.answers.values():
            yield from names_in(expr)
