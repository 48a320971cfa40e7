"""The canteen's day and month: counts by band, sums, and whether they agree with the policy's own rule."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.portals.clock import now
from sangyu.portals.till.views.frame import canteen_of, for_the_canteen, frame

BEIJING = ZoneInfo("Asia/Shanghai")


@for_the_canteen
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show today."""
    return _day(request, now().astimezone(BEIJING).date())


@for_the_canteen
@require_GET
def day(request: HttpRequest, day: str) -> HttpResponse:
    """Show one day, closed or as it stands."""
    return _day(request, date_of(day))


@for_the_canteen
@require_POST
def close(request: HttpRequest, day: str) -> HttpResponse:
    """Close a day."""
    on = date_of(day)
    try:
        meals.close_day(canteen_id=canteen_of(request).pk, day=on, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _day(request, on, refusal=str(refusal))
    messages.success(request, _("已日结，当天账目不再变动。"))
    return redirect("till:day", on.isoformat())


@for_the_canteen
@require_GET
def this_month(request: HttpRequest) -> HttpResponse:
    """Show the month that runs."""
    return _month(request, Month.of(now().astimezone(BEIJING).date()))


@for_the_canteen
@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Show one month."""
    return _month(request, Month.parse(month))


def _day(request: HttpRequest, on: date, *, refusal: str = "") -> HttpResponse:
    canteen = canteen_of(request)
    held = meals_read.close_of(request.user, canteen, on)
    counted = meals_read.day_sums(request.user, canteen, on)
    sums = held or counted
    return render(
        request,
        "till/day.html",
        {
            **frame(request, "day", canteen),
            "on": on,
            "ahead": on > now().astimezone(BEIJING).date(),
            "close": held,
            "sums": sums,
            "diners": counted.diners,
            "bands": [{"label": label, "n": sums.counts.get(code, 0)} for code, label in meals_read.BANDS],
            "refusal": refusal,
        },
        status=422 if refusal else 200,
    )


def _month(request: HttpRequest, wanted: Month) -> HttpResponse:
    canteen = canteen_of(request)
    statement = meals_read.month_statement(request.user, canteen, wanted)
    return render(
        request,
        "till/month.html",
        {
            **frame(request, "month", canteen),
            "statement": statement,
            "bands": [{"label": label, "n": statement.counts[code]} for code, label in meals_read.BANDS],
            "previous": wanted.previous(),
            "next": wanted.next(),
        },
    )


def date_of(text: str) -> date:
    """Read a day of an address. Raises: NotFound."""
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        raise NotFound(_("没有这一天，请从本月列表里选择日期。")) from unreadable
