"""Money is settled by calendar month; a month is a value of its own, not a date with a day to ignore."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sangyu.kit.errors import Refusal
from sangyu.kit.period import Period

_TEXT = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class BadMonth(Refusal):
    code = "BAD_MONTH"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; `str()` gives 2026-11 and months compare in time order."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9998 and 1 <= self.month <= 12):
            raise BadMonth(f"“{self.year}-{self.month}”不是月份。请按 2026-11 的格式填写。")

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        found = _TEXT.fullmatch(text)
        if found is None:
            raise BadMonth(f"“{text}”不是月份。请按 2026-11 的格式填写。")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Month:
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def period(self) -> Period[date]:
        return Period(self.first_day, self.next().first_day)

    def contains(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)
