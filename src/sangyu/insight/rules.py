"""What a figure is, when something counts as late, how a sample is divided and how a report is sealed; pure.

A figure is a set of rows that anyone may open: the number on a page and the list behind it come from one place.
"""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu.kit.errors import Refusal
from sangyu.kit.money import half_up

BEIJING = ZoneInfo("Asia/Shanghai")

# What the bureau looks at. A programme that agrees on other limits changes them here, in one place.
ARRIVAL_LATE_MINUTES = 15
UNSENT_MINUTES_MAX = 10
EXPIRY_DAYS = 30
UNPROVEN_DAYS = 7
SECOND_LUNCH_DAYS = 7
FOLLOW_UP_DAYS_MAX = 3
LOOK_BACK_DAYS = 30
COMPLAINT_DAYS = 2
SATISFIED = 4  # of five: 4 满意, 5 很满意

NOT_REGISTERED = "本系统未登记"
REFERENCE_BEDS = 300
REFERENCE_BUILDING_FEN = 2_000_0000_00
REFERENCE_FEE_FEN = 1000_00
REFERENCE_SOURCE = (
    "养老服务业发展典型案例汇编之居家社区养老篇·案例13：300张床位的养老院需投资2000万元以上，每月缴纳上千元"
)

AGE_BANDS = ((0, 60), (60, 65), (65, 70), (70, 75), (75, 80), (80, 85), (85, 90), (90, 200))

Key = TypeVar("Key")


class BadLens(Refusal):
    """A filter of a list cannot be read."""

    code = "BAD_LENS"


class AlreadyFrozen(Refusal):
    """A report of that day stands with other figures."""

    code = "ALREADY_FROZEN"


class TooLarge(Refusal):
    """A sample may not be larger than what one person can read."""

    code = "TOO_LARGE"


class UnknownCode(Refusal):
    """A finding needs one of the five codes."""

    code = "UNKNOWN_CODE"


class BadPopulation(Refusal):
    """Numbers of people that cannot be together, or that no document tells."""

    code = "BAD_POPULATION"


class BadFunding(Refusal):
    """Money that no document tells of, or that is none."""

    code = "BAD_FUNDING"


class NotDrawn(Refusal):
    """A finding can only be noted for a row of the sample."""

    code = "NOT_DRAWN"


def begin_of(on: date) -> datetime:
    """Return the first instant of a Beijing day."""
    return datetime.combine(on, time.min, BEIJING)


def end_of(on: date) -> datetime:
    """Return the first instant after a Beijing day; facts before it belong to the report of that day."""
    return begin_of(on + timedelta(days=1))


@dataclass(frozen=True)
class Number:
    """One number of a page with the way to its rows.

    Shape: `value` is None where this system has no such rows (never zero for that); `measure` is "n" for a count or
    the name of a summed column (fen); `lens` narrows the rows of `figure`.
    """

    label: str
    value: int | None
    figure: str = ""
    measure: str = "n"
    unit: str = ""
    note: str = ""
    lens: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_money(self) -> bool:
        """Tell whether the value is fen."""
        return self.measure.endswith("_fen")


@dataclass(frozen=True)
class Table:
    """Numbers side by side. Shape: one row a label, with as many numbers as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Number, ...]], ...]
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the report: single numbers, tables, and the sentence that says how they are counted."""

    code: str
    title: str
    basis: str
    numbers: tuple[Number, ...] = ()
    tables: tuple[Table, ...] = ()


def all_numbers(sections: Iterable[Section]) -> list[Number]:
    """Return every number of a report, those in tables included, in reading order."""
    found: list[Number] = []
    for section in sections:
        found.extend(section.numbers)
        for table in section.tables:
            for _, numbers in table.rows:
                found.extend(numbers)
    return found


def plain(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Write a report as plain lists and mappings, for storing, hashing and comparing."""
    return [
        {
            "code": section.code,
            "title": section.title,
            "basis": section.basis,
            "numbers": [_plain_number(number) for number in section.numbers],
            "tables": [
                {
                    "title": table.title,
                    "columns": list(table.columns),
                    "note": table.note,
                    "rows": [[label, [_plain_number(number) for number in row]] for label, row in table.rows],
                }
                for table in section.tables
            ],
        }
        for section in sections
    ]


def _plain_number(number: Number) -> dict[str, Any]:
    return {
        "label": number.label,
        "value": number.value,
        "figure": number.figure,
        "measure": number.measure,
        "unit": number.unit,
        "note": number.note,
        "lens": dict(number.lens),
    }


def seal(body: object) -> str:
    """Hash plain figures: SHA-256 over canonical JSON (sorted keys, no spaces)."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def band_label(low: int, high: int) -> str:
    """Name an age band by its full years."""
    if low == 0:
        return f"{high}岁以下"
    return f"{low}岁及以上" if high >= 150 else f"{low}至{high - 1}岁"


def born_between(low: int, high: int, on: date) -> tuple[date, date]:
    """Return the half-open stretch of birthdays of everybody who is `low` to `high - 1` full years old on a day."""
    return _years_back(on, high) + timedelta(days=1), _years_back(on, low) + timedelta(days=1)


def _years_back(on: date, years: int) -> date:
    year = on.year - years
    if year < 1:
        return date.min
    # Who was born on 29 February turns older on 1 March of a common year, so there the day before is the last.
    day = min(on.day, monthrange(year, on.month)[1])
    return date(year, on.month, day)


def per_head_fen(total_fen: int, heads: int) -> int | None:
    """Divide a sum over people, to the nearest fen; None when there is nobody."""
    return half_up(total_fen, heads) if heads else None


def share_pm(part: int, whole: int) -> int | None:
    """Return a share in per-mille, to the nearest; None of nothing."""
    return half_up(part * 1000, whole) if whole else None


def mean_hundredths(total: int, n: int) -> int | None:
    """Return a mean in hundredths, to the nearest; None of nothing."""
    return half_up(total * 100, n) if n else None


def forecast_pm(elders: tuple[int, int], people: tuple[int, int], *, years: int) -> list[int]:
    """Say which share the elders will have of the people in each of the next years, if both go on as in the last one.

    Shape: `elders` and `people` of the year before and of this year; a share for each of `years` years, none where the
    year before had nobody. Units: per ten thousand, to the nearest.
    Source: README.md of this room: elders × (this ÷ last)^n over people × (this ÷ last)^n.
    """
    if not all((*elders, *people)):
        return []
    more = Fraction(elders[1], elders[0]) / Fraction(people[1], people[0])
    shares = (Fraction(elders[1], people[1]) * more**n * 10_000 for n in range(1, years + 1))
    return [half_up(share.numerator, share.denominator) for share in shares]


def rank_of(sample_seed: str, row_id: UUID) -> bytes:
    """Return the place of a row in a draw: SHA-256 of "seed:row id", smallest first, so that anyone can draw again."""
    return hashlib.sha256(f"{sample_seed}:{row_id}".encode()).digest()


def draw_strata(population: Mapping[UUID, str], *, n: int, seed: str) -> dict[str, list[UUID]]:
    """Draw `n` rows, divided over the strata by their size, and by the smallest SHA-256 within each.

    Every stratum gets at least one row while there are enough to go round; what rounding leaves goes to the largest
    remainder, ties to the stratum first in order.
    Shape: row id -> stratum in; stratum -> row ids in the order of the draw out, strata by name.
    """
    groups: dict[str, list[UUID]] = {}
    for row_id, stratum in population.items():
        groups.setdefault(stratum, []).append(row_id)
    sizes = {stratum: len(groups[stratum]) for stratum in sorted(groups)}
    quotas = quota(sizes, n=n)
    return {
        stratum: sorted(groups[stratum], key=lambda row_id: rank_of(seed, row_id))[: quotas[stratum]]
        for stratum in sizes
    }


def quota(sizes: Mapping[Key, int], *, n: int) -> dict[Key, int]:
    """Divide a sample over strata by their sizes, never more than a stratum has.

    Shape: stratum -> rows in it, stratum -> rows to draw; the parts add up to `n` or to everything there is.
    """
    total = sum(sizes.values())
    n = min(n, total)
    if n >= total:
        return dict(sizes)
    filled = [stratum for stratum, size in sizes.items() if size]
    floor = 1 if n >= len(filled) else 0
    parts = {stratum: floor if size else 0 for stratum, size in sizes.items()}
    left = n - sum(parts.values())
    room = {stratum: sizes[stratum] - parts[stratum] for stratum in sizes}
    spare = sum(room.values())
    if left and spare:
        shares = {stratum: left * room[stratum] // spare for stratum in sizes}
        by_remainder = sorted(sizes, key=lambda stratum: -(left * room[stratum] % spare))
        for stratum in by_remainder[: left - sum(shares.values())]:
            shares[stratum] += 1
        parts = {stratum: parts[stratum] + shares[stratum] for stratum in sizes}
    return parts


def bars(values: Sequence[int], *, width: int) -> list[int]:
    """Scale counts to bar lengths; the largest fills the width, and what is not zero is never invisible."""
    top = max(values, default=0)
    return [max(half_up(value * width, top), 1) if value else 0 for value in values] if top else [0] * len(values)
