"""How many look-ups of masked facts are somebody's work, and from when on the bureau asks; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sangyu.kit.errors import Refusal

WINDOW = timedelta(hours=1)
ALARM_AT = 10
MOST = 20
REASON_MIN = 4


class ReasonMissing(Refusal):
    """Nobody looks at a masked fact without saying why."""

    code = "REASON_MISSING"


class TooManyLookUps(Refusal):
    """Somebody has looked at too many masked facts within an hour."""

    code = "TOO_MANY_LOOK_UPS"


def ensure_reason(reason: str) -> str:
    """Return a reason that says something.

    Raises: ReasonMissing.
    """
    said = " ".join(reason.split())
    if len(said) < REASON_MIN:
        raise ReasonMissing(f"请写明查看原因（至少{REASON_MIN}个字），例如“窗口核对本人身份证”。原因会记入审计簿。")
    return said


@dataclass(frozen=True)
class Burst:
    """Look-ups of one person that lay too close together."""

    first_at: datetime
    last_at: datetime
    n: int


def bursts(moments: Sequence[datetime]) -> list[Burst]:
    """Return the stretches in which an hour held `ALARM_AT` look-ups or more. Shape: `moments` oldest first."""
    found: list[Burst] = []
    begin = 0
    for n, moment in enumerate(moments):
        while moments[begin] <= moment - WINDOW:
            begin += 1
        if n - begin + 1 < ALARM_AT:
            continue
        if found and found[-1].last_at >= moments[begin]:
            last = found.pop()
            first_at = last.first_at
        else:
            first_at = moments[begin]
        found.append(Burst(first_at, moment, sum(first_at <= one <= moment for one in moments)))
    return found
