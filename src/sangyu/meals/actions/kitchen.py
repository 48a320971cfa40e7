"""What a meal costs, what is cooked, and what diners say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import Dish, DishComment, Menu, PriceBand, PriceTable, Rating, Sponsorship
from sangyu.providers import queries as providers_read
from sangyu.providers.actions.catalogue import ensure_within_cap
from sangyu.providers.models import Canteen

BEIJING = ZoneInfo("Asia/Shanghai")
MENU_RULE = "menu"


@dataclass(frozen=True)
class Cooked:
    """A dish as it is written on a menu; with a price (fen) it is sold by itself, too."""

    name: str
    kind: str
    price_fen: int | None = None


@transaction.atomic
def set_prices(
    *,
    canteen_id: UUID | None,
    bands: Mapping[int, int],
    basis: str,
    valid_from: date,
    by: User,
    at: datetime,
    delivery_fee_fen: int = 0,
) -> PriceTable:
    """Lay down what a meal costs from a day on: at one canteen, or (None) at every canteen without a table of its own.

    Shape: `bands` maps the age from which a price holds to fen, 0 for everybody else; 0 fen is a free meal.
    A repeat of the same table changes nothing.
    Raises: NotAllowed; NotFound; PriceNotSet; PriceAboveCap.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    canteen = None if canteen_id is None else _seen_canteen(canteen_id, by)
    existing = PriceTable.objects.filter(programme_id=by.programme_id, canteen=canteen, valid_from=valid_from).first()
    if existing is not None:
        held = meals_read.Tariff.of(existing)
        if (held.bands, held.delivery_fee_fen) == (dict(bands), delivery_fee_fen):
            return existing
        raise rules.PriceNotSet(f"从{valid_from}起已有另一张餐价表，已经公布的不再改动。请另选一个起始日期。")
    rules.ensure_prices(
        bands=bands,
        delivery_fee_fen=delivery_fee_fen,
        basis=basis,
        valid_from=valid_from,
        today=at.astimezone(BEIJING).date(),
    )
    name = canteen.name if canteen else "各餐厅"
    for price_fen in set(bands.values()) - {0}:
        ensure_within_cap(by.programme_id, name=name, price_fen=price_fen, since=valid_from, until=None)
    table = PriceTable.objects.create(
        id=derived_id("price-table", by.programme_id, canteen_id or "all", valid_from),
        programme_id=by.programme_id,
        canteen=canteen,
        valid_from=valid_from,
        delivery_fee_fen=delivery_fee_fen,
        basis=basis.strip(),
        by=by,
        at=at,
    )
    PriceBand.objects.bulk_create(
        PriceBand(id=derived_id("price-band", table.pk, age), table=table, age_from=age, price_fen=price_fen)
        for age, price_fen in sorted(bands.items())
    )
    access.record(
        by=by,
        at=at,
        verb="meals.set_prices",
        object_kind="canteen" if canteen else "programme",
        object_id=canteen.pk if canteen else by.programme_id,
        facts={"valid_from": valid_from, "bands": {str(age): fen for age, fen in bands.items()}, "basis": basis},
    )
    return table


@transaction.atomic
def name_sponsor(*, canteen_id: UUID, sponsor_id: UUID | None, valid_from: date, by: User, at: datetime) -> Sponsorship:
    """Say who pays for the free meals of a canteen from a day on; None: nobody any more. A repeat changes nothing.

    Raises: NotAllowed; NotFound; SponsorRefused, for a day that is over or that has another sponsor already.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    canteen = _seen_canteen(canteen_id, by)
    sponsor = None if sponsor_id is None else budget_read.get_sponsor(by, sponsor_id)
    row, made = Sponsorship.objects.get_or_create(
        canteen=canteen,
        valid_from=valid_from,
        defaults={
            "id": derived_id("sponsorship", canteen.pk, valid_from),
            "sponsor": sponsor,
            "by": by,
            "at": at,
        },
    )
    if row.sponsor_id != sponsor_id:
        raise rules.SponsorRefused(f"{canteen.name}从{valid_from}起已登记另一家冠名企业，请另选一个起始日期。")
    if made:
        rules.ensure_sponsored_from(valid_from=valid_from, today=at.astimezone(BEIJING).date())
        access.record(
            by=by,
            at=at,
            verb="meals.name_sponsor",
            object_kind="canteen",
            object_id=canteen.pk,
            facts={"sponsor": sponsor.name if sponsor else "", "valid_from": valid_from},
        )
    return row


@transaction.atomic
def publish_menu(*, canteen_id: UUID, day: date, meal: str, dishes: Sequence[Cooked], by: User, at: datetime) -> Menu:
    """Hang out what a canteen cooks for a meal; a later menu of the same meal takes the place of the one before.

    The policy's rule for menus, where there is one, is asked and its answer kept: a kitchen without meat says so, too.
    A repeat of the menu that hangs changes nothing.
    Raises: NotAllowed; NotFound; MenuRefused.
    """
    ensure_role(by, Role.TILL, Role.ENTERPRISE)
    canteen = _seen_canteen(canteen_id, by)
    names = [dish.name.strip() for dish in dishes]
    rules.ensure_menu(
        names=names,
        prices_fen=[dish.price_fen for dish in dishes],
        day=day,
        today=at.astimezone(BEIJING).date(),
    )
    Canteen.objects.select_for_update().get(pk=canteen.pk)  # two hands at one menu number their versions in turn
    hangs = meals_read.menu_of(canteen, day, meal)
    if hangs is not None and [(dish.name, dish.kind, dish.price_fen) for dish in hangs.dishes] == [
        (name, dish.kind, dish.price_fen) for name, dish in zip(names, dishes, strict=True)
    ]:
        return hangs.row
    counts: dict[str, int] = {}
    for dish in dishes:
        counts[dish.kind.lower()] = counts.get(dish.kind.lower(), 0) + 1
    asked = adoption_read.decide_if_ruled(canteen.programme_id, MENU_RULE, {"counts": counts}, day)
    n = (Menu.objects.filter(canteen=canteen, day=day, meal=meal).aggregate(n=Max("n"))["n"] or 0) + 1
    menu = Menu.objects.create(
        id=derived_id("menu", canteen.pk, day, meal, n),
        canteen=canteen,
        day=day,
        meal=meal,
        n=n,
        sufficient=asked.result == "pass" if asked else None,
        because=asked.because[:200] if asked else "",
        by=by,
        at=at,
    )
    Dish.objects.bulk_create(
        Dish(id=derived_id("dish", menu.pk, i), menu=menu, n=i, name=name, kind=dish.kind, price_fen=dish.price_fen)
        for i, (name, dish) in enumerate(zip(names, dishes, strict=True), start=1)
    )
    return menu


@transaction.atomic
def rate(*, sale_id: UUID, score: int, comments: Mapping[UUID, str], by: User, at: datetime) -> Rating:
    """Keep what a diner says of a meal: one to five points, and words about its dishes. Once for each meal.

    Shape: `comments` maps a dish of that meal's menu to what is said of it; empty words are left out.
    Raises: NotAllowed; NotFound; RatingRefused. A repeat of the same points changes nothing.
    """
    ensure_role(by, Role.TILL, Role.ENTERPRISE)
    sale = meals_read.get_sale(by, sale_id)
    Canteen.objects.select_for_update().get(pk=sale.canteen_id)
    existing = Rating.objects.filter(sale=sale).first()
    if existing is not None:
        if existing.score == score:
            return existing
        raise rules.RatingRefused(f"这一餐已经评过{existing.score}分，评价不再改动。")
    said = {dish_id: words.strip() for dish_id, words in comments.items() if words.strip()}
    dishes = {dish.pk for dish in meals_read.dishes_of(sale)}
    rules.ensure_rating(score=score, refunded=sale.refunded, dishes=dishes, commented=said)
    rating = Rating.objects.create(id=derived_id("rating", sale.pk), sale=sale, score=score, by=by, at=at)
    DishComment.objects.bulk_create(
        DishComment(id=derived_id("dish-comment", rating.pk, dish_id), rating=rating, dish_id=dish_id, comment=words)
        for dish_id, words in said.items()
    )
    return rating


def _seen_canteen(canteen_id: UUID, by: User) -> Canteen:
    found = providers_read.canteens(by).filter(pk=canteen_id).first()
    if found is None:
        raise NotFound("没有找到这家餐厅。")
    return found
