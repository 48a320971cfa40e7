"""Why two records may be one person, and how sure that is; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangyu.kit.names import fold

SCORE_PM_MIN = 500
ALIKE_PM_MIN = 600


class Ground(StrEnum):
    """What two records have in common."""

    DOCUMENT = "DOCUMENT"
    NAME_BIRTH = "NAME_BIRTH"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"


LABELS: Mapping[str, str] = {
    Ground.DOCUMENT: "证件号码相同",
    Ground.NAME_BIRTH: "姓名和出生日期相同",
    Ground.PHONE: "本人电话相同",
    Ground.ADDRESS: "住址相近",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is compared of an elder."""

    name: str
    birth_on: date
    sex: str
    address: str


def alike_pm(one: str, other: str) -> int:
    """Say how alike two texts are by the pairs of neighbouring characters they share (Dice). Units: per-mille."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return 1000 * (fold(one) == fold(other) != "")
    return 2000 * len(first & second) // (len(first) + len(second))


def judge(one: Record, other: Record, *, document: bool, phone: bool) -> tuple[list[str], int]:
    """Return on which grounds two records may be one person, and how sure that is. Units: per-mille.

    Husband and wife share telephone and address, so neither alone says anything: the name or the birth must fit too.
    """
    name_pm = alike_pm(one.name, other.name)
    same_name, same_birth = fold(one.name) == fold(other.name), one.birth_on == other.birth_on
    address_pm = alike_pm(one.address, other.address)
    grounds: list[str] = []
    if document:
        grounds.append(Ground.DOCUMENT)
    if same_name and same_birth:
        grounds.append(Ground.NAME_BIRTH)
    if phone:
        grounds.append(Ground.PHONE)
    if address_pm >= ALIKE_PM_MIN:
        grounds.append(Ground.ADDRESS)
    person_pm = 400 * same_birth + (350 if same_name else 250 * name_pm // 1000)
    score = person_pm + 150 * phone + 100 * address_pm // 1000
    if document:
        score = max(score, 950)
    if one.sex != other.sex:
        score = score * 3 // 4
    return grounds, min(score, 1000)


def _pairs(text: str) -> set[str]:
    folded = fold(text)
    return {folded[n : n + 2] for n in range(len(folded) - 1)}
