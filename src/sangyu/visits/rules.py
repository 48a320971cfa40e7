"""What proves a visit, when one may begin and end, what opens the door, and what it earned; pure."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.kit.point import Crs, Point

NEAR_M = 100
AROUND_M = 200
SHORT_MINUTES = 5
EARLY_MAX = timedelta(hours=2)
PHOTOS_MAX = 6
PHOTO_LATE_MAX = timedelta(hours=24)
INCIDENT_PHOTOS_MAX = 3

# Plants that everybody here knows and nobody mistakes for another through a door.
WORDS = (
    *("牡丹", "石榴", "葡萄", "桂花", "玫瑰", "百合", "荷花", "梅花", "松树", "柳树", "苹果", "西瓜", "花生", "芝麻"),
    *("核桃", "红枣", "冬瓜", "南瓜", "土豆", "豆角", "茄子", "白菜", "萝卜", "菠菜", "香蕉", "柿子", "樱桃", "桃子"),
    *("枇杷", "莲子", "山楂", "茉莉"),
)
WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


class NotYours(Refusal):
    """The order was given to another worker."""

    code = "NOT_YOURS"


class TooEarly(Refusal):
    """The visit is not due yet."""

    code = "TOO_EARLY"


class LeftBeforeArrival(Refusal):
    """A departure before the arrival cannot be."""


class PhotoTooLate(Refusal):
    """A photo belongs to the visit, not to the days after it."""

    code = "PHOTO_TOO_LATE"


class PhotosFull(Refusal):
    """The visit has as many photos as anybody will look at."""

    code = "PHOTOS_FULL"


class NoteMissing(Refusal):
    """What is none of the kinds with a name needs words."""


class AlreadySettled(Refusal):
    """Somebody else has settled the incident otherwise."""

    code = "ALREADY_SETTLED"


class TooLateToCancel(Refusal):
    """The visit has begun, so its order cannot be called off any more."""

    code = "TOO_LATE_TO_CANCEL"


@dataclass(frozen=True)
class Proof:
    """What is known of where a visit took place.

    Units: metres; `accuracy_m` is the device's own claim. `distance_m` is None without a usable place
    (no permission, no signal, or no place of the elder to compare with).
    """

    distance_m: int | None
    accuracy_m: int | None
    door_code_right: bool


@dataclass(frozen=True)
class Ruled:
    """What a city's own rule says of the distance: near enough, or to be checked by somebody, and why."""

    is_near: bool
    because: str


def grade(proof: Proof, ruled: Ruled | None = None) -> tuple[str, str]:
    """Grade a proof A to D, with the reason in Chinese; a visit without a place is never better than C.

    Where the city has a rule of its own for the distance, that rule says whether the place is near. Otherwise it
    does when the distance less half the device's own uncertainty (100 m at most) is small enough, so that an honest
    phone between tower blocks is not turned away.
    """
    if proof.distance_m is None:
        if proof.door_code_right:
            return "C", "门牌码正确，但没有定位"
        return "D", "没有定位，也没有门牌码"
    if ruled is not None:
        letter = ("A" if ruled.is_near else "C") if proof.door_code_right else ("B" if ruled.is_near else "D")
        return letter, f"{ruled.because}，门牌码正确" if proof.door_code_right else ruled.because
    off_m = max(0, proof.distance_m - min(proof.accuracy_m or 0, 200) // 2)
    if off_m <= NEAR_M and proof.door_code_right:
        return "A", f"距住处{proof.distance_m}米，门牌码正确"
    if off_m <= AROUND_M:
        return "B", f"距住处{proof.distance_m}米"
    if proof.door_code_right:
        return "C", f"门牌码正确，但定位距住处{proof.distance_m}米"
    return "D", f"定位距住处{proof.distance_m}米，超过{AROUND_M}米，也没有门牌码"


def odd(*, grade: str, because: str, minutes: int, planned: int) -> list[str]:
    """Say in Chinese what is odd about a finished visit: its place, or that it was shorter than planned.

    Units: minutes. A place is odd where the proof is no better than C; five minutes less than planned are not.
    """
    found = [because] if grade in ("C", "D") else []
    if minutes < planned - SHORT_MINUTES:
        found.append(f"服务{minutes}分钟，比约定的{planned}分钟少{planned - minutes}分钟")
    return found


def proof_of(kept: Mapping[str, Mapping[str, Any]]) -> Proof:
    """Weigh the pieces of evidence of a visit: the nearer of both places counts.

    Shape: `kept` maps the kind of a piece to its facts; kinds that are missing prove nothing.
    """
    places = [kept[kind] for kind in ("ARRIVAL_PLACE", "DEPARTURE_PLACE") if kind in kept]
    known = [facts for facts in places if facts["distance_m"] is not None]
    nearest = min(known, key=lambda facts: int(facts["distance_m"]), default=None)
    return Proof(
        distance_m=nearest["distance_m"] if nearest else None,
        accuracy_m=nearest["accuracy_m"] if nearest else None,
        door_code_right=bool(kept.get("DOOR_CODE", {}).get("right")),
    )


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


def ensure_photo_in_time(*, arrived_at: datetime, left_at: datetime | None, at: datetime) -> None:
    """Refuse a photo before the arrival or more than a day after the departure; the line may have been bad so long.

    Raises: PhotoTooLate.
    """
    if at < arrived_at:
        raise PhotoTooLate("还没有签到，不能传服务照片。请到达后先签到。")
    if left_at is not None and at > left_at + PHOTO_LATE_MAX:
        raise PhotoTooLate("签退已超过24小时，不能再传照片。如有需要，请联系企业管理员说明情况。")


def ensure_room_for_photo(*, kept: int, most: int) -> None:
    """Refuse one photo more than anybody will look at.

    Raises: PhotosFull.
    """
    if kept >= most:
        raise PhotosFull(f"最多传{most}张照片，已经传满，不用再传。")


def pass_word(*, key: bytes, assignment_id: UUID) -> str:
    """Make the word a worker says at the door: a plant and two digits, such as “石榴 27”.

    It follows from who was named to go, so a replaced worker's word no longer opens the door, and nobody can work it
    out without the key of the house.
    """
    number = int.from_bytes(hmac.digest(key, b"door:" + assignment_id.bytes, "sha256")[:8])
    word, digits = number % len(WORDS), number // len(WORDS) % 90 + 10
    return f"{WORDS[word]} {digits}"


def is_door_time(*, begins_at: datetime, left: bool, at: datetime) -> bool:
    """Tell whether the worker may see the word of the door: from two hours before the visit until they have left."""
    return begins_at - EARLY_MAX <= at and not left


def wind(*, here: Point, there: Point) -> str:
    """Name the direction from one place to another by one of eight winds, such as “东北”."""
    here, there = here.converted(Crs.WGS84), there.converted(Crs.WGS84)
    lat_1, lat_2 = math.radians(here.lat), math.radians(there.lat)
    turn = math.radians(there.lng - here.lng)
    east = math.sin(turn) * math.cos(lat_2)
    north = math.cos(lat_1) * math.sin(lat_2) - math.sin(lat_1) * math.cos(lat_2) * math.cos(turn)
    return WINDS[round(math.degrees(math.atan2(east, north)) / 45) % 8]


@dataclass(frozen=True)
class Earning:
    """What visits earned their worker: the sum of those with a rate, and how many have none."""

    visits: int
    total_fen: int
    without_rate: int


def earning(pays_fen: Iterable[int | None]) -> Earning:
    """Add up what visits earned; None is a visit for whose item the enterprise has set no rate, and is not zero."""
    pays = list(pays_fen)
    known = [pay_fen for pay_fen in pays if pay_fen is not None]
    return Earning(visits=len(pays), total_fen=sum(known), without_rate=len(pays) - len(known))
