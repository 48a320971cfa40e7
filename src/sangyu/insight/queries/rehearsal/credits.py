"""What an elder's credit holds before each service, worked out anew under a side's own figures, in order of service.

Two kinds of credit cannot be taken from the books when a policy changes: one that grants fill through the year, and a
monthly one whose rest is carried over. What is granted is decided in columns, on the registry of each day of service
and of each month's last day; then one walk over whole numbers draws on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from sangyu.insight.queries.rehearsal import streams
from sangyu.insight.queries.rehearsal.lines import LACKS, decided, given, lacking, lacks_of, with_column, with_number
from sangyu.insight.queries.rehearsal.sides import Side, asked, is_carried
from sangyu.policy import ir

ENDLESS = 10**12  # of a credit that nothing uses up a service draws all that it asks for
BATCH = 100_000
YEAR = "year"
_LAST_DAYS = """
SELECT elder, last_day("month")::DATE AS "on" FROM (
    SELECT who.elder, unnest(generate_series(
        greatest(who.first, date_trunc('month', elder.registered_on), date_trunc('month', DATE '{grants_from}')),
        who.last - INTERVAL 1 MONTH, INTERVAL 1 MONTH)) AS "month"
    FROM (SELECT elder, {first}::TIMESTAMP AS first, max(date_trunc('month', "on"))::TIMESTAMP AS last
          FROM drawn GROUP BY ALL) AS who JOIN elder ON elder.n = who.elder)
"""
_YEAR = "date_trunc('year', \"on\")"
_FILLED = """
WITH months AS (
    SELECT elder, year("on") AS y, month("on") AS m, sum(fen) AS fen, min(lacks) AS lacks FROM month_end GROUP BY ALL
), so_far AS (
    SELECT elder, y, m, sum(fen) OVER before AS fen, min(lacks) OVER before AS lacks FROM months
    WINDOW before AS (PARTITION BY elder, y ORDER BY m)
)
SELECT drawn.id, drawn.elder, year(drawn."on") AS period, drawn.wanted,
       (that_day.fen + coalesce(so_far.fen, 0))::BIGINT AS due, coalesce(drawn.lacks, so_far.lacks, that_day.lacks)
FROM drawn JOIN that_day ON that_day.elder = drawn.elder AND that_day."on" = drawn."on"
LEFT JOIN so_far ON so_far.elder = drawn.elder AND so_far.y = year(drawn."on") AND so_far.m = month(drawn."on") - 1
ORDER BY drawn.elder, drawn.id
"""
_CARRIED = """
SELECT id, elder, date_trunc('month', "on")::DATE AS period, wanted, granted, has, lacks FROM drawn
UNION ALL
SELECT NULL, elder, date_trunc('month', "on")::DATE, 0, granted, has, lacks FROM month_end
ORDER BY 2, 3, 1 NULLS LAST
"""


@dataclass(frozen=True)
class Credit:
    """A credit of a side: its rule, the grants that fill it (rule -> how often), and what its offer says of itself."""

    rule: ir.Rule
    grants: Mapping[str, str]
    facts: Mapping[str, Any]
    answers: Mapping[str, tuple[str, str]]

    @property
    def unit(self) -> str:
        """What the credit counts."""
        return "fen" if self.rule.shared.endswith("_fen") else "minutes"


def worked_out(duck: duckdb.DuckDBPyConnection, side: Side, credit: Credit, lines: pa.Table) -> pa.Table:
    """Put beside each line what its credit holds, as the facts that the rule asks for; others go through untouched.

    A line that misses something draws on nothing; if a grant does, the lines after it miss the same.
    """
    if lines.num_rows and credit.grants:
        return _filled(duck, side, credit, lines)
    if lines.num_rows and is_carried(side, credit.rule):
        return _carried(duck, side, credit, lines)
    return lines


def _filled(duck: duckdb.DuckDBPyConnection, side: Side, credit: Credit, lines: pa.Table) -> pa.Table:
    """Fill the account of a year as `benefits` does: what is over on its last day, what is not on the day itself."""
    balance = f"balance_before_{credit.unit}"
    endless = decided(side, credit.rule.id, with_number(lines, **{balance: ENDLESS}))
    duck.register("drawn", _drawn(lines, endless, credit.unit))
    monthly = {rule: every for rule, every in credit.grants.items() if every != YEAR}
    over = _LAST_DAYS.format(grants_from=side.grants_from, first=_YEAR)
    duck.register("that_day", _granted(duck, side, credit.grants, 'SELECT DISTINCT elder, "on" FROM drawn'))
    duck.register("month_end", _granted(duck, side, monthly, over))
    held = _table(fill(_rows(duck.sql(_FILLED))), ("id", balance))
    for name in ("drawn", "that_day", "month_end"):
        duck.unregister(name)
    return _beside(lines, held, balance)


def fill(rows: Iterable[tuple[int, int, int, int, int, str | None]]) -> Iterator[tuple[int, int | None, str | None]]:
    """Draw on accounts: line, elder, year, what the service asks for, what has been granted by then, what it misses.

    Shape: line, what its account holds before it, what it misses. Rows of an elder stand together, in order of service.
    """
    whose, used = None, 0
    for line, elder, year, wanted, due, lacks in rows:
        if whose != (elder, year):
            whose, used = (elder, year), 0
        if lacks is not None:
            yield line, None, lacks
            continue
        left = max(0, due - used)
        yield line, left, None
        used += min(wanted, left)


def _granted(duck: duckdb.DuckDBPyConnection, side: Side, grants: Mapping[str, str], days: str) -> pa.Table:
    """Add up what grants give each elder on each of some days. Shape: elder, on, fen, lacks."""
    people = streams.told_on(duck, days, asked(side, grants))
    fen: Any = pa.repeat(pa.scalar(0, pa.int64()), people.num_rows)
    people = with_column(people, LACKS, pa.nulls(people.num_rows, pa.string()))
    for rule in grants if people.num_rows else ():
        made = decided(side, rule, people)
        fen = pc.add(fen, pc.fill_null(made.column("amount_fen"), 0))
        people = lacking(people, lacks_of(made))
    return people.select(["elder", "on", LACKS]).append_column("fen", fen)


def _carried(duck: duckdb.DuckDBPyConnection, side: Side, credit: Credit, lines: pa.Table) -> pa.Table:
    """Carry the rest of each month into the next, also through months without a service; the first has none before."""
    unit, rule = credit.unit, credit.rule
    used, left = f"used_before_{unit}", f"left_last_period_{unit}"
    endless = decided(side, rule.id, with_number(lines, **{used: 0, left: ENDLESS}))
    credited = _credited(_drawn(lines, endless, unit), endless, unit)
    duck.register("drawn", credited)
    days = _LAST_DAYS.format(grants_from=side.grants_from, first=f"DATE '{side.read_from}'")
    known = asked(side, [rule.id, *(rule_id for rule_id, _ in credit.answers.values())])
    people = given(credit.facts, streams.told_on(duck, days, known))
    people = with_column(people, LACKS, pa.nulls(people.num_rows, pa.string()))
    for fact, (rule_id, answer) in credit.answers.items():
        made = decided(side, rule_id, people)
        people = lacking(with_column(people, fact, made.column(answer)), lacks_of(made))
    months = decided(side, rule.id, with_number(people, **{rule.shared: 0, used: 0, left: ENDLESS}))
    duck.register("month_end", _credited(lacking(people, lacks_of(months)), months, unit))
    held = _table(carry(_rows(duck.sql(_CARRIED))), ("id", used, left))
    for name in ("drawn", "month_end"):
        duck.unregister(name)
    return _beside(lines, held, used, left)


def _credited(lines: pa.Table, made: pa.Table, unit: str) -> pa.Table:
    """Say what each month grants, and whether there is a credit at all: without one nothing endless is left over."""
    has = pc.fill_null(pc.greater(made.column(f"balance_{unit}"), ENDLESS // 2), False)
    return lines.append_column("granted", pc.fill_null(made.column(f"granted_{unit}"), 0)).append_column("has", has)


def carry(
    rows: Iterable[tuple[int | None, int, date, int, int, bool, str | None]],
) -> Iterator[tuple[int, int | None, int | None, str | None]]:
    """Draw on credits whose rest is carried over: line (none at the end of a month), elder, month, what the service
    asks for, what the month grants, whether there is a credit, what is missing.

    Shape: line, used in its month before it, left of the month before, what it misses. The rows of an elder stand
    together, month by month, in order of service.
    """
    whose: int | None = None
    month: date | None = None
    used, left, rest, served = 0, 0, 0, False
    unknown: str | None = None
    for line, elder, in_month, wanted, granted, has, lacks in rows:
        if whose != elder:
            whose, month, rest, unknown = elder, None, 0, None
        if month != in_month:
            month, used, left, served = in_month, 0, rest, False
        lacks = unknown or lacks
        if line is None:
            if not served:  # else the last service of the month has said what is left of it
                unknown, rest = lacks, left + granted if has else 0
        elif lacks is not None:
            yield line, None, None, lacks
        else:
            yield line, used, left, None
            there = max(0, granted + left - used) if has else 0
            drawn = min(wanted, there)
            used, rest, served = used + drawn, there - drawn, True


def _drawn(lines: pa.Table, endless: pa.Table, unit: str) -> pa.Table:
    """Give the lines with what each asks of its credit; where that is not known, what it misses."""
    wanted = pc.fill_null(endless.column(f"used_{unit}"), 0)
    return lacking(lines.select(["id", "elder", "on", LACKS]), lacks_of(endless)).append_column("wanted", wanted)


def _rows(found: duckdb.DuckDBPyRelation) -> Iterator[tuple[Any, ...]]:
    for batch in found.to_arrow_reader(BATCH):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _table(walked: Iterable[tuple[Any, ...]], names: tuple[str, ...]) -> pa.Table:
    schema = pa.schema([*((name, pa.int64()) for name in names), (LACKS, pa.string())])
    parts, steps = [schema.empty_table()], iter(walked)
    while rows := list(islice(steps, BATCH)):
        columns = zip(*rows, strict=True)
        parts.append(pa.table([pa.array(*column) for column in zip(columns, schema.types, strict=True)], schema=schema))
    return pa.concat_tables(parts)


def _beside(lines: pa.Table, held: pa.Table, *names: str) -> pa.Table:
    """Put what was found beside the lines, both in the order of their numbers."""
    held = held.take(pc.sort_indices(held, sort_keys=[("id", "ascending")]))
    lines = lines.take(pc.sort_indices(lines, sort_keys=[("id", "ascending")]))
    for name in names:
        lines = with_column(lines, name, held.column(name))
    return lacking(lines, held.column(LACKS))
