"""Values of a whole column that may turn out to be constants: what a printed expression for columns is put together of.

A `Lazy` is a recipe, "given the table, this expression", so that steps can be stacked one above the other (`Layers`)
without an expression being written out again wherever it is used. Everything that is known beforehand is folded in
Python: a setting or a parameter never reaches the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
from ibis.expr import types

ANY = object()  # a value that nobody looks at


@dataclass(frozen=True, eq=False)
class Lazy:
    """An expression still to be made from a table; `level` counts the steps that must stand below it."""

    build: Callable[[types.Table], Any]
    level: int = 0
    plain: bool = False  # nothing but a column: not worth a step of its own
    told: Told | None = None


@dataclass(frozen=True)
class Told:
    """What a value is that is one of some constants, by a number: who tests the value may test the number instead."""

    number: Any
    values: tuple[tuple[Any, tuple[int, ...]], ...]
    otherwise: Any


class Layers:
    """Stack steps over a table: a value that is kept becomes a column of the step below the ones that use it."""

    def __init__(self) -> None:
        self._steps: dict[int, dict[str, Lazy]] = {}

    def keep(self, value: Any, hint: str) -> Any:
        """Make a column of a value that is used more than once; a constant or a column stays what it is."""
        if not isinstance(value, Lazy) or value.plain:
            return value
        name = f"_{hint}_{sum(map(len, self._steps.values()))}"
        self._steps.setdefault(value.level, {})[name] = value
        return Lazy(lambda table: table[name], value.level + 1, plain=True, told=value.told)

    def over(self, table: types.Table, start: int = 0, stop: int | None = None) -> types.Table:
        """Stack all steps over a table, or those of some levels."""
        for level in sorted(one for one in self._steps if start <= one and (stop is None or one < stop)):
            below = table
            table = below.mutate(**{name: value.build(below) for name, value in self._steps[level].items()})
        return table


def column(name: str) -> Lazy:
    """Name a column of the input."""
    return Lazy(lambda table: table[name], plain=True)


def lift(make: Callable[..., Any], *operands: Any) -> Any:
    """Apply a function to values; among constants only, at once."""
    lazy = [operand for operand in operands if isinstance(operand, Lazy)]
    if not lazy:
        return make(*operands)
    return Lazy(lambda table: make(*(built(operand, table) for operand in operands)), max(one.level for one in lazy))


def built(value: Any, table: types.Table) -> Any:
    """Make the expression of a value; a constant is one already."""
    return value.build(table) if isinstance(value, Lazy) else value


def less(whole: Any, parts: Sequence[Any]) -> Any:
    """Take parts from a whole; where none takes anything it stays what it is."""
    taken = [part for part in parts if not isinstance(part, int) or part != 0]
    return lift(lambda one, *others: one - sum(others[1:], others[0]), whole, *taken) if taken else whole


def is_null(value: Any) -> Any:
    """Tell whether a value is not there."""
    if isinstance(value, Lazy) and value.told is not None:
        return False
    return lift(lambda one: one.isnull(), value) if isinstance(value, Lazy) else value is None


def both(*truths: Any) -> Any:
    """Join truths by and."""
    if any(truth is False for truth in truths):
        return False
    lazy = [truth for truth in truths if truth is not True]
    return lift(lambda *ones: _joined(ones, lambda left, right: left & right), *lazy) if lazy else True


def either(*truths: Any) -> Any:
    """Join truths by or."""
    if any(truth is True for truth in truths):
        return True
    lazy = [truth for truth in truths if truth is not False]
    return lift(lambda *ones: _joined(ones, lambda left, right: left | right), *lazy) if lazy else False


def negate(truth: Any) -> Any:
    """Turn a truth round."""
    return lift(lambda one: ~one, truth) if isinstance(truth, Lazy) else not truth


def _joined(ones: Sequence[Any], join: Callable[[Any, Any], Any]) -> Any:
    whole = ones[0]
    for one in ones[1:]:
        whole = join(whole, one)
    return whole


def choose(cases: Sequence[tuple[Any, Any]], otherwise: Any = None) -> Any:
    """Take the value of the first case that is true, else `otherwise`; None is nothing."""
    kept: list[tuple[Any, Any]] = []
    for truth, value in cases:
        if truth is False:
            continue
        if truth is True:
            otherwise = value
            break
        kept.append((truth, value))
    values = [value for _, value in kept] + [otherwise]
    if not kept or (not any(isinstance(value, Lazy) for value in values) and _all_equal(values)):
        return otherwise
    while kept and _same(kept[-1][1], otherwise):
        kept.pop()
    if not kept:
        return otherwise

    def make(table: types.Table) -> Any:
        branches = [(built(truth, table), literal(built(value, table))) for truth, value in kept]
        whole = ibis.cases(*branches, else_=literal(built(otherwise, table)))
        return whole.cast("int64") if whole.type().is_integer() else whole

    lazy = [one for pair in kept for one in pair if isinstance(one, Lazy)]
    return Lazy(make, max(one.level for one in [*lazy, *([otherwise] if isinstance(otherwise, Lazy) else [])]))


def by_number(number: Any, values: Sequence[tuple[int, Any]], otherwise: Any = ANY) -> Any:
    """Take the value that goes with a number; numbers with the same value are asked about together.

    Without `otherwise` there is no number but these, so the value that most of them share is not asked about.
    """
    shared: list[tuple[Any, list[int]]] = []
    for at, value in values:
        numbers = next((numbers for one, numbers in shared if _same(one, value)), None)
        if numbers is None:
            shared.append((value, [at]))
        else:
            numbers.append(at)
    if otherwise is ANY:
        shared.sort(key=lambda one: len(one[1]))
        otherwise = shared.pop()[0] if shared else None
    made = choose([(_is_among(number, numbers), value) for value, numbers in shared], otherwise)
    constant = not any(isinstance(value, Lazy) or value is None for value in (otherwise, *(one for one, _ in shared)))
    if not isinstance(made, Lazy) or not constant:
        return made
    return replace(made, told=Told(number, tuple((value, tuple(numbers)) for value, numbers in shared), otherwise))


def _is_among(number: Any, numbers: Sequence[int]) -> Any:
    return either(*(equals(number, at) for at in numbers))


def equals(value: Any, wanted: Any) -> Any:
    """Tell whether a value is this constant."""
    told = value.told if isinstance(value, Lazy) else None
    return passes(value, (lambda one: _same(one, wanted)) if told else lambda one: one == wanted)


def passes(value: Any, test: Callable[[Any], Any]) -> Any:
    """Test a value; one that is told by a number is tested beforehand, so that only the number is asked about."""
    told = value.told if isinstance(value, Lazy) else None
    if told is None:
        return lift(test, value)
    unlike = [numbers for one, numbers in told.values if bool(test(one)) is not bool(test(told.otherwise))]
    truth = either(*(_is_among(told.number, numbers) for numbers in unlike))
    return negate(truth) if test(told.otherwise) else truth


def _same(one: Any, other: Any) -> bool:
    return one is other if isinstance(one, Lazy) or isinstance(other, Lazy) else _all_equal([one, other])


def _all_equal(values: Sequence[Any]) -> bool:
    return all(type(value) is type(values[0]) and value == values[0] for value in values)


def first_there(*values: Any) -> Any:
    """Take the first value that is there."""
    kept: list[Any] = []
    for value in values:
        if value is None:
            continue
        kept.append(value)
        if not isinstance(value, Lazy):
            break
    if len(kept) < 2:
        return kept[0] if kept else None
    return lift(lambda *ones: ibis.coalesce(*ones), *kept)


def literal(value: Any) -> Any:
    """Write a constant down as an expression."""
    if value is None:
        return ibis.null()
    return value if isinstance(value, types.Value) else ibis.literal(value)


def differ(one: Any, other: Any) -> Any:
    """Tell whether two values differ; nothing equals nothing."""
    if not isinstance(one, Lazy) and not isinstance(other, Lazy):
        return not _all_equal([one, other])
    if one is other:
        return False
    return lift(lambda left, right: ~literal(left).identical_to(literal(right)), one, other)
