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


Beside = dict[tuple[ir.Name, frozenset[ir.Cell]], list[Stretch]]


def holes(table: ir.Table) -> Iterator[Hole]:
    """Find the holes between ranges of rows that are alike in everything else. A row written for them closes them."""
    ranges: Beside = defaultdict(list)
    figures: Beside = defaultdict(list)  # they fill a hole; between them there is none
    for row in table.rows:
        for place, cell in enumerate(row.cells):
            among = ranges if isinstance(cell.test, ir.Within) else figures
            among[cell.column, frozenset(row.cells[:place] + row.cells[place + 1 :])] += _stretches(cell, row.line)
    written = [*ranges.items(), *figures.items()]
    for (column, others), stretches in ranges.items():
        known = [one for (name, fewer), some in written if name == column and fewer <= others for one in some]
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


def _stretches(cell: ir.Cell, line: int) -> list[Stretch]:
    """Read a cell as ranges, a figure as a range of one; nothing of one that hangs on a setting or a formula."""
    match cell.test:
        case ir.Within(low, high, low_excluded, high_excluded):
            ends = [(low, low_excluded), (high, high_excluded)]
            found = [_stretch(ends, line)]
        case ir.OneOf(wanted, negated=False):
            found = [_stretch([(one, False), (one, False)], line) for one in wanted]
        case _:
            found = []
    return [one for one in found if one is not None]


def _stretch(ends: list[tuple[ir.Expr | None, bool]], line: int) -> Stretch | None:
    bounds = [bound.value if isinstance(bound, ir.Const) else bound for bound, _ in ends]
    of_days = any(isinstance(bound, date) for bound in bounds)
    low, high = (bound.toordinal() if isinstance(bound, date) else bound for bound in bounds)
    if not (low is None or isinstance(low, int)) or not (high is None or isinstance(high, int)):
        return None
    if low is not None and ends[0][1]:
        low += 1
    if high is not None and ends[1][1]:
        high -= 1
    return Stretch(low, high, line, of_days)


def _meets(one: Stretch, low: int, high: int) -> bool:
    return (one.low is None or one.low <= high) and (one.high is None or one.high >= low)
