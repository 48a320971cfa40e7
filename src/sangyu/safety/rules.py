"""How long an emergency may wait before somebody higher hears of it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sangyu.kit.errors import Refusal

SHIFT_LEADER_AFTER = timedelta(seconds=60)
LEADER_ON_DUTY_AFTER = timedelta(seconds=180)


class TakenByAnother(Refusal):
    """Somebody else has this emergency in hand."""

    code = "TAKEN_BY_ANOTHER"


class NotTaken(Refusal):
    """An emergency is in somebody's hands before anything is done about it."""

    code = "NOT_TAKEN"


class AlreadyClosed(Refusal):
    """The emergency is over, and how it ended stands."""

    code = "ALREADY_CLOSED"


class OutcomeMissing(Refusal):
    """Nobody closes an emergency without saying how it ended."""

    code = "OUTCOME_MISSING"


class Level(StrEnum):
    """Who must know of an alarm that nobody has taken."""

    DESK = "DESK"
    SHIFT_LEADER = "SHIFT_LEADER"
    LEADER_ON_DUTY = "LEADER_ON_DUTY"


def escalation(raised_at: datetime, taken_at: datetime | None, at: datetime) -> Level:
    """Tell how high an alarm has risen: to the shift leader after 60 s, to the leader on duty after 180 s.

    It rises no further once it is taken, and being taken late does not bring it down again.
    """
    waited = _waited(raised_at, taken_at, at)
    if waited >= LEADER_ON_DUTY_AFTER:
        return Level.LEADER_ON_DUTY
    return Level.SHIFT_LEADER if waited >= SHIFT_LEADER_AFTER else Level.DESK


def waited_s(raised_at: datetime, taken_at: datetime | None, at: datetime) -> int:
    """Return for how many whole seconds an alarm waited until it was taken, or has waited until now."""
    return int(_waited(raised_at, taken_at, at).total_seconds())


@dataclass(frozen=True)
class Promptness:
    """How quickly some alarms were taken; one that still waits counts with the time it has waited."""

    raised: int
    in_60_s: int
    in_180_s: int


def promptness(waits_s: Iterable[int]) -> Promptness:
    """Count alarms by the seconds that they waited; exactly 60 and 180 seconds are still in time."""
    waits = list(waits_s)
    return Promptness(
        raised=len(waits),
        in_60_s=sum(wait <= SHIFT_LEADER_AFTER.seconds for wait in waits),
        in_180_s=sum(wait <= LEADER_ON_DUTY_AFTER.seconds for wait in waits),
    )


def _waited(raised_at: datetime, taken_at: datetime | None, at: datetime) -> timedelta:
    # A device's clock may run ahead of ours; nobody waits for less than nothing.
    return max(timedelta(0), (taken_at or at) - raised_at)
