"""Reads of what a meal costs, who sponsors it, what is cooked, and what diners say of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.budget import queries as budget_read
from sangyu.budget.models import Sponsor
from sangyu.meals import rules
from sangyu.meals.models import (
    Dish,
    DishComment,
    DishKind,
    Menu,
    PriceBand,
    PriceTable,
    Rating,
    Sale,
    SaleCharge,
    SaleDish,
    Sponsorship,
)
from sangyu.meals.queries.selling import sales
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Canteen

DISH_KINDS = DishKind.choices


@dataclass(frozen=True)
class Tariff:
    """What a meal costs at a canteen on a day; no `table` before there is one. Shape: age from -> fen, with age 0."""

    bands: Mapping[int, int]
    delivery_fee_fen: int = 0
    table: PriceTable | None = None

    @classmethod
    def of(cls, table: PriceTable) -> Tariff:
        """Read a table with its bands."""
        rows = PriceBand.objects.filter(table=table).order_by("age_from").values_list("age_from", "price_fen")
        return cls(dict(rows), table.delivery_fee_fen, table)

    def price_for(self, age: int) -> int:
        """Return the price of a meal at an age, in fen."""
        return rules.price_for(age, self.bands)


def tariff(canteen: Canteen, on: date) -> Tariff:
    """Return the prices that hold at a canteen on a day: its own table, else the common one, else its first price."""
    tables = PriceTable.objects.filter(programme_id=canteen.programme_id, valid_from__lte=on)
    tables = tables.filter(Q(canteen=canteen) | Q(canteen=None)).select_related("by")
    held = tables.order_by(F("canteen").asc(nulls_last=True), "-valid_from").first()
    return Tariff({0: canteen.standard_price_fen}) if held is None else Tariff.of(held)


def sponsor_of(canteen: Canteen, on: date) -> Sponsor | None:
    """Return who pays for the free meals of a canteen on a day; None if nobody does."""
    rows = Sponsorship.objects.filter(canteen=canteen, valid_from__lte=on).order_by("-valid_from")
    row = rows.select_related("sponsor").first()
    return row.sponsor if row else None


def named_canteens(viewer: User, on: date) -> list[tuple[Canteen, Sponsor]]:
    """Return the canteens that a sponsor pays for on a day, by name; one query."""
    seen = {canteen.pk: canteen for canteen in providers_read.canteens(viewer)}
    rows = Sponsorship.objects.filter(canteen__in=seen, valid_from__lte=on).order_by("canteen", "-valid_from")
    newest = rows.distinct("canteen").select_related("sponsor")
    held = [(seen[row.canteen_id], row.sponsor) for row in newest if row.sponsor]
    return sorted(held, key=lambda pair: pair[0].name)


@dataclass(frozen=True)
class SponsoredMeals:
    """What a sponsor paid for in a year: meals that were not given back, their money, and what one cost on average.

    Units: fen; `average_fen` is the policy's own figure, None where it has no rule for it or there was no meal.
    """

    sponsor: Sponsor
    meals: int
    paid_fen: int
    average_fen: int | None


def sponsored_meals(viewer: User, year: int) -> list[SponsoredMeals]:
    """Return the free meals of a year by sponsor, in the order of names; one query beside that of the sponsors."""
    sponsors = {budget_read.sponsor_fund(one.pk): one for one in budget_read.sponsors(viewer)}
    paid = SaleCharge.objects.filter(
        sale__in=sales(viewer).filter(refunded=False, sold_on__year=year).order_by().values("pk"),
        charge__fund__in=sponsors,
    )
    sums = {
        row["charge__fund"]: (row["n"], row["fen"])
        for row in paid.values("charge__fund").annotate(n=Count("pk"), fen=Sum("charge__public_fen"))
    }
    return [
        SponsoredMeals(one, n, fen, _average(viewer.programme_id, n, fen, date(year, 12, 31)))
        for fund, one in sponsors.items()
        for n, fen in [sums.get(fund, (0, 0))]
    ]


@dataclass(frozen=True)
class Booking:
    """One line of a sponsor's statement: money in, or a canteen's meals of a day. Units: fen; `left_fen` after it."""

    on: date
    said: str
    meals: int
    in_fen: int
    out_fen: int
    left_fen: int


def sponsor_statement(viewer: User, sponsor: Sponsor, year: int) -> list[Booking]:
    """Return a sponsor's year line by line, in the order of days, money before meals; nobody who ate is named.

    A donation counts for the year that it was given for: one that came earlier stands on the first of January.
    """
    paid = SaleCharge.objects.filter(
        sale__in=sales(viewer).filter(refunded=False, sold_on__year=year).order_by().values("pk"),
        charge__fund=budget_read.sponsor_fund(sponsor.pk),
    )
    out = paid.values("sale__sold_on", "sale__canteen__name").annotate(n=Count("pk"), fen=Sum("charge__public_fen"))
    moves = [
        (max(row.received_on, date(year, 1, 1)), 0, f"到账 {row.voucher}", 0, row.amount_fen, 0)
        for row in budget_read.donations(viewer, year)
        if row.sponsor_id == sponsor.pk
    ]
    moves += [(row["sale__sold_on"], 1, row["sale__canteen__name"], row["n"], 0, row["fen"]) for row in out]
    lines, left = [], 0
    for on, _, said, meals, in_fen, out_fen in sorted(moves):
        left += in_fen - out_fen
        lines.append(Booking(on, said, meals, in_fen, out_fen, left))
    return lines


def _average(programme_id: UUID, n: int, fen: int, on: date) -> int | None:
    if not n:
        return None
    asked = adoption_read.decide_if_ruled(programme_id, "sponsored-meal-price", {"count": n, "amount_fen": fen}, on)
    return asked.value if asked else None


def price_tables(viewer: User, canteen: Canteen) -> list[Tariff]:
    """Return every table that was ever laid down for a canteen or for all of them, the newest first; two queries."""
    tables = PriceTable.objects.filter(programme_id=viewer.programme_id)
    tables = tables.filter(Q(canteen=canteen) | Q(canteen=None)).order_by("-valid_from", "canteen")
    found = {row.pk: row for row in tables.select_related("by", "canteen")}
    bands: dict[UUID, dict[int, int]] = {key: {} for key in found}
    for table_id, age_from, price_fen in (
        PriceBand.objects.filter(table__in=found).order_by("age_from").values_list("table_id", "age_from", "price_fen")
    ):
        bands[table_id][age_from] = price_fen
    return [Tariff(bands[key], row.delivery_fee_fen, row) for key, row in found.items()]


@dataclass(frozen=True)
class Hanging:
    """A menu that hangs out, with its dishes in order."""

    row: Menu
    dishes: tuple[Dish, ...]

    @property
    def has_prices(self) -> bool:
        """Whether dishes are sold by themselves."""
        return any(dish.price_fen for dish in self.dishes)


def menu_of(canteen: Canteen, day: date, meal: str) -> Hanging | None:
    """Return the menu that hangs for a meal; None before one is published."""
    row = Menu.objects.filter(canteen=canteen, day=day, meal=meal).order_by("-n").select_related("by").first()
    return None if row is None else Hanging(row, tuple(Dish.objects.filter(menu=row).order_by("n")))


def menus(programme_id: UUID, days: Collection[date]) -> list[Hanging]:
    """Return what hangs at every canteen of a programme on some days, by day, canteen and meal; two queries.

    A menu is hung out for everybody: who may sign in may read it.
    """
    newer = Menu.objects.filter(canteen=OuterRef("canteen"), day=OuterRef("day"), meal=OuterRef("meal"))
    rows = Menu.objects.filter(~Exists(newer.filter(n__gt=OuterRef("n"))), day__in=days)
    rows = rows.filter(canteen__programme_id=programme_id).select_related("canteen", "canteen__community")
    found = {row.pk: row for row in rows.order_by("day", "canteen__name", "-meal")}
    dishes: dict[UUID, list[Dish]] = {key: [] for key in found}
    for dish in Dish.objects.filter(menu__in=found).order_by("n"):
        dishes[dish.menu_id].append(dish)
    return [Hanging(row, tuple(dishes[key])) for key, row in found.items()]


def chosen(canteen: Canteen, day: date, meal: str, dishes: Collection[UUID]) -> tuple[rules.Chosen, ...]:
    """Return the dishes that are chosen by themselves, as the menu of the meal prices them.

    Raises: DishNotOffered.
    """
    if not dishes:
        return ()
    hangs = menu_of(canteen, day, meal)
    offered = {dish.pk: dish for dish in hangs.dishes if dish.price_fen} if hangs else {}
    if not set(dishes) <= set(offered):
        raise rules.DishNotOffered("所选的菜不在这一餐的菜单上，或不单卖。菜单可能刚换过，请重新选菜。")
    return tuple(
        rules.Chosen(dish.pk, dish.name, dish.price_fen) for key, dish in offered.items() if key in set(dishes)
    )


def dishes_of(sale: Sale) -> list[Dish]:
    """Return what was on the plate: the dishes that were chosen, else those of the menu that hung when it was sold."""
    picked = list(Dish.objects.filter(pk__in=SaleDish.objects.filter(sale=sale).values("dish_id")).order_by("n"))
    if picked:
        return picked
    menu = Menu.objects.filter(canteen=sale.canteen_id, day=sale.sold_on, meal=sale.meal, at__lte=sale.sold_at)
    hung = menu.order_by("-n").first()
    return list(Dish.objects.filter(menu=hung).order_by("n")) if hung else []


@dataclass(frozen=True)
class Opinion:
    """What the diners of a canteen's day said. Shape: `comments` are (dish, words), in the order of the menu."""

    ratings: int
    score_tenths: int
    comments: tuple[tuple[Dish, str], ...]


def opinion(viewer: User, canteen: Canteen, on: date) -> Opinion:
    """Add up what was said of a canteen's meals of a day; the mean in tenths of a point, half up."""
    rated = Rating.objects.filter(sale__in=sales(viewer).filter(canteen=canteen, sold_on=on, refunded=False).order_by())
    sums = rated.aggregate(n=Count("pk"), score=Sum("score"))
    said = DishComment.objects.filter(rating__in=rated).select_related("dish").order_by("dish__menu", "dish__n", "id")
    n = sums["n"]
    return Opinion(
        ratings=n,
        score_tenths=(sums["score"] * 20 + n) // (2 * n) if n else 0,
        comments=tuple((row.dish, row.comment) for row in said),
    )


def rating_of(sale: Sale) -> Rating | None:
    """Return what was said of a meal; None before."""
    return Rating.objects.filter(sale=sale).select_related("by").first()
