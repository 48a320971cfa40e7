"""One portion after the other: find the elder, show what it costs and why, sell, give the last one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules as meals_rules
from sangyu.portals.clock import now
from sangyu.portals.till.forms import FindForm, RefundForm, SellForm
from sangyu.portals.till.views.frame import canteen_of, for_cashiers, frame
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")


@for_cashiers
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Wait for a card; after a sale, say its result in large letters."""
    try:
        sale = meals_read.get_sale(request.user, UUID(request.GET["sold"])) if "sold" in request.GET else None
    except ValueError:
        sale = None
    if sale is None or sale.refunded:
        return _desk(request)
    greeted = meals_rules.greeting(sale.elder.name, sale.elder.sex)
    return _desk(request, sale=sale, said=meals_rules.said(greeted, sale.elder_fen, sale.delivery_fee_fen))


@for_cashiers
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find an elder by card, typed words or a pick, and show what the meal costs."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _desk(request, refusal=_("没有看懂输入的内容，请重新刷卡或输入姓名、手机尾号。"))
    asked = form.cleaned_data
    try:
        if asked["card"]:
            diner = registry_read.find_by_card(request.user, asked["card"])
            return _quote(request, diner.elder, found_by="CARD", card=diner.card.number, **_way(asked))
        if asked["elder"]:
            diner = registry_read.get_diner(request.user, asked["elder"])
            return _quote(request, diner.elder, found_by=asked["found_by"] or "NAME", **_way(asked))
        found = registry_read.diners(request.user, asked["q"])
    except Refusal as refusal:
        return _desk(request, refusal=str(refusal))
    found_by = "PHONE_TAIL" if asked["q"].strip().isdecimal() else "NAME"
    if len(found) == 1:
        return _quote(request, found[0].elder, found_by=found_by)
    on = now().astimezone(BEIJING).date()
    numbers = registry_read.own_numbers(row.elder.pk for row in found)
    return _desk(
        request,
        asked=asked["q"],
        found=[
            {"elder": row.elder, "age": age_on(row.elder.birth_on, on), "phone": numbers.get(row.elder.pk, "")}
            for row in found
        ],
        found_by=found_by,
    )


@for_cashiers
@require_POST
def sell(request: HttpRequest) -> HttpResponse:
    """Sell one portion to the elder who is shown."""
    form = SellForm(request.POST)
    if not form.is_valid():
        return _desk(request, refusal=_("这次提交不完整，没有售出。请重新刷卡。"))
    asked = form.cleaned_data
    at = now()
    try:
        sale = meals.sell(
            canteen_id=canteen_of(request).pk,
            elder_id=asked["elder"],
            key=asked["key"],
            by=request.user,
            at=at,
            card_number=asked["card"],
            found_by=asked["found_by"],
            full_price_agreed=asked["agreed"],
            **_way(asked),
        )
    except meals_rules.FullPrice as refusal:
        diner = registry_read.get_diner(request.user, asked["elder"])
        return _quote(
            request,
            diner.elder,
            found_by=asked["found_by"],
            card=asked["card"],
            refusal=str(refusal),
            **_way(asked),
        )
    except Refusal as refusal:
        return _desk(request, refusal=str(refusal))
    return redirect(f"{reverse('till:desk')}?sold={sale.pk}")


@for_cashiers
@require_POST
def refund(request: HttpRequest) -> HttpResponse:
    """Give the last portion back."""
    form = RefundForm(request.POST)
    if not form.is_valid():
        return _desk(request, refusal=_("没有退餐：请选择退餐原因。"))
    try:
        row = meals.refund(
            sale_id=form.cleaned_data["sale"], reason=form.cleaned_data["reason"], by=request.user, at=now()
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _desk(request, refusal=str(refusal))
    messages.success(request, _("已退第%s笔，请把自付的钱退给老人。") % row.sale.n)
    return redirect("till:desk")


def _way(asked: dict[str, Any]) -> dict[str, Any]:
    """Say how the meal comes to the diner and what was chosen, as the room asks for it."""
    return {"mode": asked["mode"] or meals_rules.DINE_IN, "dishes": asked["dish"]}


def _quote(
    request: HttpRequest, elder: Any, *, found_by: str, card: str = "", refusal: str = "", **way: Any
) -> HttpResponse:
    canteen, at = canteen_of(request), now()
    try:
        offer = meals.quote(elder=elder, canteen=canteen, at=at, **way)
    except Refusal as refused:
        return _desk(request, refusal=str(refused))
    hangs = meals_read.menu_of(canteen, at.astimezone(BEIJING).date(), offer.meal)
    picked = {dish.id for dish in offer.chosen}
    return _desk(
        request,
        elder=elder,
        offer=offer,
        found_by=found_by,
        card=card,
        refusal=refusal,
        modes=meals_read.MODES,
        dishes=[(dish, dish.pk in picked) for dish in hangs.dishes if dish.price_fen] if hangs else [],
    )


def _desk(request: HttpRequest, *, refusal: str = "", **shown: Any) -> HttpResponse:
    canteen = canteen_of(request)
    at = now()
    on = at.astimezone(BEIJING).date()
    last = meals_read.last_own_sale(request.user, canteen, on)
    return render(
        request,
        "till/desk.html",
        {
            **frame(request, "desk", canteen),
            "at": at,
            "meal": _meal(at),
            "sums": meals_read.day_sums(request.user, canteen, on),
            "close": meals_read.close_of(request.user, canteen, on),
            "sales": meals_read.last_sales(request.user, canteen, on),
            "last": last,
            "refunding": RefundForm(initial={"sale": last.pk, "reason": "刷错人"}) if last else None,
            "unclosed": meals_read.open_days(request.user, canteen, on),
            "refusal": refusal,
            **shown,
        },
        status=422 if refusal else 200,
    )


def _meal(at: datetime) -> str:
    return _("午餐") if meals_rules.meal_of(at.astimezone(BEIJING).time()) == "LUNCH" else _("晚餐")
