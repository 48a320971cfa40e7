"""Through what a list is looked at: until when, since when, and which street, class, enterprise, item or month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.insight import rules
from sangyu.kit.month import Month
from sangyu.quality.rules import Quarter

READERS = (Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)
NONE = "-"

Row = TypeVar("Row", bound=Model)


def ensure_reader(viewer: User) -> None:
    """Refuse everybody but the bureau, its leaders and the auditor.

    Raises: NotAllowed.
    """
    ensure_role(viewer, *READERS)


def ensure_auditor(viewer: User) -> None:
    """Refuse everybody but the auditor, whose samples and findings are nobody else's.

    Raises: NotAllowed.
    """
    ensure_role(viewer, Role.AUDITOR)


@dataclass(frozen=True)
class Lens:
    """What narrows the rows of a figure.

    Shape: facts before the instant `until` count; `since` begins a period; `cut` maps a dimension of the figure to a
    value, "-" meaning "has none".
    """

    until: datetime
    since: datetime | None = None
    cut: Mapping[str, str] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The Beijing day that `until` closes, or lies in."""
        return (self.until.astimezone(rules.BEIJING) - timedelta(microseconds=1)).date()


def narrowed(rows: QuerySet[Row], dims: Mapping[str, str], lens: Lens) -> QuerySet[Row]:
    """Narrow rows by the dimensions of their figure.

    Shape: `dims` maps the name of a dimension to a field lookup.
    Raises: BadLens, for a dimension that the figure does not have or a value that is none; BadMonth.
    """
    for name, value in lens.cut.items():
        if name not in dims:
            raise rules.BadLens("这份清单不能按这个条件筛选。请从首页或报告里的数字重新点进来。")
        lookup = dims[name]
        if value == NONE:
            rows = rows.filter(**{f"{lookup}__isnull": True})
        else:
            rows = rows.filter(**WAYS.get(name, _equal)(lookup, value, lens))
    return rows


def _equal(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    return {lookup: value}


def _month(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    month = Month.parse(value)
    return {f"{lookup}__gte": month.first_day, f"{lookup}__lt": month.next().first_day}


def _month_of_instant(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    month = Month.parse(value)
    begins_at, ends_at = rules.begin_of(month.first_day), rules.begin_of(month.next().first_day)
    return {f"{lookup}__gte": begins_at, f"{lookup}__lt": ends_at}


def _day(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    on = read_date(value)
    return {f"{lookup}__gte": rules.begin_of(on), f"{lookup}__lt": rules.end_of(on)}


def _band(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    low, _, high = value.partition("-")
    if not (low.isdecimal() and high.isdecimal()):
        raise rules.BadLens("年龄段应写成 60-65 这样的形式。请从报告里的数字重新点进来。")
    begins_on, ends_on = rules.born_between(int(low), int(high), lens.on)
    return {f"{lookup}__gte": begins_on, f"{lookup}__lt": ends_on}


def _id(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    try:
        return {lookup: UUID(value)}
    except ValueError as wrong:
        raise rules.BadLens("筛选条件里的编号不完整。请从首页或报告里的数字重新点进来。") from wrong


def _truth(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    return {lookup: value == "yes"}


def _quarter(lookup: str, value: str, lens: Lens) -> dict[str, Any]:
    return {lookup: [str(month) for month in Quarter.parse(value).months]}


def read_date(text: str) -> date:
    """Read a day as 2026-11-22.

    Raises: BadLens.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise rules.BadLens(f"“{text}”不是日期。请按 2026-11-22 的格式填写。") from wrong


WAYS: dict[str, Callable[[str, str, Lens], dict[str, Any]]] = {
    "month": _month,
    "placed_month": _month_of_instant,
    "day": _day,
    "band": _band,
    "enterprise": _id,
    "item": _id,
    "elder": _id,
    "quarter": _quarter,
    "hukou": _truth,
    "alive": _truth,
}
