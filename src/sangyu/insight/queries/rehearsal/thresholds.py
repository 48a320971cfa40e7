"""The ages at which a pack's tables change their answer, and who comes to them month by month. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangyu.insight.queries.rehearsal.sides import Side
from sangyu.kit.month import Month
from sangyu.policy import ir
from sangyu.policy.dates import birthday

MONTHS = 12


@dataclass(frozen=True)
class Born:
    """How many people were born in one month; those of 29 February by themselves, since their birthday may move."""

    year: int
    month: int
    on_leap_day: bool
    people: int


@dataclass(frozen=True)
class Edge:
    """An age at which rules change their answer, and how many complete it in each of the coming months.

    `before`, `after`: whether the rules of that side know the age. `rules`: their titles.
    """

    age: int
    before: bool
    after: bool
    rules: tuple[str, ...]
    months: tuple[tuple[str, int], ...]

    @property
    def people(self) -> int:
        """How many complete it within all of these months."""
        return sum(n for _, n in self.months)


def edges(before: Side, after: Side, born: Iterable[Born], today: date) -> list[Edge]:
    """Find every age in the tables of both sides, and count who completes it in the months after that of `today`."""
    was, now = ages(before), ages(after)
    counted = list(born)
    found = []
    for age in sorted({*was, *now}):
        rules = tuple(dict.fromkeys([*now.get(age, ()), *was.get(age, ())]))
        found.append(Edge(age, age in was, age in now, rules, crossing(age, counted, today, after.pack.leap_birthday)))
    return found


def crossing(age: int, born: Iterable[Born], today: date, leap: Any) -> tuple[tuple[str, int], ...]:
    """Count who completes an age in each of the next months; the month of `today` is not among them."""
    tally: dict[str, int] = {}
    month = Month.of(today)
    for _ in range(MONTHS):
        month = month.next()
        tally[str(month)] = 0
    for one in born:
        day = birthday(date(one.year, one.month, 29 if one.on_leap_day else 1), age, leap)
        key = str(Month.of(day))
        if key in tally:
            tally[key] += one.people
    return tuple(tally.items())


def ages(side: Side) -> dict[int, list[str]]:
    """Collect the ages at which a row of any table begins or ceases to hold. Shape: age -> titles of the rules."""
    found: dict[int, list[str]] = defaultdict(list)
    for rule in side.pack.rules.values():
        for version in rule.versions:
            for row in version.table.rows:
                for cell in row.cells:
                    for age in _ages_in(cell, side):
                        if rule.title not in found[age]:
                            found[age].append(rule.title)
    return dict(found)


def _ages_in(cell: ir.Cell, side: Side) -> Iterable[int]:
    if cell.column.name != "age":
        return
    match cell.test:
        case ir.Within(low, high, low_excluded, high_excluded):
            if (years := _years(low, side)) is not None:
                yield years + (1 if low_excluded else 0)
            if (years := _years(high, side)) is not None:
                yield years + (0 if high_excluded else 1)
        case ir.OneOf(wanted):
            for one in wanted:
                if (years := _years(one, side)) is not None:
                    yield years
                    yield years + 1


def _years(expr: ir.Expr | None, side: Side) -> int | None:
    value: Any = None
    match expr:
        case ir.Const(one):
            value = one
        case ir.Name("setting", name):
            given = side.parameters.get(name)
            value = side.pack.settings[name].default if given is None else given
        case ir.Name("parameter", name):
            value = side.parameters.get(name)
        case ir.Name("figure", name):
            value = _years(side.pack.figures[name].formula, side)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
