"""The ranking of a quarter and the nominees of a year, from final scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.kit.money import half_up
from sangyu.kit.month import Month
from sangyu.quality.rules.draw import share_of

TIES = (
    "先比有考核的月数（缺月的排在后面），再比各月平均分，再比服务质量一面的平均分；仍然相同的名次并列，后面的名次顺延。"
)
ELECTION_SHARE_PM = 300
_TEXT = re.compile(r"(\d{4})Q([1-4])", re.ASCII)


class BadQuarter(Refusal):
    code = "BAD_QUARTER"


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year; `str()` gives 2026Q4 as the schedule of a pack does."""

    year: int
    n: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        found = _TEXT.fullmatch(text)
        if found is None:
            raise BadQuarter(f"“{text}”不是季度。请按 2026Q4 的格式填写。")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.n}"

    @property
    def months(self) -> tuple[Month, Month, Month]:
        first = 3 * (self.n - 1) + 1
        return Month(self.year, first), Month(self.year, first + 1), Month(self.year, first + 2)

    @property
    def ends_on(self) -> date:
        """The first day after the quarter."""
        return self.months[2].next().first_day

    def next(self) -> Quarter:
        return Quarter(self.year + self.n // 4, self.n % 4 + 1)

    def previous(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.n == 1 else Quarter(self.year, self.n - 1)


@dataclass(frozen=True)
class Score:
    """A final score of an enterprise for a period: the total, and its quality side that breaks ties."""

    total_tenths: int
    quality_tenths: int


@dataclass(frozen=True)
class Place:
    """An enterprise in a ranking. Units: means in hundredths of a point.

    Shape: `scores` is period -> total in tenths, None for a period without a final score, in the order of the periods.
    """

    enterprise_id: UUID
    place: int
    mean_hundredths: int
    quality_hundredths: int
    scores: Mapping[str, int | None]

    @property
    def missing(self) -> tuple[str, ...]:
        """The periods without a final score."""
        return tuple(period for period, score in self.scores.items() if score is None)


def rank(periods: Sequence[str], scores: Mapping[UUID, Mapping[str, Score]]) -> list[Place]:
    """Rank enterprises by the mean of their final scores; who has none at all is not ranked.

    Shape: `scores` is enterprise -> period -> score. By place, then by id. Ties are told apart as `TIES` says.
    """
    rows = []
    for enterprise_id, by_period in scores.items():
        held = [by_period[period] for period in periods if period in by_period]
        if held:
            mean = half_up(10 * sum(score.total_tenths for score in held), len(held))
            quality = half_up(10 * sum(score.quality_tenths for score in held), len(held))
            rows.append(((-len(held), -mean, -quality), enterprise_id, mean, quality))
    rows.sort(key=lambda row: (row[0], row[1]))
    places: list[Place] = []
    for n, (key, enterprise_id, mean, quality) in enumerate(rows):
        place = places[-1].place if n and rows[n - 1][0] == key else n + 1
        listed = {period: _total(scores[enterprise_id], period) for period in periods}
        places.append(Place(enterprise_id, place, mean, quality, listed))
    return places


def _total(by_period: Mapping[str, Score], period: str) -> int | None:
    score = by_period.get(period)
    return score.total_tenths if score else None


def nominees(places: Iterable[Place]) -> list[Place]:
    """Nominate the best three in ten of those scored in every month, and whoever shares the last of these places."""
    whole = [row for row in places if not row.missing]
    places_open = share_of(len(whole), ELECTION_SHARE_PM)
    return [row for row in whole if row.place <= places_open]
