"""Short stays of a year: how many people, days and how much money, and who pays which part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.benefits.models import BookingEnd, StayCost
from sangyu.registry import queries as registry_read


@dataclass(frozen=True)
class StayYear:
    """The stays of a year at one house, or of a whole benefit where `house` is empty. Units: days, fen.

    `unbilled` are the stays whose bill has not come; their cost is in no sum. The parts add up to `price_fen`.
    """

    title: str
    house: str
    people: int
    stays: int
    days: int
    unbilled: int
    price_fen: int
    insurer_fen: int
    public_fen: int
    elder_fen: int


def stays_of_year(viewer: User, year: int) -> list[StayYear]:
    """Return the stays that began in a year and were drawn, of elders whom the viewer may see, in two queries.

    Shape: each benefit by title, then each of its houses by name. A person with two records is one.
    """
    ends = BookingEnd.objects.filter(
        days__gt=0,
        booking__programme_id=viewer.programme_id,
        booking__from_on__gte=date(year, 1, 1),
        booking__from_on__lt=date(year + 1, 1, 1),
        booking__elder__in=registry_read.elders(viewer).order_by().values("pk"),
    ).order_by()
    costs = {row.end_id: row for row in StayCost.objects.filter(end__in=ends.values("pk"))}
    person = Coalesce("booking__elder__merged_into", "booking__elder_id")
    found: dict[tuple[str, str], list[_Drawn]] = defaultdict(list)
    for pk, who, title, house, days in ends.values_list(
        "pk", person, "booking__title", "booking__house", "days"
    ).iterator():
        for of in ("", house):
            found[title, of].append(_Drawn(who, days, costs.get(pk)))
    return [_year(title, house, rows) for (title, house), rows in sorted(found.items())]


@dataclass(frozen=True)
class _Drawn:
    person: UUID
    days: int
    cost: StayCost | None


def _year(title: str, house: str, rows: Iterable[_Drawn]) -> StayYear:
    rows = list(rows)
    billed = [row.cost for row in rows if row.cost is not None]
    return StayYear(
        title,
        house,
        people=len({row.person for row in rows}),
        stays=len(rows),
        days=sum(row.days for row in rows),
        unbilled=len(rows) - len(billed),
        price_fen=sum(cost.price_fen for cost in billed),
        insurer_fen=sum(cost.insurer_fen for cost in billed),
        public_fen=sum(cost.public_fen for cost in billed),
        elder_fen=sum(cost.elder_fen for cost in billed),
    )
