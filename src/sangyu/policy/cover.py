"""Which inputs the rows of a table reach, worked out exactly on samples: rows that never match, inputs none covers.

Each column is cut into samples: every figure of the table and its neighbours, every code, yes and no. A row is then a
box of samples, and boxes are subtracted from each other; no input is guessed. Operands that are themselves settings or
days (`>=three_no_min_age`) are held at one reading at a time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sangyu.policy import ir
from sangyu.policy.dates import CALENDAR
from sangyu.policy.names import names_in
from sangyu.policy.to_python import figure_program, program
from sangyu.policy.vocabulary import facts

Box = tuple[frozenset[int], ...]
_DAY = date(2016, 5, 10)  # any day will do: only the order of dates counts here
_NUMBER = 1000
_CODES_MOST = 6


class Probe:
    """Stand in for an `Inquiry`: every name has the sample value it is given, whatever its kind."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, kind: str) -> Any:
        return self._values.__getitem__

    def age_on(self, *_: Any) -> int:
        """Stand in for what follows from the calendar: only the order of numbers counts here."""
        return _NUMBER

    months_aged = months_from = age_on


class Coverage:
    """Hold the boxes of one table under one reading of its operands."""

    def __init__(self, rule: ir.Rule, table: ir.Table, pack: ir.Pack, reading: Mapping[str, Any]) -> None:
        self.names = list(dict.fromkeys(cell.column.name for row in table.rows for cell in row.cells))
        columns = {cell.column.name: cell.column for row in table.rows for cell in row.cells}
        self.samples = [
            list(rule.domains.get(name, ())) or samples(columns[name], table, pack, reading) for name in self.names
        ]
        self.boxes = {row.line: box for row, box in zip(table.rows, self._boxes(table, reading), strict=True)}

    def _boxes(self, table: ir.Table, reading: Mapping[str, Any]) -> Iterator[Box]:
        base = {**reading, **{name: options[0] for name, options in zip(self.names, self.samples, strict=True)}}
        values = dict(base)
        printed = {line: tests for line, tests, _ in program(table).run(Probe(values))}
        for row in table.rows:
            box = [set(range(len(options))) for options in self.samples]
            for place, (name, test) in enumerate(printed[row.line]):
                column = self.names.index(name)
                options = self.samples[column]
                assert row.cells[place].column.name == name
                kept = set()
                for number, option in enumerate(options):
                    values[name] = option
                    if test() is True:
                        kept.add(number)
                values[name] = base[name]
                box[column] &= kept
            yield tuple(frozenset(side) for side in box)

    def uncovered(self) -> dict[str, Any] | None:
        """Find an input that no row covers, or None."""
        whole = tuple(frozenset(range(len(options))) for options in self.samples)
        return self._named(_left_over(whole, list(self.boxes.values())))

    def reached(self, line: int, alone: bool = True) -> dict[str, Any] | None:
        """Find an input that a row gets (`alone`: and no row above it), or None: the row can never match."""
        above = list(itertools.takewhile(lambda one: one != line, self.boxes)) if alone else []
        return self._named(_left_over(self.boxes[line], [self.boxes[one] for one in above]))

    def _named(self, point: tuple[int, ...] | None) -> dict[str, Any] | None:
        if point is None:
            return None
        return {name: options[number] for name, options, number in zip(self.names, self.samples, point, strict=True)}


def _left_over(box: Box, others: list[Box]) -> tuple[int, ...] | None:
    """Subtract boxes from a box; give one point that is left, or None if nothing is."""
    if any(not side for side in box):
        return None
    for place, other in enumerate(others):
        if all(mine & theirs for mine, theirs in zip(box, other, strict=True)):
            inside = list(box)
            for column, theirs in enumerate(other):
                outside = (*inside[:column], box[column] - theirs, *box[column + 1 :])
                point = _left_over(outside, others[place + 1 :])
                if point is not None:
                    return point
                inside[column] = box[column] & theirs
            return None
    return tuple(min(side) for side in box)


def readings(table: ir.Table, pack: ir.Pack) -> Iterator[dict[str, Any]]:
    """List the readings of the operands of a table: every value of each setting, one sample of anything else."""
    operands: dict[str, tuple[Any, ...]] = {}
    for row in table.rows:
        for cell in row.cells:
            for name in (name for operand in ir.operands(cell.test) for name in names_in(operand)):
                operands[name] = _readings_of(name, pack)
    for choice in itertools.product(*operands.values()):
        yield dict(zip(operands, choice, strict=True))


def _readings_of(name: str, pack: ir.Pack) -> tuple[Any, ...]:
    if name in pack.settings:
        return pack.settings[name].values
    if name in CALENDAR:
        return (CALENDAR[name](_DAY),)
    return (_DAY,) if name in facts() and facts()[name].type.startswith("date") else (_NUMBER,)


def samples(column: ir.Name, table: ir.Table, pack: ir.Pack, reading: Mapping[str, Any]) -> list[Any]:
    """Cut a column into the values that its cells can tell apart."""
    if column.kind == "setting" and pack.settings[column.name].closed:
        return list(pack.settings[column.name].values)
    tests = [cell.test for row in table.rows for cell in row.cells if cell.column == column]
    if any(isinstance(test, ir.Is) for test in tests):
        return [True, False]
    points: dict[Any, None] = {}
    for test in tests:
        for operand in ir.operands(test):
            value = figure_program(ir.Figure(table.file, "", operand)).run(Probe(reading))
            points.update(dict.fromkeys(value if isinstance(value, tuple) else (value,)))
    if all(isinstance(point, str) for point in points):
        together = max((len(test.wanted) for test in tests if isinstance(test, ir.AllOf)), default=1)
        return _code_samples(column, list(points), pack, together)
    near = {point + step for point in points for step in _steps(point)}
    return sorted(near)


def _steps(point: Any) -> tuple[Any, ...]:
    one = timedelta(days=1) if isinstance(point, date) else 1
    return (-one, 0 * one, one)


def _code_samples(column: ir.Name, said: list[str], pack: ir.Pack, together: int) -> list[Any]:
    if column.kind == "fact" and facts()[column.name].type == "codes":
        most = len(said) if len(said) <= _CODES_MOST else max(2, together)  # of many, as many as one cell joins
        sizes = sorted({*range(most + 1), len(said)})
        return [subset for size in sizes for subset in itertools.combinations(said, size)]
    if column.kind == "derived":
        return list(pack.derived[column.name].codes)
    if column.kind == "parameter":
        return list(pack.parameters[column.name].codes)
    # A code of the common vocabulary that the table does not name stands for all such codes.
    known = list(facts()[column.name].codes) if column.kind == "fact" else []
    return said + [code for code in known if code not in said][:1]
