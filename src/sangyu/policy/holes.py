"""Holes between the ranges of a table: values that the rows on both sides leave out, so that some other row decides.

A table with a row for everything else has no gap in the strict sense. But when 65 to 74 becomes 65 to 72, whoever is 73
falls through to that last row, and only its answer tells. Here the hole is told as it is left, in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sangyu.policy import ir


@dataclass(frozen=True)
class Hole:
    """Values `low` to `high`, both included, of a column that the rows on lines `before` and `after` leave out."""

    column: ir.Name
    low: int | date
    high: int | date
    before: int
    after: int


@dataclass(frozen=True)
class Stretch:
    """The whole numbers, or the days by their ordinals, that the cell of a row lets through; None where it is open."""

    low: int | None
    high: int | None
    line: int
    of_days: bool


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
        yield from _between(column, stretches, known)


def _between(column: ir.Name, stretches: list[Stretch], known: list[Stretch]) -> Iterator[Hole]:
    """Go through the stretches in order; what lies between two of them, and in nothing `known`, is a hole."""
    for one, following in pairwise(sorted(stretches, key=lambda one: (one.low is not None, one.low or 0))):
        if one.high is None or following.low is None or following.low - one.high < 2:
            continue
        low, high = one.high + 1, following.low - 1
        if any(_meets(other, low, high) for other in known):
            continue
        if one.of_days:
            yield Hole(column, date.fromordinal(low), date.fromordinal(high), one.line, following.line)
        else:
            yield Hole(column, low, high, one.line, following.line)


def _stretch(cell: ir.Cell, line: int) -> Stretch | None:
    """Read the range of a cell; None for one that hangs on a setting, a parameter or a formula."""
    test = cell.test
    if not isinstance(test, ir.Within):
        return None
    bounds = [bound.value if isinstance(bound, ir.Const) else bound for bound in (test.low, test.high)]
    of_days = any(isinstance(bound, date) for bound in bounds)
    low, high = (bound.toordinal() if isinstance(bound, date) else bound for bound in bounds)
    if not (low is None or isinstance(low, int)) or not (high is None or isinstance(high, int)):
        return None
    if low is not None and test.low_excluded:
        low += 1
    if high is not None and test.high_excluded:
        high -= 1
    return Stretch(low, high, line, of_days)


def _meets(one: Stretch, low: int, high: int) -> bool:
    return (one.low is None or one.low <= high) and (one.high is None or one.high >= low)
