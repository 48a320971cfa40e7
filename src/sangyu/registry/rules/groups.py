"""The groups a community keeps an eye on, as lists and counts; pure.

Source: the seven key groups of Chengguan (三无、独居、空巢、特困、高龄、失能、半失能), the five of Qujing's tables
(留守 besides), and what makes work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

HIGH_AGE = 80


@dataclass(frozen=True)
class Group:
    """A group by its name on the screen; `codes` are the recognitions that belong to it, if it goes by them."""

    label: str
    codes: tuple[str, ...] = ()


GROUPS: Mapping[str, Group] = {
    "three_no": Group("三无", ("three_no",)),
    "living_alone": Group("独居", ("living_alone",)),
    "empty_nest": Group("空巢", ("empty_nest",)),
    "left_behind": Group("留守", ("left_behind",)),
    "extreme_poor": Group("特困", ("extreme_poor", "five_guarantee_scattered", "five_guarantee_central")),
    "high_age": Group("高龄"),
    "care_dependent": Group("失能", ("care_dependent", "ability_level:severe")),
    "half_dependent": Group("半失能", ("ability_level:mild", "ability_level:moderate")),
    "moved_in": Group("随迁"),
    "no_contact": Group("没有联系人"),
    "duplicate": Group("疑似重复"),
}


def born_by(age: int, on: date) -> date:
    """Return the last day of birth of whoever is of an age or older on a day."""
    year = on.year - age
    try:
        return on.replace(year=year)
    except ValueError:  # the 29th of February, `age` years before a common year's
        return date(year, 2, 28)
