"""What the times of calls say: who was missed, who was rung back, and how well a shift answers; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

QUICK = timedelta(seconds=15)
CONNECT_PM_MIN = 950
SILENT_AFTER = timedelta(seconds=60)
BY_HAND = "manual-"

Key = TypeVar("Key")


@dataclass(frozen=True)
class Times:
    """The moments of one call; `by_hand` is a call that the telephone system did not time."""

    rang_at: datetime
    answered_at: datetime | None = None
    hung_up_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str = ""
    end: str = ""
    by_hand: bool = False

    @property
    def rung_back(self) -> bool:
        """Tell whether the line was down before anybody took the call: what followed is a return call."""
        return self.answered_at is not None and self.hung_up_at is not None and self.answered_at > self.hung_up_at

    @property
    def answered(self) -> bool:
        return self.answered_at is not None and not self.rung_back

    @property
    def abandoned(self) -> bool:
        """Tell whether the caller gave up; being rung back mends it for the caller, not for the figures."""
        return self.hung_up_at is not None and not self.answered

    @property
    def waiting(self) -> bool:
        return self.answered_at is None and self.hung_up_at is None and self.ended_at is None

    @property
    def wait(self) -> timedelta | None:
        """How long the caller waited for an answer; None without one."""
        return self.answered_at - self.rang_at if self.answered and self.answered_at else None

    @property
    def quick(self) -> bool:
        """Tell whether the answer came within 15 seconds; nobody timed a call that was written down by hand."""
        return not self.by_hand and self.wait is not None and self.wait <= QUICK

    @property
    def handling(self) -> timedelta | None:
        """How long an agent had the call, from taking it to its end; None while it is in hand."""
        return self.ended_at - self.answered_at if self.ended_at and self.answered_at else None


@dataclass(frozen=True)
class Answering:
    """How a set of calls was answered. Units: seconds; per-mille, rounded down, None where there is nothing to share.

    Both shares leave out calls that still ring and calls written down by hand: nobody can say how those were answered.
    """

    rang: int
    answered: int
    quick: int
    abandoned: int
    waiting: int
    longest_wait_s: int
    mean_wait_s: int | None
    quick_pm: int | None
    connect_pm: int | None

    @property
    def connects(self) -> bool:
        """Tell whether the connect rate holds what GB/T 33358 asks (95 % over 24 hours)."""
        return self.connect_pm is None or self.connect_pm >= CONNECT_PM_MIN


def answering(calls: Iterable[Times], at: datetime) -> Answering:
    """Count how calls were answered; `longest_wait_s` is of the calls that ring at `at`."""
    calls = list(calls)
    timed = [call for call in calls if not call.by_hand and not call.waiting]
    waits = [call.wait for call in timed if call.wait is not None]
    ringing = [max(timedelta(0), at - call.rang_at) for call in calls if call.waiting]
    quick = sum(call.quick for call in timed)
    return Answering(
        rang=len(calls),
        answered=sum(call.answered for call in calls),
        quick=quick,
        abandoned=sum(call.abandoned for call in calls),
        waiting=len(ringing),
        longest_wait_s=_seconds(max(ringing, default=timedelta(0))),
        mean_wait_s=_mean_s(waits),
        quick_pm=_share_pm(quick, len(timed)),
        connect_pm=_share_pm(len(waits), len(timed)),
    )


@dataclass(frozen=True)
class Handled:
    """What one agent has done. Units: seconds; `by_end` counts every end that occurred."""

    agent: str
    calls: int
    rung_back: int
    in_hand: int
    handling_s: int
    mean_handling_s: int | None
    by_end: Mapping[str, int] = field(default_factory=dict)


def by_agent(calls: Iterable[Times]) -> list[Handled]:
    """Sum up what every agent has done, by name."""
    own = _grouped(calls, lambda call: call.agent)
    return [_handled(agent, own[agent]) for agent in sorted(own) if agent]


def by_hour(calls: Iterable[Times], hour_of: Callable[[datetime], int], at: datetime) -> list[tuple[int, Answering]]:
    """Count how calls were answered hour by hour, from the first hour that had one to the last.

    Shape: hours in between that had none are there with zeros; empty without calls.
    """
    own = _grouped(calls, lambda call: hour_of(call.rang_at))
    count = partial(answering, at=at)
    return [(hour, count(own.get(hour, []))) for hour in range(min(own), max(own) + 1)] if own else []


def silent(heard_at: datetime | None, at: datetime) -> bool:
    """Tell whether a telephone system that used to report has fallen silent; one that never did is not missed."""
    return heard_at is not None and at - heard_at > SILENT_AFTER


def _handled(agent: str, calls: list[Times]) -> Handled:
    spent = [call.handling for call in calls if call.handling is not None]
    return Handled(
        agent=agent,
        calls=len(calls),
        rung_back=sum(call.rung_back for call in calls),
        in_hand=sum(call.ended_at is None for call in calls),
        handling_s=_seconds(sum(spent, timedelta(0))),
        mean_handling_s=_mean_s(spent),
        by_end={end: len(rows) for end, rows in _grouped(calls, lambda call: call.end).items() if end},
    )


def _grouped(calls: Iterable[Times], key: Callable[[Times], Key]) -> dict[Key, list[Times]]:
    groups: dict[Key, list[Times]] = {}
    for call in calls:
        groups.setdefault(key(call), []).append(call)
    return groups


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _mean_s(spans: list[timedelta]) -> int | None:
    return _seconds(sum(spans, timedelta(0)) / len(spans)) if spans else None


def _share_pm(part: int, whole: int) -> int | None:
    return part * 1000 // whole if whole else None
