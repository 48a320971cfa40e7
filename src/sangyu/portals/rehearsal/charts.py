"""Sums as bars: lengths in thousandths of the longest, drawn as SVG without any style of their own; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sangyu.insight.queries.rehearsal import Cost, Edge
from sangyu.kit.month import Month

WIDTH = 1000


@dataclass(frozen=True)
class Bar:
    """One group as two bars: the cost before and after, and the length to which missing facts could stretch it."""

    cost: Cost
    before: int
    after: int
    high: int


def bars(costs: Iterable[Cost]) -> list[Bar]:
    """Scale costs to the longest of them."""
    rows = list(costs)
    most = max((max(one.before_fen, one.high_fen) for one in rows), default=0) or 1
    return [
        Bar(one, one.before_fen * WIDTH // most, one.after_fen * WIDTH // most, one.high_fen * WIDTH // most)
        for one in rows
    ]


def every_month(costs: Iterable[Cost], since: date, until: date) -> list[Cost]:
    """Give each month of a period its place, also those without a charge."""
    found = {one.name: one for one in costs}
    month, rows = Month.of(since), []
    while month.first_day < until:
        rows.append(found.get(str(month)) or Cost(str(month), 0, 0, 0, 0, 0))
        month = month.next()
    return rows


@dataclass(frozen=True)
class EdgeRow:
    """An age with its months, each with the height of its bar."""

    edge: Edge
    months: tuple[tuple[str, int, int, int], ...]

    @property
    def next_month(self) -> int:
        """How many complete the age in the coming month."""
        return self.months[0][1]


def edge_rows(edges: Iterable[Edge]) -> list[EdgeRow]:
    """Scale each age to the fullest month of all. Shape of a month: name, people, height, and what is left above."""
    rows = list(edges)
    most = max((n for edge in rows for _, n in edge.months), default=0) or 1
    return [
        EdgeRow(edge, tuple((month, n, n * WIDTH // most, WIDTH - n * WIDTH // most) for month, n in edge.months))
        for edge in rows
    ]
