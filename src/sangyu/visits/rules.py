"""What proves a visit, and when one may begin and end; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sangyu.kit.errors import Refusal

NEAR_M = 100
AROUND_M = 200
EARLY_MAX = timedelta(hours=2)


class NotYours(Refusal):
    """The order was given to another worker."""

    code = "NOT_YOURS"


class TooEarly(Refusal):
    """The visit is not due yet."""

    code = "TOO_EARLY"


class LeftBeforeArrival(Refusal):
    """A departure before the arrival cannot be."""


@dataclass(frozen=True)
class Proof:
    """What is known of where a visit took place.

    Units: metres; `accuracy_m` is the device's own claim. `distance_m` is None without a usable place
    (no permission, no signal, or no place of the elder to compare with).
    """

    distance_m: int | None
    accuracy_m: int | None
    door_code_right: bool


def grade(proof: Proof) -> tuple[str, str]:
    """Grade a proof A to D, with the reason in Chinese; a visit without a place is never better than C.

    A place counts as near when the distance less half the device's own uncertainty (100 m at most) is small enough,
    so that an honest phone between tower blocks is not turned away.
    """
    if proof.distance_m is None:
        if proof.door_code_right:
            return "C", "门牌码正确，但没有定位"
        return "D", "没有定位，也没有门牌码"
    off_m = max(0, proof.distance_m - min(proof.accuracy_m or 0, 200) // 2)
    if off_m <= NEAR_M and proof.door_code_right:
        return "A", f"距住处{proof.distance_m}米，门牌码正确"
    if off_m <= AROUND_M:
        return "B", f"距住处{proof.distance_m}米"
    if proof.door_code_right:
        return "C", f"门牌码正确，但定位距住处{proof.distance_m}米"
    return "D", f"定位距住处{proof.distance_m}米，超过{AROUND_M}米，也没有门牌码"


def ensure_due(*, wanted_from: datetime, at: datetime, clock: str) -> None:
    """Refuse a visit long before the agreed time.

    Raises: TooEarly.
    """
    if at < wanted_from - EARLY_MAX:
        raise TooEarly(f"约定时间是{clock}，最早可提前2小时签到。")


def minutes_between(*, arrived_at: datetime, left_at: datetime) -> int:
    """Return the whole minutes of a visit.

    Raises: LeftBeforeArrival.
    """
    if left_at < arrived_at:
        raise LeftBeforeArrival("离开时间早于到达时间，请检查手机时间后重试。")
    return int((left_at - arrived_at).total_seconds() // 60)
