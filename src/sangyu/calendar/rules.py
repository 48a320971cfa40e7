"""Which days are worked: a mapping of known days over Monday to Friday, and how sure the answer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sangyu.kit.errors import Refusal

DAYS_MAX = 250


class DocumentMissing(Refusal):
    """A day is declared by a document."""

    code = "DOCUMENT_MISSING"


class TooManyDays(Refusal):
    """A deadline is a number of days between nothing and a year."""

    code = "TOO_MANY_DAYS"


@dataclass(frozen=True)
class Workdays:
    """Days that differ from Monday to Friday, and the years whose arrangement is published.

    Shape: `days` is day -> worked; a day that is not there is worked from Monday to Friday.
    """

    days: Mapping[date, bool]
    years: frozenset[int]

    def is_working_day(self, on: date) -> Answer:
        """Tell whether a day is worked."""
        return Answer(self.days.get(on, on.weekday() < 5), on.year in self.years)

    def add(self, start: date, n: int) -> Day:
        """Give the n-th working day after `start`, which itself does not count; none leaves `start`.

        Raises: TooManyDays.
        """
        if not 0 <= n <= DAYS_MAX:
            raise TooManyDays(f"期限须在0到{DAYS_MAX}个工作日之间，现在是{n}，请核对。")
        on, left = start, n
        while left:
            on += timedelta(days=1)
            left -= self.is_working_day(on).working
        return Day(on, self._knows(start, on))

    def left(self, today: date, last: date) -> Count:
        """Count the working days after `today` up to and with `last`; none when `last` is over."""
        days = (today + timedelta(days=n) for n in range(1, (last - today).days + 1))
        return Count(sum(self.is_working_day(day).working for day in days), self._knows(today, max(today, last)))

    def _knows(self, first: date, last: date) -> bool:
        return all(year in self.years for year in range(first.year, last.year + 1))


@dataclass(frozen=True)
class Answer:
    """Whether a day is worked, and whether that is certain."""

    working: bool
    certain: bool


@dataclass(frozen=True)
class Day:
    """A day found by counting, and whether every day counted was certain."""

    on: date
    certain: bool


@dataclass(frozen=True)
class Count:
    """A number of working days, and whether every day counted was certain."""

    days: int
    certain: bool
