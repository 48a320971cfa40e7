"""Find a fen and walk its thread: from the bank back to the voice, and from the order on."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sangyu.kit.month import Month
from sangyu.portals.audit.forms import SampleForm
from sangyu.portals.audit.frame import context, seat
from sangyu.portals.audit.thread import facts
from sangyu.portals.clock import now
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import trace as settlement_trace

BEIJING = ZoneInfo("Asia/Shanghai")
LINES = 50


@seat
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find by order number, payment number or bank reference, or draw a sample that anyone can draw again."""
    typed = request.GET.get("q", "").strip()
    page: dict[str, Any] = {"typed": typed}
    if typed:
        order = settlement_trace.find_order(request.user, typed)
        if order is not None:
            return redirect("audit:order", order_id=order.pk)
        page |= _payment(request, typed)
    month = str(Month.of(now().astimezone(BEIJING).date()).previous())
    drawn = "seed" in request.GET
    form = SampleForm(request.GET if drawn else None, initial={"month": month, "n": 10, "seed": month})
    page["form"] = form
    status = 200
    if drawn and form.is_valid():
        given = form.cleaned_data
        page["sample"] = settlement_trace.sample_lines(request.user, given["month"], n=given["n"], seed=given["seed"])
    elif drawn:
        status = 422
    return render(request, "audit/search.html", context(request, "audit:search", **page), status=status)


def _payment(request: HttpRequest, typed: str) -> dict[str, Any]:
    payment = settlement_trace.find_payment(request.user, typed)
    if payment is None:
        return {"not_found": _("没有找到“%(typed)s”。请输入完整的工单号、支付编号或银行流水号。") % {"typed": typed}}
    after = request.GET.get("after", "")
    first = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    lines = settlement_read.lines(request.user, payment.statement, after=first, limit=LINES)
    return {
        "payment": payment,
        "lines": lines,
        "first": first,
        "count": payment.statement.orders + payment.statement.meals,
        "more": bool(lines) and lines[-1].n < payment.statement.orders + payment.statement.meals,
        "standing": settlement_read.standings(request.user, [payment.statement])[0],
    }


@seat
@require_GET
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Walk back from the fen to the voice."""
    found = settlement_trace.trace(request.user, line_id)
    return _thread(request, found, back=True)


@seat
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Walk forward from the order to where its money is now."""
    return _thread(request, settlement_trace.trace_order(request.user, order_id), back=False)


def _thread(request: HttpRequest, found: settlement_trace.Trace, *, back: bool) -> HttpResponse:
    beads = facts(found)
    page = context(
        request,
        "audit:search",
        trace=found,
        beads=beads[::-1] if back else beads,
        happened=sum(1 for bead in beads if bead.state in ("done", "now", "failed")),
        back=back,
        decided_same=all(decided.same for decided in found.decisions),
        walked_at=now(),
    )
    return render(request, "audit/thread.html", page)
