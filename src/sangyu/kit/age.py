"""Rates change on birthdays; this is the one definition of a full year of life."""

from __future__ import annotations

from datetime import date

from sangyu.kit.errors import Refusal


class NotBornYet(Refusal):
    code = "NOT_BORN_YET"


def age_on(birth_on: date, on: date) -> int:
    """Count full years of life on a day; whoever was born on 29 February turns older on 1 March of a common year.

    Raises: NotBornYet.
    """
    if on < birth_on:
        raise NotBornYet(f"出生日期 {birth_on} 晚于 {on}，无法计算年龄。请核对出生日期。")
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))
