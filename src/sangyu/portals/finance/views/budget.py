"""The year's money: what was given, what may be gone beyond, and whether the books are whole."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import Refusal
from sangyu.ledger.verify import Finding, verify
from sangyu.portals.clock import now
from sangyu.portals.finance.figures import Fund
from sangyu.portals.finance.forms import OverrideForm
from sangyu.portals.finance.frame import context, seat

BEIJING = ZoneInfo("Asia/Shanghai")


@seat
@require_http_methods(["GET", "POST"])
def budget_year(request: HttpRequest) -> HttpResponse:
    """Show this year's money, or let the bureau go beyond it for a reason."""
    at = now()
    year = at.astimezone(BEIJING).year
    if request.method == "GET":
        return _show(request)
    form = OverrideForm(request.POST, funds=budget_read.public_funds(_funds(request)))
    if not form.is_valid():
        return _show(request, form=form, status=422)
    given = form.cleaned_data
    try:
        budget.override(
            programme=request.user.programme,
            fund=given["fund"],
            year=year,
            amount_fen=given["amount"],
            reason=given["reason"],
            by=request.user,
            at=at,
            key=given["key"],
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, form=form, status=422)
    messages.success(request, _("超预算已批准，理由已记入账簿。"), extra_tags="draft-done:override")
    return redirect("finance:budget")


@seat
@require_POST
def check_books(request: HttpRequest) -> HttpResponse:
    """Recompute the books of the programme from their first row and show what is wrong with them."""
    return _show(request, findings=verify(request.user.programme_id))


def _show(
    request: HttpRequest,
    *,
    form: OverrideForm | None = None,
    findings: list[Finding] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    funds = _funds(request)
    page: dict[str, Any] = {
        "year": today.year,
        "funds": [Fund(fund, title, budget_read.position(request.user, fund, today)) for fund, title in funds.items()],
        "appropriations": [
            (row, funds.get(row.fund, row.fund)) for row in budget_read.appropriations(request.user, today.year)
        ],
        "overrides": [(row, funds.get(row.fund, row.fund)) for row in budget_read.overrides(request.user, today.year)],
        "form": form or OverrideForm(funds=budget_read.public_funds(funds)),
        "findings": findings,
        "checked_at": now() if findings is not None else None,
    }
    return render(request, "finance/budget.html", context(request, "finance:budget", **page), status=status)


def _funds(request: HttpRequest) -> dict[str, str]:
    return budget_read.fund_titles(request.user, now().astimezone(BEIJING).date())
