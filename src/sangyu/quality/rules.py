"""How a sample is drawn and how an appraisal sheet is scored; pure, so that both can be repeated by anyone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sangyu.kit.errors import Refusal
from sangyu.kit.money import half_up

LATE_MINUTES_MAX = 15


class ObjectionTooLate(Refusal):
    """The days for an objection have passed, or the appraisal is final."""

    code = "OBJECTION_TOO_LATE"


class StillOpen(Refusal):
    """The appraisal cannot be final while somebody may still object or waits for a ruling."""

    code = "STILL_OPEN"


class Undecided(Refusal):
    """A parameter of the appraisal is missing."""


class TextMissing(Refusal):
    """An objection or ruling needs words."""


class ScoreOutOfRange(Refusal):
    """A ruling may not score below nothing or above full marks."""


@dataclass(frozen=True)
class Item:
    """One line of the appraisal sheet. Units: tenths of a point; the items of a dimension add up to 1000."""

    dimension: str
    code: str
    name: str
    full_tenths: int
    score_tenths: int
    evidence: str


@dataclass(frozen=True)
class Month:
    """What is known of an enterprise in a month; counts of what happened, and of how much of it was good."""

    licence_days_missing: int
    officers_missing: int
    sent: int
    answered_in_time: int
    visits: int
    punctual: int
    proven: int
    reached: int
    satisfaction_sum: int
    complaints: int
    certificates: int
    certificates_valid: int


def draw(orders: Iterable[UUID], *, due: int, seed: str) -> list[UUID]:
    """Draw a sample that anyone can draw again: the `due` smallest SHA-256 of seed and order id."""
    ranked = sorted(orders, key=lambda order: hashlib.sha256(f"{seed}:{order}".encode()).digest())
    return ranked[:due]


def sheet(month: Month) -> list[Item]:
    """Score an enterprise's month in four dimensions of 100 points each, every item with its figures.

    Where nothing happened there is nothing to deduct, and the evidence says so.
    """
    return [
        Item(
            "enterprise",
            "E1",
            "证照有效",
            600,
            0 if month.licence_days_missing else 600,
            f"本月有{month.licence_days_missing}天没有有效证照" if month.licence_days_missing else "本月证照全部有效",
        ),
        Item(
            "enterprise",
            "E2",
            "安全员和急救员",
            400,
            max(0, 400 - 200 * month.officers_missing),
            f"缺{month.officers_missing}个岗位" if month.officers_missing else "安全员、急救员齐备",
        ),
        _share("norms", "N1", "按时答复派单", 400, month.answered_in_time, month.sent, "单"),
        _share("norms", "N2", "按约上门", 300, month.punctual, month.visits, "次"),
        _share("norms", "N3", "上门证明合格", 300, month.proven, month.visits, "次"),
        _satisfaction(month),
        Item(
            "quality",
            "Q2",
            "投诉",
            300,
            max(0, 300 - 100 * month.complaints),
            f"回访中有{month.complaints}件投诉，每件扣10分" if month.complaints else "本月没有投诉",
        ),
        _share("staff", "S1", "人员证书有效", 1000, month.certificates_valid, month.certificates, "份"),
    ]


def _share(dimension: str, code: str, name: str, full: int, good: int, total: int, unit: str) -> Item:
    if total == 0:
        return Item(dimension, code, name, full, full, f"本月没有需要考核的记录（0{unit}）")
    return Item(dimension, code, name, full, half_up(full * good, total), f"{total}{unit}中有{good}{unit}合格")


def _satisfaction(month: Month) -> Item:
    if month.reached == 0:
        return Item("quality", "Q1", "回访满意度", 700, 700, "本月没有接通的回访")
    score = half_up(700 * month.satisfaction_sum, 5 * month.reached)
    tenths = half_up(10 * month.satisfaction_sum, month.reached)
    return Item(
        "quality",
        "Q1",
        "回访满意度",
        700,
        score,
        f"接通{month.reached}次，平均{tenths // 10}.{tenths % 10}分（满分5分）",
    )


def dimension_scores(items: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Add item scores up to a score per dimension, in tenths; every dimension is there.

    Shape: (dimension, score_tenths) pairs in; dimension -> tenths out.
    """
    scores: Mapping[str, int] = {"enterprise": 0, "norms": 0, "quality": 0, "staff": 0}
    result = dict(scores)
    for dimension, tenths in items:
        result[dimension] += tenths
    return result
