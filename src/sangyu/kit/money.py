"""Money is a whole number of fen; this is the only place where it meets text, shares and rounding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping
from typing import TypeAlias, TypeVar

from sangyu.kit.errors import Refusal

Fen: TypeAlias = int
Who = TypeVar("Who", bound=Hashable)

_YUAN = re.compile(r"(?P<sign>-?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<part>\d{1,2}))?", re.ASCII)


class BadAmount(Refusal):
    code = "BAD_AMOUNT"


class NothingToSplit(Refusal):
    code = "NOTHING_TO_SPLIT"


def yuan(fen: Fen) -> str:
    """Write an amount as yuan with two decimals and thousands: 123450 -> "1,234.50"."""
    sign = "-" if fen < 0 else ""
    whole, part = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{part:02d}"


def parse_yuan(text: str) -> Fen:
    """Read an amount in yuan as a person types it, full-width digits and the yuan sign included.

    Raises: BadAmount; more than two decimals are refused rather than rounded.
    """
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("¥").removesuffix("元").strip()
    found = _YUAN.fullmatch(plain)
    if found is None:
        raise BadAmount(f"“{text}”不是金额。请填写数字，单位为元，最多两位小数，例如 12.50。")
    fen = int(found["whole"].replace(",", "")) * 100 + int((found["part"] or "").ljust(2, "0"))
    return -fen if found["sign"] else fen


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest whole number; exact halves go away from zero.

    Raises: ZeroDivisionError.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


def apportion(*, total_fen: Fen, weights: Mapping[Who, int]) -> dict[Who, Fen]:
    """Split a sum so that the parts add up to it exactly.

    Largest remainder; ties go to the one named first; a zero weight gets nothing.
    Shape: who -> fen, in the order of `weights`.
    Raises: BadAmount for a negative total or weight; NothingToSplit if every weight is zero.
    """
    if total_fen < 0:
        raise BadAmount(f"不能分摊负数金额 {yuan(total_fen)} 元。请改用冲正。")
    if any(weight < 0 for weight in weights.values()):
        raise BadAmount("分摊比例不能为负数。请检查政策表中的比例。")
    whole = sum(weights.values())
    if whole == 0:
        raise NothingToSplit(f"{yuan(total_fen)} 元没有可分摊的对象：所有比例均为零。请检查政策表中的比例。")
    parts = {who: total_fen * weight // whole for who, weight in weights.items()}
    left = total_fen - sum(parts.values())
    # The sort is stable, so equal remainders keep the order of naming; a zero weight has
    # remainder zero and `left` is smaller than the number of non-zero remainders.
    by_remainder = sorted(weights, key=lambda who: -(total_fen * weights[who] % whole))
    for who in by_remainder[:left]:
        parts[who] += 1
    return parts
