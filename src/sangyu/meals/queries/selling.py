"""Reads of what an elder has eaten today, the last sales, a canteen's day and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from sangyu.access.models import User
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.meals import rules
from sangyu.meals.models import (
    Band,
    DayClose,
    Meal,
    Mode,
    Refund,
    Sale,
)
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Canteen

BEIJING = ZoneInfo("Asia/Shanghai")
BANDS = Band.choices
MEALS = Meal.choices
MODES = Mode.choices


def sales(viewer: User) -> QuerySet[Sale]:
    """The sales that the viewer may see, with `refunded` and `refund_reason`: of the canteens one may see."""
    refund = Refund.objects.filter(sale=OuterRef("pk"))
    return (
        Sale.objects.filter(
            programme_id=viewer.programme_id, canteen__in=providers_read.canteens(viewer).order_by().values("pk")
        )
        .annotate(refunded=Exists(refund), refund_reason=Subquery(refund.values("reason")[:1]))
        .select_related("elder", "canteen", "canteen__enterprise", "by")
    )


def get_sale(viewer: User, sale_id: UUID) -> Sale:
    """Return one sale.

    Raises: NotFound, also for another canteen's.
    """
    found = sales(viewer).filter(pk=sale_id).first()
    if found is None:
        raise NotFound("没有找到这笔就餐记录。")
    return found


def last_sales(viewer: User, canteen: Canteen, on: date, *, limit: int = 12) -> list[Sale]:
    """Return the last sales of a canteen's day, newest first."""
    return list(sales(viewer).filter(canteen=canteen, sold_on=on).order_by("-n")[:limit])


def last_own_sale(viewer: User, canteen: Canteen, on: date) -> Sale | None:
    """Return the last sale that the viewer made at a canteen on a day and that was not given back."""
    return sales(viewer).filter(canteen=canteen, sold_on=on, by=viewer, refunded=False).order_by("-n").first()


def eaten(programme_id: UUID, elder_id: UUID, on: date) -> tuple[rules.Eaten, ...]:
    """Return the subsidised meals of an elder on a day at every canteen of the programme, refunded ones left out."""
    rows = (
        Sale.objects.filter(programme_id=programme_id, elder_id=elder_id, sold_on=on, public_fen__gt=0)
        .filter(~Exists(Refund.objects.filter(sale=OuterRef("pk"))))
        .order_by("sold_at", "id")
        .values_list("canteen__name", "sold_at")
    )
    return tuple(rules.Eaten(name, f"{sold_at.astimezone(BEIJING):%H:%M}") for name, sold_at in rows)


def diners(programme_id: UUID, month: Month) -> QuerySet[Sale, UUID]:
    """The ids of everybody who ate at a canteen of a programme in a month, refunded meals left out, persons once.

    For a room or desk that asks who of its own elders they are.
    """
    rows = Sale.objects.filter(
        programme_id=programme_id, sold_on__gte=month.first_day, sold_on__lt=month.next().first_day
    )
    rows = rows.filter(~Exists(Refund.objects.filter(sale=OuterRef("pk"))))
    return rows.order_by().values_list(Coalesce("elder__merged_into", "elder_id"), flat=True).distinct()


SUMMED = ("band", "price_fen", "elder_fen", "public_fen", "refunded", "delivery_fee_fen", "elder_id")


def day_sums(viewer: User, canteen: Canteen, on: date) -> rules.DaySums:
    """Add up a canteen's day as it stands."""
    rows = sales(viewer).filter(canteen=canteen, sold_on=on)
    return rules.add_up(rules.Sold(*row) for row in rows.values_list(*SUMMED).order_by())


def close_of(viewer: User, canteen: Canteen, on: date) -> DayClose | None:
    """Return the closed day of a canteen, if it was closed and the viewer may see it."""
    return (
        DayClose.objects.filter(canteen__in=providers_read.canteens(viewer).order_by().values("pk"))
        .filter(canteen=canteen, day=on)
        .select_related("by", "canteen")
        .first()
    )


@dataclass(frozen=True)
class MonthDay:
    """One day of a canteen's month: portions, the persons who ate them, money, and the close if there is one."""

    day: date
    sold: int
    diners: int
    price_fen: int
    elder_fen: int
    public_fen: int
    close: DayClose | None


@dataclass(frozen=True)
class MonthStatement:
    """A canteen's month, day by day, refunded sales left out. Shape: `counts` maps every band to portions."""

    month: Month
    days: tuple[MonthDay, ...]
    counts: Mapping[str, int]

    @property
    def sold(self) -> int:
        return sum(day.sold for day in self.days)

    @property
    def price_fen(self) -> int:
        return sum(day.price_fen for day in self.days)

    @property
    def elder_fen(self) -> int:
        return sum(day.elder_fen for day in self.days)

    @property
    def public_fen(self) -> int:
        return sum(day.public_fen for day in self.days)

    @property
    def open_days(self) -> int:
        """How many days with sales are not closed yet."""
        return sum(1 for day in self.days if day.close is None)


def month_statement(viewer: User, canteen: Canteen, month: Month) -> MonthStatement:
    """Add up a canteen's month; a fixed number of queries."""
    within = {"canteen": canteen, "sold_on__gte": month.first_day, "sold_on__lt": month.next().first_day}
    rows = sales(viewer).filter(refunded=False, **within).order_by()
    closes = {
        row.day: row
        for row in DayClose.objects.filter(
            canteen__in=providers_read.canteens(viewer).order_by().values("pk"),
            canteen_id=canteen.pk,
            day__gte=month.first_day,
            day__lt=month.next().first_day,
        ).select_related("by")
    }
    sums = {
        row["sold_on"]: row
        for row in rows.values("sold_on").annotate(
            sold=Count("pk"),
            diners=Count("elder", distinct=True),
            price=Sum("price_fen"),
            elder=Sum("elder_fen"),
            public=Sum("public_fen"),
        )
    }
    counts = dict(rows.values_list("band").annotate(n=Count("pk")))
    return MonthStatement(
        month=month,
        days=tuple(
            MonthDay(
                day=day,
                sold=sums.get(day, {}).get("sold", 0),
                diners=sums.get(day, {}).get("diners", 0),
                price_fen=sums.get(day, {}).get("price", 0),
                elder_fen=sums.get(day, {}).get("elder", 0),
                public_fen=sums.get(day, {}).get("public", 0),
                close=closes.get(day),
            )
            for day in sorted({*sums, *closes})
        ),
        counts={code: counts.get(code, 0) for code in rules.BANDS},
    )


def open_days(viewer: User, canteen: Canteen, before: date) -> list[date]:
    """Return the earlier days with sales that nobody has closed, oldest first."""
    closed = DayClose.objects.filter(canteen=canteen, day=OuterRef("sold_on"))
    rows = sales(viewer).filter(Q(canteen=canteen), ~Exists(closed), sold_on__lt=before).order_by("sold_on")
    return list(rows.values_list("sold_on", flat=True).distinct())
