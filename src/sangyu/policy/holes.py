"""Holes between the ranges of a table: values that the rows on both sides leave out, so that some other row decides.

A table with a row for everything else has no gap in the strict sense. But when 65 to 74 becomes 65 to 72, whoever is 73
falls through to that last row, and only its answer tells. Here the hole is told as it is left, in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sangyu.policy import ir

Point = int | date


@dataclass(frozen=True)
class Hole:
    """Values `low` to `high`, both included, of a column that the rows on lines `before` and `after` leave out."""

    column: ir.Name
    low: Point
    high: Point
    before: int
    after: int


@dataclass(frozen=True)
class Stretch:
    """The whole numbers or days that one cell lets through; None where it is open."""

    low: Point | None
    high: Point | None
    line: int


def holes(table: ir.Table) -> Iterator[Hole]:
    """Find the holes between ranges of rows that are alike in everything else. A row written for them closes them."""
    beside: dict[tuple[ir.Name, frozenset[ir.Cell]], list[Stretch]] = defaultdict(list)
    for row in table.rows:
        for place, cell in enumerate(row.cells):
            stretch = _stretch(cell, row.line)
            if stretch is not None:
                beside[cell.column, frozenset(row.cells[:place] + row.cells[place + 1 :])].append(stretch)
    for (column, others), stretches in beside.items():
        known = [one for (name, fewer), some in beside.items() if name == column and fewer <= others for one in some]
        for hole in _between(column, stretches):
            if not any(_touches(one, hole) for one in known):
                yield hole


def _between(column: ir.Name, stretches: list[Stretch]) -> Iterator[Hole]:
    """Go through the stretches in order; what lies between two of them is a hole."""
    closed = [one for one in stretches if one.low is not None]
    opening = [one for one in stretches if one.low is None and one.high is not None]
    in_order = [*opening, *sorted(closed, key=lambda one: (str(type(one.low)), one.low))]
    for one, following in pairwise(in_order):
        if one.high is None or following.low is None or type(one.high) is not type(following.low):
            continue
        low, high = _step(one.high, 1), _step(following.low, -1)
        if low <= high:  # type: ignore[operator]
            yield Hole(column, low, high, one.line, following.line)


def _stretch(cell: ir.Cell, line: int) -> Stretch | None:
    test = cell.test
    if not isinstance(test, ir.Within):
        return None
    bounds: list[Point | None] = []
    for bound, excluded, step in ((test.low, test.low_excluded, 1), (test.high, test.high_excluded, -1)):
        if bound is None:
            bounds.append(None)
        elif isinstance(bound, ir.Const) and isinstance(bound.value, int | date) and not isinstance(bound.value, bool):
            bounds.append(_step(bound.value, step) if excluded else bound.value)
        else:
            return None  # a setting, a parameter or a formula: where it lies is not written in the table
    return Stretch(bounds[0], bounds[1], line)


def _step(point: Point, by: int) -> Point:
    return point + timedelta(days=by) if isinstance(point, date) else point + by


def _touches(one: Stretch, hole: Hole) -> bool:
    above = one.low is None or one.low <= hole.high  # type: ignore[operator]
    return above and (one.high is None or one.high >= hole.low)  # type: ignore[operator]
