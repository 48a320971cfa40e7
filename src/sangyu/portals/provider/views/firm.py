"""The enterprise itself: licences and contracts with the days they still hold, and what its workers earn."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.provider.forms import PayForm
from sangyu.portals.provider.views.frame import for_enterprise, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read

BEIJING = ZoneInfo("Asia/Shanghai")


@for_enterprise
@require_GET
def licences(request: HttpRequest) -> HttpResponse:
    """List the licences, the newest of each kind first, and the contracts with what they cover."""
    on = now().astimezone(BEIJING).date()
    firm = providers_read.own_enterprise(request.user)
    kinds: set[str] = set()
    rows = []
    for row in providers_read.licences(request.user, firm):
        rows.append({"row": row, "days": (row.valid_until - on).days, "counts": row.kind not in kinds})
        kinds.add(row.kind)
    return render(
        request,
        "provider/licences.html",
        {
            **frame(request.user, "licences"),
            "firm": firm,
            "licences": rows,
            "contracts": [
                {"terms": terms, "days": (terms.contract.valid_until - on).days}
                for terms in providers_read.contracts(request.user, firm)
            ],
            "expiring": [row for row in providers_read.expiring(request.user, on) if row.worker is None],
        },
    )


@for_enterprise
@require_GET
def pay(request: HttpRequest) -> HttpResponse:
    """List what a worker earns by one visit of each contracted item."""
    return _pay(request)


@for_enterprise
@require_POST
def set_pay(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Say what a visit of an item earns from a day on; what was told for earlier days stands."""
    form = PayForm(request.POST)
    if form.is_valid():
        try:
            rate = providers.set_pay_rate(
                enterprise=providers_read.own_enterprise(request.user),
                item_id=item_id,
                pay_fen=form.cleaned_data["pay"],
                valid_from=form.cleaned_data["valid_from"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(item)s”的报酬已更新。") % {"item": rate.item.name})
            return redirect("provider:pay")
    return _pay(request, refused=item_id, form=form)


def _pay(request: HttpRequest, *, refused: UUID | None = None, form: PayForm | None = None) -> HttpResponse:
    on = now().astimezone(BEIJING).date()
    rates = providers_read.pay_rates(request.user, providers_read.own_enterprise(request.user), on)
    rows: list[dict[str, Any]] = [
        {"rate": rate, "form": form if form is not None and rate.item.pk == refused else None} for rate in rates
    ]
    shown = {
        **frame(request.user, "pay"),
        "rows": rows,
        "missing": sum(rate.pay_fen is None for rate in rates),
        "today": on,
        "form": form,
    }
    return render(request, "provider/pay.html", shown, status=422 if form else 200)
