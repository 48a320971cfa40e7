"""Every span of time in the house is half-open, so that neighbours neither overlap nor leave a gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from sangyu.kit.errors import Refusal

T = TypeVar("T", date, datetime)


class BadPeriod(Refusal):
    code = "BAD_PERIOD"


@dataclass(frozen=True, slots=True)
class Period(Generic[T]):
    """A half-open span `start <= t < until`; `until=None` means it has no end yet.

    Raises: BadPeriod, when it would be empty.
    """

    start: T
    until: T | None = None

    def __post_init__(self) -> None:
        if self.until is not None and not self.start < self.until:
            raise BadPeriod(f"起止时间有误：开始 {self.start}，截止 {self.until}。截止必须晚于开始。")

    def contains(self, t: T) -> bool:
        return self.start <= t and (self.until is None or t < self.until)

    def overlaps(self, other: Period[T]) -> bool:
        return (other.until is None or self.start < other.until) and (self.until is None or other.start < self.until)

    def common(self, other: Period[T]) -> Period[T] | None:
        """Return what both cover, or None."""
        if not self.overlaps(other):
            return None
        ends = [until for until in (self.until, other.until) if until is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)
