"""What is cooked, what it costs and what diners say: the menu of a day, the table of prices, the points for a meal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound, Refusal
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.portals.clock import now
from sangyu.portals.till.forms import MenuForm, PriceForm, RatingForm, shown_prices
from sangyu.portals.till.views.days import date_of
from sangyu.portals.till.views.frame import (
    PRICERS,
    canteen_of,
    for_everybody_who_serves,
    for_the_canteen,
    for_whom_prices_matter,
    frame,
    plain_frame,
)

BEIJING = ZoneInfo("Asia/Shanghai")
MEALS = meals_read.MEALS


@for_the_canteen
@require_GET
def todays_menu(request: HttpRequest) -> HttpResponse:
    """Show today's menu."""
    return _menu(request, _today())


@for_the_canteen
@require_http_methods(["GET", "POST"])
def menu(request: HttpRequest, day: str) -> HttpResponse:
    """Show what is cooked on a day and what was said of it, and hang out a menu."""
    on = date_of(day)
    if request.method == "GET":
        return _menu(request, on)
    form = MenuForm(request.POST)
    if not form.is_valid():
        return _menu(request, on, form=form)
    try:
        meals.publish_menu(
            canteen_id=canteen_of(request).pk,
            day=on,
            meal=form.cleaned_data["meal"],
            dishes=form.dishes(),
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _menu(request, on, form=form)
    messages.success(request, _("菜单已公布。"))
    return redirect(f"{reverse('till:menu', args=[on.isoformat()])}?meal={form.cleaned_data['meal']}")


@for_whom_prices_matter
@require_http_methods(["GET", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """Show every table of prices of a canteen, and lay down the next one."""
    if request.method == "GET":
        return _prices(request, None)
    ensure_role(request.user, *PRICERS)
    form = PriceForm(request.POST)
    if not form.is_valid():
        return _prices(request, form)
    asked = form.cleaned_data
    try:
        meals.set_prices(
            canteen_id=None if asked["everywhere"] else canteen_of(request).pk,
            bands=form.bands(),
            delivery_fee_fen=form.fen("delivery_fee"),
            basis=asked["basis"],
            valid_from=asked["valid_from"],
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _prices(request, form)
    messages.success(request, _("餐价已公布，从 %s 起执行。") % asked["valid_from"])
    return redirect("till:prices")


@for_the_canteen
@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Write down what a diner says of a meal."""
    sale = meals_read.get_sale(request.user, sale_id)
    dishes = meals_read.dishes_of(sale)
    form = RatingForm(dishes, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            meals.rate(
                sale_id=sale.pk,
                score=int(form.cleaned_data["score"]),
                comments=form.comments(),
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("评价已记下。"))
            return redirect("till:menu", sale.sold_on.isoformat())
    return render(
        request,
        "till/rating.html",
        {
            **frame(request, "menu", sale.canteen),
            "sale": sale,
            "form": form,
            "comments": [form[name] for name in form.named],
            "held": meals_read.rating_of(sale),
        },
        status=422 if form.errors else 200,
    )


@for_everybody_who_serves
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show what every canteen of the programme cooks on a day, to whoever is asked for it."""
    on = date_of(request.GET["day"]) if request.GET.get("day") else _today()
    return render(
        request,
        "till/board.html",
        {**plain_frame(request), "menus": meals_read.menus(request.user.programme_id, [on]), **_round(on)},
    )


def _menu(request: HttpRequest, on: date, *, form: MenuForm | None = None) -> HttpResponse:
    canteen = canteen_of(request)
    meal = request.GET.get("meal") if request.GET.get("meal") in dict(MEALS) else MEALS[0][0]
    if form is not None:
        meal = form.data.get("meal") if form.data.get("meal") in dict(MEALS) else meal
    hanging = [
        {"meal": label, "code": code, "menu": meals_read.menu_of(canteen, on, code), "here": code == meal}
        for code, label in MEALS
    ]
    hangs = next(row["menu"] for row in hanging if row["here"])
    form = form or MenuForm(initial=MenuForm.initial_of(meal, hangs.dishes if hangs else ()))
    return render(
        request,
        "till/menu.html",
        {
            **frame(request, "menu", canteen),
            "hanging": hanging,
            "form": form,
            "meal": meal,
            "may_change": on >= _today(),
            "opinion": meals_read.opinion(request.user, canteen, on),
            **_round(on),
        },
        status=422 if form.errors else 200,
    )


def _prices(request: HttpRequest, form: PriceForm | None) -> HttpResponse:
    canteen = canteen_of(request)
    on = _today()
    holds = meals_read.tariff(canteen, on)
    writes = bool(PRICERS & set(request.user.roles))
    form = form or (
        PriceForm(initial={"valid_from": on + timedelta(days=1), **shown_prices(holds)}) if writes else None
    )
    return render(
        request,
        "till/prices.html",
        {
            **frame(request, "prices", canteen),
            "holds": holds,
            "holds_bands": sorted(holds.bands.items(), reverse=True),
            "tables": meals_read.price_tables(request.user, canteen),
            "on": on,
            "form": form,
        },
        status=422 if form and form.errors else 200,
    )


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _round(on: date) -> dict[str, Any]:
    return {"on": on, "previous": on - timedelta(days=1), "next": on + timedelta(days=1)}
