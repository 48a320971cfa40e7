"""The appraisal sheet: its items as a list that officials can read, and the score of those that are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sangyu.kit.money import half_up
from sangyu.policy import lists
from sangyu.policy.lists import FULL, SIDES, read_sheet
from sangyu.quality.rules.refusals import BadSheet

LATE_MINUTES_MAX = 15
OBJECTION_WORKING_DAYS = 3
COMPLAINT_COST_TENTHS = 100
SATISFACTION_FULL = 5
DIMENSIONS = SIDES
FULL_TENTHS = 10 * FULL
COMPUTED, HAND = "COMPUTED", "HAND"
_HOW = {lists.COMPUTED: COMPUTED, lists.HAND: HAND}


@dataclass(frozen=True)
class Definition:
    """An item as the sheet defines it. Units: tenths of a point; the items of a dimension add up to 1000."""

    dimension: str
    code: str
    name: str
    full_tenths: int
    how: str
    guidance: str


@dataclass(frozen=True)
class Item:
    """One line of a drafted sheet; an item that is scored by hand has no score yet."""

    dimension: str
    code: str
    name: str
    full_tenths: int
    how: str
    guidance: str
    score_tenths: int | None
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


def read_definitions(text: str) -> tuple[Definition, ...]:
    """Read the items of a sheet from CSV, in the order of the sheet, as it was examined before it was adopted.

    Raises: BadSheet, naming the first fault and its line.
    """
    items, faults = read_sheet(text)
    for line, said in faults:
        raise BadSheet(f"考核表{f'第{line}行' if line else ''}：{said}。请核对考核表文件。")
    return tuple(
        Definition(item.side, item.code, item.name, 10 * item.full, _HOW[item.how], item.guidance) for item in items
    )


def sheet(definitions: Iterable[Definition], month: Month) -> list[Item]:
    """Draft an enterprise's sheet: computed items with score and figures, the others empty.

    Where nothing happened there is nothing to deduct, and the evidence says so.
    """
    return [_item(definition, month) for definition in definitions]


def _item(item: Definition, month: Month) -> Item:
    score, evidence = _SCORES[item.code](item.full_tenths, month) if item.how == COMPUTED else (None, "")
    return Item(**vars(item), score_tenths=score, evidence=evidence)


def _licences(full: int, month: Month) -> tuple[int, str]:
    if month.licence_days_missing:
        return 0, f"本月有{month.licence_days_missing}天没有有效证照"
    return full, "本月证照全部有效"


def _officers(full: int, month: Month) -> tuple[int, str]:
    if month.officers_missing:
        return half_up(full * (2 - month.officers_missing), 2), f"缺{month.officers_missing}个岗位"
    return full, "安全员、急救员齐备"


def _share(full: int, good: int, total: int, unit: str) -> tuple[int, str]:
    if total == 0:
        return full, f"本月没有需要考核的记录（0{unit}）"
    return half_up(full * good, total), f"{total}{unit}中有{good}{unit}合格"


def _satisfaction(full: int, month: Month) -> tuple[int, str]:
    if month.reached == 0:
        return full, "本月没有接通的回访"
    tenths = half_up(10 * month.satisfaction_sum, month.reached)
    return (
        half_up(full * month.satisfaction_sum, SATISFACTION_FULL * month.reached),
        f"接通{month.reached}次，平均{tenths // 10}.{tenths % 10}分（满分{SATISFACTION_FULL}分）",
    )


def _complaints(full: int, month: Month) -> tuple[int, str]:
    if month.complaints == 0:
        return full, "本月没有查实的投诉"
    return max(0, full - COMPLAINT_COST_TENTHS * month.complaints), f"本月查实{month.complaints}件投诉，每件扣10分"


_SCORES: Mapping[str, Callable[[int, Month], tuple[int, str]]] = {
    "E1": _licences,
    "E2": _officers,
    "N1": lambda full, month: _share(full, month.answered_in_time, month.sent, "单"),
    "N2": lambda full, month: _share(full, month.punctual, month.visits, "次"),
    "N3": lambda full, month: _share(full, month.proven, month.visits, "次"),
    "Q1": _satisfaction,
    "Q2": _complaints,
    "S1": lambda full, month: _share(full, month.certificates_valid, month.certificates, "份"),
}


def dimension_scores(items: Sequence[tuple[str, int | None]]) -> dict[str, int | None]:
    """Add item scores up to a score per dimension; a dimension with an empty item has none.

    Shape: (dimension, score_tenths) pairs in; dimension -> tenths out, every dimension is there.
    """
    result: dict[str, int | None] = dict.fromkeys(DIMENSIONS, 0)
    for dimension, tenths in items:
        so_far = result[dimension]
        result[dimension] = None if so_far is None or tenths is None else so_far + tenths
    return result
