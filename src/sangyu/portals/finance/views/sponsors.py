"""What sponsors promise and pay, which meals it became, and what is left."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.access.queries import NotAllowed, Role, ensure_role
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.money import yuan
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.portals.clock import now
from sangyu.portals.finance.forms import DonationForm, DonationsForm, NamingForm, PledgeForm, SponsorForm
from sangyu.portals.finance.frame import context, seat
from sangyu.providers import queries as providers_read

BEIJING = ZoneInfo("Asia/Shanghai")
YEAR_MIN, YEAR_MAX = 2000, 2100


@seat
@require_http_methods(["GET", "POST"])
def sponsors(request: HttpRequest) -> HttpResponse:
    """Show a year of every sponsor, or register one."""
    if request.method == "GET":
        return _show(request)
    ensure_role(request.user, Role.BUREAU, Role.FINANCE)
    form = SponsorForm(request.POST)
    return _done(
        request,
        "registering",
        form,
        lambda told: budget.register_sponsor(
            name=told["name"], credit_code=told["credit_code"], by=request.user, at=now()
        ),
    )


@seat
@require_POST
def pledge(request: HttpRequest) -> HttpResponse:
    """Enter a promise."""
    ensure_role(request.user, Role.BUREAU, Role.FINANCE)
    form = PledgeForm(_choices(request), request.POST)
    return _done(
        request,
        "pledging",
        form,
        lambda told: budget.pledge(
            sponsor_id=UUID(told["sponsor"]),
            year=told["year"],
            amount_fen=told["amount"],
            document=told["document"],
            key=told["key"],
            by=request.user,
            at=now(),
        ),
    )


@seat
@require_POST
def donate(request: HttpRequest) -> HttpResponse:
    """Book money that has come in."""
    ensure_role(request.user, Role.BUREAU, Role.FINANCE)
    form = DonationForm(_choices(request), request.POST)
    return _done(
        request,
        "donating",
        form,
        lambda told: budget.donate(
            sponsor_id=UUID(told["sponsor"]),
            year=told["year"],
            amount_fen=told["amount"],
            received_on=told["received_on"],
            voucher=told["voucher"],
            by=request.user,
            at=now(),
        ),
    )


@seat
@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Take over a file of donations."""
    ensure_role(request.user, Role.BUREAU, Role.FINANCE)
    form = DonationsForm(request.POST, request.FILES)
    return _done(
        request,
        "importing",
        form,
        lambda told: budget.import_donations(content=told["file"].read(), by=request.user, at=now()),
    )


@seat
@require_POST
def name_sponsor(request: HttpRequest) -> HttpResponse:
    """Say which sponsor pays at a canteen."""
    ensure_role(request.user, Role.BUREAU)
    form = NamingForm(_canteens(request), _choices(request), request.POST)
    return _done(
        request,
        "naming",
        form,
        lambda told: meals.name_sponsor(
            canteen_id=UUID(told["canteen"]),
            sponsor_id=UUID(told["sponsor"]) if told["sponsor"] else None,
            valid_from=told["valid_from"],
            by=request.user,
            at=now(),
        ),
    )


@seat
@require_GET
def statement(request: HttpRequest, sponsor_id: UUID) -> HttpResponse:
    """Hand out a sponsor's year as a table; whoever ate is not named in it."""
    sponsor, year = budget_read.get_sponsor(request.user, sponsor_id), _year(request)
    table = io.StringIO()
    write = csv.writer(table, lineterminator="\r\n")
    write.writerow([_("日期"), _("事由"), _("份数"), _("到账（元）"), _("支出（元）"), _("余额（元）")])
    for row in meals_read.sponsor_statement(request.user, sponsor, year):
        write.writerow(
            [row.on.isoformat(), row.said, row.meals or "", *map(_plain, (row.in_fen, row.out_fen, row.left_fen))]
        )
    answer = HttpResponse(table.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = _("%(sponsor)s%(year)s年冠名资金对账单.csv") % {"sponsor": sponsor.name, "year": year}
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def _done(request: HttpRequest, name: str, form: Any, verb: Callable[[dict[str, Any]], Any]) -> HttpResponse:
    if not form.is_valid():
        return _show(request, status=422, **{name: form})
    try:
        result = verb(form.cleaned_data)
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, status=422, **{name: form})
    if isinstance(result, budget.Imported):
        said = _("新入账 %(booked)s 笔，以前已入账 %(known)s 笔。") % {"booked": result.booked, "known": result.known}
    else:
        said = _("已录入。")
    messages.success(request, said)
    return redirect(f"{reverse('finance:sponsors')}?year={form.cleaned_data.get('year') or _year(request)}")


def _show(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    year, today = _year(request), now().astimezone(BEIJING).date()
    ate = {row.sponsor.pk: row for row in meals_read.sponsored_meals(request.user, year)}
    choices = _choices(request)
    usual = {"year": year}
    blank = {
        "registering": SponsorForm(),
        "pledging": PledgeForm(choices, initial=usual),
        "donating": DonationForm(choices, initial={**usual, "received_on": today}),
        "importing": DonationsForm(),
        "naming": NamingForm(_canteens(request), choices, initial={"valid_from": today}),
    }
    page = context(
        request,
        "finance:sponsors",
        year=year,
        givings=[(one, ate[one.sponsor.pk]) for one in budget_read.givings(request.user, year)],
        donations=budget_read.donations(request.user, year),
        named=meals_read.named_canteens(request.user, today),
        columns="、".join(budget.COLUMNS),
        may_book=bool({Role.BUREAU, Role.FINANCE} & set(request.user.roles)),
        **{**blank, **forms},
    )
    return render(request, "finance/sponsors.html", page, status=status)


def _choices(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in budget_read.sponsors(request.user)]


def _canteens(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in providers_read.canteens(request.user)]


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year", "")
    found = int(text) if text.isdecimal() and len(text) == len(str(YEAR_MAX)) else 0
    return found if YEAR_MIN <= found <= YEAR_MAX else now().astimezone(BEIJING).year


def _plain(fen: int) -> str:
    return yuan(fen).replace(",", "") if fen else "0.00"
