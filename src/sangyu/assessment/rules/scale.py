"""What an assessment scale is: groups, items, options, levels and what changes a level; pure values.

`at` is the `file:line` where a line stands, for whoever has to mend it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from sangyu.assessment.rules.conditions import Condition
from sangyu.assessment.rules.particulars import Particular


class Stacking(StrEnum):
    """Whether several reasons to change a level count once, or each for itself."""

    ONCE = "once"
    EACH = "each"


@dataclass(frozen=True)
class Option:
    """One answer to an item and the points it stands for."""

    points: int
    label: str


@dataclass(frozen=True)
class Item:
    """One question of a scale; `options` from the best answer to the worst."""

    code: str
    group: str
    label: str
    ask: str
    points_max: int
    options: tuple[Option, ...]
    clause: str

    def option(self, points: int) -> Option | None:
        """Return the answer that stands for some points; None if there is none."""
        return next((option for option in self.options if option.points == points), None)


@dataclass(frozen=True)
class Grade:
    """A line that gives a group of items its own grade."""

    when: Condition
    grade: int
    label: str
    at: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Group:
    """Items that are summed together; findings are asked like items and give no points."""

    code: str
    label: str
    higher_is_better: bool
    is_scored: bool
    points_max: int
    grades: tuple[Grade, ...]
    at: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Level:
    """A level of the scale, 0 for the most able; `word` is the scale's own and means nothing in another scale."""

    level: int
    word: str
    label: str
    at: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Outcome:
    """A line that turns points or grades into a level; `open` says what the standard leaves open there."""

    when: Condition
    level: int
    because: str
    open: str
    at: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Change:
    """What makes a level worse than the points say: by `raises` steps, or straight to `to_level`."""

    code: str
    items: tuple[str, ...]
    at_least: int
    raises: int
    to_level: int | None
    because: str
    clause: str
    at: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Scale:
    """An assessment scale as its files say; `digest` names exactly these files.

    `fact` is how a rule asks for a level by this scale and no other; texts that were kept before it had one have none.
    """

    code: str
    title: str
    document: str
    fact: str
    in_force_from: date
    for_visits: bool
    stacking: Stacking
    notes: tuple[str, ...]
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    levels: tuple[Level, ...]
    outcomes: tuple[Outcome, ...]
    changes: tuple[Change, ...]
    digest: str
    particulars: tuple[Particular, ...] = ()

    @cached_property
    def item_of(self) -> dict[str, Item]:
        """The items by code."""
        return {item.code: item for item in self.items}

    @cached_property
    def group_of(self) -> dict[str, Group]:
        """The groups by code."""
        return {group.code: group for group in self.groups}

    @property
    def worst(self) -> int:
        """The last level."""
        return self.levels[-1].level

    @property
    def sums_up(self) -> bool:
        """Whether the points of all groups make one total, from which the level follows."""
        return any("points" in outcome.when.names for outcome in self.outcomes)

    def items_in(self, group: str) -> tuple[Item, ...]:
        """Return the items of a group, in order."""
        return tuple(item for item in self.items if item.group == group)
