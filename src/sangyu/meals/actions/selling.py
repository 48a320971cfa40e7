"""One portion after the other: quote it, sell it, give the last one back, close the day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.applications import queries as applications_read
from sangyu.benefits import actions as benefits
from sangyu.budget import queries as budget_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.ledger.rules import Reference
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import DayClose, FoundBy, Mode, Refund, Sale, SaleCharge, SaleDish
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Canteen
from sangyu.providers.rules import first_lapsed
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
FREE_MEAL = "free-meal"
FREE_DELIVERY = "free-delivery"


def quote(
    *, elder: Elder, canteen: Canteen, at: datetime, mode: str = Mode.DINE_IN, dishes: Collection[UUID] = ()
) -> rules.MealQuote:
    """Say what the meal of the hour costs an elder at a canteen, and why; nothing is written.

    The price is that of the canteen's table for the elder's age, or the sum of `dishes` that are chosen from today's
    menu. At the table and at the door (`mode`) it is the same; who pays the way is decided apart.
    Raises: ElderDied, LicenceLapsed, CatererUnlicensed, DishNotOffered, NothingAdopted, NoOffer, Undecided.
    """
    rules.ensure_alive(name=elder.name, died_on=elder.died_on)
    local = at.astimezone(BEIJING)
    on, meal = local.date(), rules.meal_of(local.time())
    held = providers_read.licences_held(canteen.enterprise_id, on)
    rules.ensure_licensed(canteen=canteen.name, lapsed=first_lapsed(held, on=on))
    providers_read.ensure_caterer(programme_id=canteen.programme_id, name=canteen.name, held=held, on=on)
    eaten = meals_read.eaten(canteen.programme_id, elder.pk, on)
    age = age_on(elder.birth_on, on)
    tariff, sponsor = meals_read.tariff(canteen, on), meals_read.sponsor_of(canteen, on)
    chosen = meals_read.chosen(canteen, on, meal, dishes)
    priced = benefits.quote(
        elder=elder,
        item=canteen.item,
        on=on,
        price_fen=sum(dish.price_fen for dish in chosen) if chosen else tariff.price_for(age),
        about={
            "meal": meal.lower(),
            "nth_of_day": len(eaten) + 1,
            "place": "contracted_canteen" if providers_read.subsidised_on(canteen, on) else "other",
            "mode": mode.lower(),
            **_group(elder, canteen, on, sponsored=sponsor is not None),
        },
    )
    if sponsor is not None and priced.shares_fen.get("sponsor"):
        priced = replace(priced, fund=budget_read.sponsor_fund(sponsor.pk))  # one meal, one fund
    fee_fen, why = _way(elder, tariff, on) if mode == Mode.DELIVERY else (0, "")
    return rules.MealQuote(
        quote=priced,
        meal=meal,
        nth_of_day=len(eaten) + 1,
        band=rules.band(priced),
        age=age,
        greeting=rules.greeting(elder.name, elder.sex),
        eaten=eaten,
        mode=mode,
        delivery_fee_fen=fee_fen,
        delivery_because=why,
        chosen=chosen,
    )


@transaction.atomic
def sell(
    *,
    canteen_id: UUID,
    elder_id: UUID,
    key: str,
    by: User,
    at: datetime,
    card_number: str = "",
    found_by: str = FoundBy.NAME,
    full_price_agreed: bool = False,
    mode: str = Mode.DINE_IN,
    dishes: Collection[UUID] = (),
) -> Sale:
    """Sell one portion to an elder and charge it: the subsidy is held on the year's money until the month is paid.

    The same `key` at the same canteen sells once. A card number makes it a sale by card, whatever `found_by` says.
    Raises: NotAllowed; NotFound, for another canteen's till or an elder of another programme; CardUnknown; CardBlocked;
    OtherCard; ElderDied; LicenceLapsed; DayClosed; DishNotOffered; SecondMeal and FullPrice, until
    `full_price_agreed`; BudgetGone; SameKeyOtherSale.
    """
    ensure_role(by, Role.TILL)
    canteen = _own_canteen(canteen_id, by)
    registry_read.get_diner(by, elder_id)
    elder = Elder.objects.select_for_update().get(pk=elder_id)  # two tills at once must see each other's meal
    sale_id = derived_id("sale", canteen.pk, key)
    existing = Sale.objects.filter(pk=sale_id).first()
    if existing is not None:
        if existing.elder_id != elder.pk:
            raise rules.SameKeyOtherSale("这次提交与已售出的一笔用了同一个编号，就餐的却不是同一位老人。请重新刷卡。")
        picked = set(SaleDish.objects.filter(sale=existing).values_list("dish_id", flat=True))
        if (existing.mode, picked) != (mode, set(dishes)):
            raise rules.SameKeyOtherSale("这次提交与已售出的一笔用了同一个编号，菜或送餐方式却不同。请重新刷卡。")
        return existing
    card = registry_read.find_by_card(by, card_number).card if card_number.strip() else None
    if card is not None and card.elder_id != elder.pk:
        raise rules.OtherCard(f"这张卡不是{elder.name}的。请重新刷卡，或按姓名查找。")
    on = at.astimezone(BEIJING).date()
    _queue(canteen)
    _ensure_open(canteen, on)
    offer = quote(elder=elder, canteen=canteen, at=at, mode=mode, dishes=dishes)
    rules.ensure_subsidised(offer, agreed=full_price_agreed)
    last = Sale.objects.filter(canteen=canteen, sold_on=on).aggregate(n=Max("n"))["n"] or 0
    sale = Sale.objects.create(
        id=sale_id,
        programme_id=canteen.programme_id,
        canteen=canteen,
        elder=elder,
        card=card,
        n=last + 1,
        sold_at=at,
        sold_on=on,
        meal=offer.meal,
        nth_of_day=offer.nth_of_day,
        band=offer.band,
        price_fen=offer.price_fen,
        elder_fen=offer.elder_fen,
        public_fen=offer.public_fen,
        mode=offer.mode,
        delivery_fee_fen=offer.delivery_fee_fen,
        because=offer.because[:200],
        found_by=FoundBy.CARD if card else _without_card(found_by),
        by=by,
    )
    SaleDish.objects.bulk_create(
        SaleDish(id=derived_id("sale-dish", sale.pk, dish.id), sale=sale, dish_id=dish.id, price_fen=dish.price_fen)
        for dish in offer.chosen
    )
    charge = benefits.charge_at_once(
        cause=Reference("MEAL", sale.pk),
        elder=elder,
        enterprise=canteen.enterprise,
        item=canteen.item,
        quote=offer.quote,
        service_on=on,
        by=by,
        at=at,
    )
    SaleCharge.objects.create(id=derived_id("sale-charge", sale.pk), sale=sale, charge=charge)
    return sale


@transaction.atomic
def refund(*, sale_id: UUID, reason: str, by: User, at: datetime) -> Refund:
    """Give back the last sale that the cashier made today; its subsidy is free again. A repeat changes nothing.

    Raises: NotAllowed, NotFound, ReasonMissing, DayClosed, NotTheLast.
    """
    ensure_role(by, Role.TILL)
    sale = meals_read.get_sale(by, sale_id)
    canteen = _own_canteen(sale.canteen_id, by)
    Elder.objects.select_for_update().get(pk=sale.elder_id)  # the same order of locks as in `sell`
    _queue(canteen)
    existing = Refund.objects.filter(sale=sale).first()
    if existing is not None:
        return existing
    rules.ensure_reason(reason)
    _ensure_open(canteen, sale.sold_on)
    last = meals_read.last_own_sale(by, canteen, at.astimezone(BEIJING).date())
    if last is None or last.pk != sale.pk:
        raise rules.NotTheLast("只能退本收银员今天的最后一笔。更早的差错请记下笔数，交企业管理员在对账时提出。")
    link = SaleCharge.objects.get(sale=sale)
    benefits.reverse(charge_id=link.charge_id, reason=f"退餐：{reason.strip()}", by=by, at=at)
    return Refund.objects.create(id=derived_id("refund", sale.pk), sale=sale, reason=reason.strip(), by=by, at=at)


@transaction.atomic
def close_day(*, canteen_id: UUID, day: date, by: User, at: datetime) -> DayClose:
    """Close a canteen's day: count by band, add up, and hold the sum against the policy's own rule for the day.

    Once: a repeat returns the close that stands. Nothing is sold or given back on that day afterwards.
    Raises: NotAllowed, NotFound, DayAhead.
    """
    ensure_role(by, Role.TILL, Role.ENTERPRISE)
    canteen = providers_read.canteens(by).filter(pk=canteen_id).first()
    if canteen is None:
        raise NotFound("没有找到这家餐厅。")
    if day > at.astimezone(BEIJING).date():
        raise rules.DayAhead(f"{day}还没有到，不能日结。请选择今天或更早的日期。")
    _queue(canteen)
    existing = DayClose.objects.filter(canteen=canteen, day=day).first()
    if existing is not None:
        return existing
    sums = meals_read.day_sums(by, canteen, day)
    asked = (
        adoption_read.decide_if_ruled(
            canteen.programme_id,
            "canteen-day",
            {"price_fen": price_fen, "counts": {name.lower(): n for name, n in counts.items() if n}},
            day,
        )
        for price_fen, counts in (sums.by_price or {canteen.standard_price_fen: sums.counts}).items()
    )
    decisions = [decision.to_json() for decision in asked if decision is not None]
    row = DayClose.objects.create(
        id=derived_id("day-close", canteen.pk, day),
        canteen=canteen,
        day=day,
        sold=sums.sold,
        refunded=sums.refunded,
        counts=dict(sums.counts),
        price_fen=sums.price_fen,
        elder_fen=sums.elder_fen,
        public_fen=sums.public_fen,
        delivery_fee_fen=sums.delivery_fee_fen,
        decisions=decisions,
        agrees=rules.agrees(sums, decisions),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="meals.close_day",
        object_kind="canteen",
        object_id=canteen.pk,
        facts={"day": day, "sold": sums.sold, "public_fen": sums.public_fen, "agrees": row.agrees},
    )
    return row


def _own_canteen(canteen_id: UUID, by: User) -> Canteen:
    found = next((canteen for canteen in providers_read.own_canteens(by) if canteen.pk == canteen_id), None)
    if found is None:
        raise NotFound("这不是您的收银台。请换用本餐厅的账号，或请企业管理员为您开通。")
    return found


def _queue(canteen: Canteen) -> None:
    # Sales are numbered one after the other, and none slips in beside the close of the day.
    Canteen.objects.select_for_update().get(pk=canteen.pk)


def _ensure_open(canteen: Canteen, on: date) -> None:
    close = DayClose.objects.filter(canteen=canteen, day=on).select_related("by").first()
    if close is not None:
        clock = f"{close.at.astimezone(BEIJING):%H:%M}"
        raise rules.DayClosed(
            f"{canteen.name}{on:%m月%d日}已由{close.by.display_name}在{clock}日结，账目不再变动。"
            "如有漏记，请联系企业管理员在对账时提出。"
        )


def _group(elder: Elder, canteen: Canteen, on: date, *, sponsored: bool) -> dict[str, str]:
    """Say as whom a policy that knows free meals on application counts the diner; other policies ask nothing."""
    if FREE_MEAL not in adoption_read.pack_of(adoption_read.in_force(canteen.programme_id, on)).rules:
        return {}
    awarded = any(row.kind == FREE_MEAL and row.valid_from <= on for row in applications_read.awards(elder.pk))
    identities = registry_read.facts(elder, on)["identities"]
    return {"meal_group": rules.meal_group(identities=identities, awarded=awarded, sponsored=sponsored)}


def _way(elder: Elder, tariff: meals_read.Tariff, on: date) -> tuple[int, str]:
    """Say what the way to the door costs the elder, and why it is free where the policy makes it so."""
    free = adoption_read.decide_if_ruled(elder.programme_id, FREE_DELIVERY, registry_read.facts(elder, on), on)
    if free is not None and free.eligible:
        return 0, free.because
    return tariff.delivery_fee_fen, ""


def _without_card(found_by: str) -> str:
    return FoundBy.PHONE_TAIL if found_by == FoundBy.PHONE_TAIL else FoundBy.NAME
