"""A city's report and analysis: its own programme and its districts', number by number, added up.

Each programme is counted by the very functions that its own bureau looks at, so the city's sums cannot differ from what
the districts see. The rows themselves stay with the districts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.insight import rules
from sangyu.insight.queries.analysis import BAR_WIDTH, Analysis, Bar, Chart, analysis
from sangyu.insight.queries.lens import NONE, ensure_reader
from sangyu.insight.queries.report import Report, cost, report, year_before
from sangyu.insight.rules import Number, Section, Table

NOT_ADDED = ("ranking",)  # places by different appraisals do not add up
OF_ONE_PROGRAMME = ("enterprise", "item")
Found = TypeVar("Found", Report, Analysis)


def report_of_all(viewer: User, on: date) -> Report:
    """Add up the reports of a day of the viewer's programme and of its districts.

    Raises: NotAllowed.
    """
    readers = _readers(viewer)
    reports = [_told_apart(report(reader, on), reader.programme.name) for reader in readers]
    columns = zip(*(each.sections for each in reports), strict=True)
    return Report(on, tuple(_section(found, on) for found in columns if found[0].code not in NOT_ADDED))


def analysis_of_all(viewer: User, since: date, on: date) -> Analysis:
    """Add up the orders of a stretch of days of the viewer's programme and of its districts.

    Raises: NotAllowed; BadLens.
    """
    readers = _readers(viewer)
    found = [_told_apart_bars(analysis(reader, since, on), reader.programme.name) for reader in readers]
    charts = tuple(_chart(charts) for charts in zip(*(each.charts for each in found), strict=True))
    return Analysis(since, on, _added([each.orders for each in found]), charts)


def unlinked(found: Found) -> Found:
    """Take from every number the way to its rows, which are only for those of its programme."""
    if isinstance(found, Report):
        return replace(found, sections=tuple(_unlinked_section(section) for section in found.sections))
    charts = tuple(
        replace(chart, bars=tuple(replace(bar, number=_bare(bar.number)) for bar in chart.bars))
        for chart in found.charts
    )
    return replace(found, orders=_bare(found.orders), charts=charts)


def _readers(viewer: User) -> list[User]:
    ensure_reader(viewer)
    return [viewer, *(access_read.reading(viewer, row.slug) for row in access_read.districts(viewer))]


def _told_apart(found: Report, programme: str) -> Report:
    """Say of every enterprise and item whose it is: two districts may have some of the same name."""
    sections = []
    for section in found.sections:
        tables = tuple(
            replace(table, rows=tuple((_whose(label, numbers[0], programme), numbers) for label, numbers in table.rows))
            for table in section.tables
        )
        sections.append(replace(section, tables=tables))
    return replace(found, sections=tuple(sections))


def _told_apart_bars(found: Analysis, programme: str) -> Analysis:
    charts = []
    for chart in found.charts:
        named = (replace(bar.number, label=_whose(bar.number.label, bar.number, programme)) for bar in chart.bars)
        bars = tuple(replace(bar, number=number) for bar, number in zip(chart.bars, named, strict=True))
        charts.append(replace(chart, bars=bars))
    return replace(found, charts=tuple(charts))


def _whose(label: str, number: Number, programme: str) -> str:
    mine = [value for name, value in number.lens.items() if name in OF_ONE_PROGRAMME and value != NONE]
    return f"{label}（{programme}）" if mine else label


def _section(found: Sequence[Section], on: date) -> Section:
    first = found[0]
    numbers = tuple(_added(same) for same in zip(*(each.numbers for each in found), strict=True))
    if first.code == "cost":
        public, heads = (number.value or 0 for number in numbers[:2])
        return _unlinked_section(cost(public, heads, year_before(on)))
    if first.code == "ageing":  # people are told of the whole city by itself; shares do not add up
        numbers = tuple(_bare(number) for number in first.numbers)
    titles = dict.fromkeys(table.title for each in found for table in each.tables)
    tables = [_table([table for each in found for table in each.tables if table.title == title]) for title in titles]
    return replace(first, numbers=numbers, tables=tuple(tables))


def _table(found: Sequence[Table]) -> Table:
    """Put rows of the same key together: a street, a class or a month is one, whichever programme counted it."""
    rows: dict[tuple[object, ...], list[tuple[str, tuple[Number, ...]]]] = {}
    for table in found:
        for label, numbers in table.rows:
            rows.setdefault(_key(label, numbers[0]), []).append((label, numbers))
    added = (
        (same[0][0], tuple(_added(column) for column in zip(*(numbers for _, numbers in same), strict=True)))
        for same in rows.values()
    )
    return replace(found[0], rows=tuple(added))


def _chart(found: Sequence[Chart]) -> Chart:
    bars: dict[tuple[object, ...], list[Number]] = {}
    for chart in found:
        for bar in chart.bars:
            bars.setdefault(_key(bar.number.label, bar.number), []).append(bar.number)
    numbers = [_added(same) for same in bars.values()]
    if found[0].code != "time":
        numbers.sort(key=lambda number: -(number.value or 0))
    lengths = rules.bars([number.value or 0 for number in numbers], width=BAR_WIDTH)
    return replace(found[0], bars=tuple(Bar(number, length) for number, length in zip(numbers, lengths, strict=True)))


def _key(label: str, number: Number) -> tuple[object, ...]:
    return (label, *sorted(number.lens.items()))


def _added(found: Iterable[Number]) -> Number:
    same = list(found)
    values = [number.value for number in same if number.value is not None]
    return replace(_bare(same[0]), value=sum(values) if values else None)


def _bare(number: Number) -> Number:
    return replace(number, figure="")


def _unlinked_section(section: Section) -> Section:
    tables = tuple(
        replace(table, rows=tuple((label, tuple(_bare(number) for number in numbers)) for label, numbers in table.rows))
        for table in section.tables
    )
    return replace(section, numbers=tuple(_bare(number) for number in section.numbers), tables=tables)
