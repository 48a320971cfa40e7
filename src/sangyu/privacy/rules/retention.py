"""Until when the law or an unfinished matter keeps somebody's data from being erased; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sangyu.privacy.rules.purposes import Purpose


@dataclass(frozen=True)
class Hindrance:
    """Why a person's data may not be erased yet; `until` is the first day on which it may, None while nobody knows."""

    what: str
    until: date | None = None


def bound(purposes: Iterable[Purpose], last: Mapping[str, date], on: date) -> list[Hindrance]:
    """Return which purposes bind the data of a person on a day, the longest first.

    Shape: `last` is event -> the last day on which it happened to this person; what never happened binds nothing.
    """
    found = []
    for purpose in purposes:
        if not purpose.binds or purpose.days is None or purpose.counted_from not in last:
            continue
        until = last[purpose.counted_from] + timedelta(days=purpose.days)
        if on < until:
            found.append(Hindrance(f"{purpose.title}：{purpose.binds}", until))
    return sorted(found, key=lambda one: one.until or date.max, reverse=True)
