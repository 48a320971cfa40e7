"""How the others behave: who refuses, who does not come, whose telephone was elsewhere, what elders say afterwards.

Every answer depends on the names given and on nothing else, so a play may be repeated, paused or run in parts.
Enterprises and workers have characters: a few refuse often or are careless, most are not.
Assumptions, per thousand orders: 45 refused, 15 where nobody comes, 65 with the place far off or missing; of a
thousand follow-up calls 780 are answered, and of those 620 with five points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sangyu.city import places
from sangyu.city.dice import Urn, below, chance
from sangyu.kit.point import Point

_REASONS = Urn(
    {
        "当天人手不足": 45,
        "该时段服务员已排满": 30,
        "距离过远，来回时间不够": 12,
        "所需证书的服务员休假": 8,
        "设备正在检修": 5,
    }
)
_POINTS = {
    "GOOD": Urn({5: 700, 4: 230, 3: 50, 2: 15, 1: 5}),
    "PLAIN": Urn({5: 620, 4: 270, 3: 75, 2: 25, 1: 10}),
    "POOR": Urn({5: 420, 4: 300, 3: 170, 2: 70, 1: 40}),
}
_CHARACTERS = Urn({"GOOD": 250, "PLAIN": 630, "POOR": 120})
VISITED_FROM_ATTEMPT = 5
_COMPLAINTS = ("迟到没有提前打电话", "没做完就走了", "态度不好", "打扫不干净", "推销保健品", "多收了钱", "人没来")


class Grade(StrEnum):
    """How well a place proves a visit."""

    GOOD = "GOOD"
    FAR = "FAR"
    NONE = "NONE"


_GRADES = Urn({Grade.GOOD: 945, Grade.FAR: 30, Grade.NONE: 25})
_GRADES_CARELESS = Urn({Grade.GOOD: 700, Grade.FAR: 180, Grade.NONE: 120})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a worker's telephone reports at the door; no place when it had no signal."""

    grade: Grade
    place: Point | None
    photo_count: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What an elder says on a follow-up call; without points when nobody answered. `complaint` is often empty."""

    is_reached: bool
    points: int | None
    came_on_time: bool
    complaint: str


def character(enterprise_ref: str, *, seed: int) -> str:
    """Return GOOD, PLAIN or POOR: how an enterprise works in general."""
    return _CHARACTERS.draw(seed, "character", enterprise_ref)


def refusal(enterprise_ref: str, order_ref: str, *, seed: int) -> str:
    """Return the reason for which an enterprise refuses an order, or nothing when it accepts."""
    often_pm = {"GOOD": 10, "PLAIN": 40, "POOR": 120}[character(enterprise_ref, seed=seed)]
    if not chance(often_pm, seed, "refuses", enterprise_ref, order_ref):
        return ""
    return _REASONS.draw(seed, "because", enterprise_ref, order_ref)


def accepts_after_minutes(enterprise_ref: str, order_ref: str, *, seed: int) -> int:
    """Say how long an enterprise takes to answer; three in a hundred answers are an hour late or more."""
    key = (seed, "answers", enterprise_ref, order_ref)
    return 60 + below(60, *key, "late") if chance(30, *key) else 1 + below(20, *key, "minutes")


def no_show(worker_ref: str, order_ref: str, *, seed: int) -> bool:
    """Tell whether a worker does not come at all."""
    return chance(15, seed, "no-show", worker_ref, order_ref)


def minutes_late(worker_ref: str, order_ref: str, *, seed: int) -> int:
    """Say how many minutes after the agreed time a worker comes; below zero is early."""
    key = (seed, "late", worker_ref, order_ref)
    return 15 + below(40, *key, "very") if chance(60, *key) else below(16, *key, "minutes") - 8


def minutes_stayed(worker_ref: str, order_ref: str, *, seed: int, minutes: int) -> int:
    """Say how long a worker stays at a service of so many minutes; two in a hundred leave far too soon."""
    key = (seed, "stays", worker_ref, order_ref)
    share = 15 + below(25, *key, "short") if chance(20, *key) else 85 + below(31, *key, "share")
    return max(1, minutes * share // 100)


def evidence(worker_ref: str, order_ref: str, *, seed: int, door: Point, moment: str = "in") -> Evidence:
    """Say what a worker's telephone reports on coming `in` or going `out`."""
    is_careless = chance(30, seed, "careless", worker_ref)
    key = (seed, "evidence", worker_ref, order_ref, moment)
    grade = (_GRADES_CARELESS if is_careless else _GRADES).draw(*key)
    if grade is Grade.NONE:
        return Evidence(grade, None, photo_count=below(2, *key, "photos"))
    metres = 700 + below(2500, *key, "far") if grade is Grade.FAR else below(60, *key, "near")
    there = places.beside(door, metres=metres, bearing_degrees=below(360, *key, "bearing"))
    place = replace(there, accuracy_m=6 + below(40, *key, "accuracy"), source="GPS")
    return Evidence(grade, place, photo_count=1 + below(3, *key, "photos"))


def answers(enterprise_ref: str, worker_ref: str, order_ref: str, *, seed: int, attempt: int = 1) -> Answers:
    """Say how an elder answers the quality officer, agreeing with what the worker really did.

    Who did not answer is rung again on another day; from the `VISITED_FROM_ATTEMPT`-th on somebody goes and asks.
    """
    key = (seed, "follow-up", order_ref)
    came_on_time = minutes_late(worker_ref, order_ref, seed=seed) < 15
    if no_show(worker_ref, order_ref, seed=seed):
        return Answers(is_reached=True, points=1, came_on_time=False, complaint=_COMPLAINTS[-1])
    tried = key if attempt == 1 else (*key, attempt)
    if attempt < VISITED_FROM_ATTEMPT and not chance(780, *tried, "reached"):
        return Answers(is_reached=False, points=None, came_on_time=came_on_time, complaint="")
    points = _POINTS[character(enterprise_ref, seed=seed)].draw(*key, "points")
    if not came_on_time:
        points = min(points, 4)
    complains = points <= 2 and chance(600, *key, "complains")
    complaint = _COMPLAINTS[0 if not came_on_time else 1 + below(len(_COMPLAINTS) - 2, *key, "what")]
    return Answers(is_reached=True, points=points, came_on_time=came_on_time, complaint=complaint if complains else "")
