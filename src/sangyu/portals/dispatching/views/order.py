"""One order: what has happened so far, why it went where it went, and the two ways to change that."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules as dispatch_rules
from sangyu.kit.errors import NotFound, Refusal
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.portals.clock import now
from sangyu.portals.dispatching.facts import facts_of
from sangyu.portals.dispatching.forms import CancelForm
from sangyu.portals.dispatching.views.frame import for_dispatchers, frame, reasons, tally
from sangyu.portals.texting import reading as texting_read
from sangyu.providers import queries as providers_read

CANCELLABLE = ("PLACED", "SENT", "ACCEPTED", "ASSIGNED")


@for_dispatchers
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show everything known of one order."""
    return _order(request, order_id)


def _order(request: HttpRequest, order_id: UUID, *, form: CancelForm | None = None) -> HttpResponse:
    held = orders_read.get_order(request.user, order_id)
    open_now = held.stage == "PLACED"
    verdicts = dispatch_read.candidates(held) if open_now else []
    attempts = dispatch_read.attempts(request.user, [held]).get(held.pk, [])
    return render(
        request,
        "dispatching/order.html",
        {
            **frame(request.user),
            "order": held,
            "quote": held.quote,
            "groups": providers_read.groups_of([held.item_id])[held.item_id].values(),
            "facts": facts_of(request.user, held, attempts),
            "texts": texting_read.texts_of_order(request.user, held.pk),
            "at": now(),
            "candidates": reasons(
                verdicts, chosen=verdicts[0].enterprise_id if verdicts and verdicts[0].rank else None
            ),
            "tally": tally(dispatch_rules.counts(verdicts)),
            "sendable": open_now and any(verdict.rank for verdict in verdicts),
            "open_now": open_now,
            "whys": [
                {
                    "why": why,
                    "candidates": reasons(
                        why.candidates,
                        chosen=why.dispatch.enterprise_id,
                        names={row.enterprise_id: row.enterprise.name for row in why.candidates},
                    ),
                    "tally": tally(why.counts),
                    "refusal": attempt.refusal,
                }
                for why, attempt in zip(dispatch_read.why(request.user, held), attempts, strict=True)
            ],
            "cancellable": held.stage in CANCELLABLE,
            "form": form or CancelForm(),
            "wrong": form,
        },
        status=422 if form else 200,
    )


@for_dispatchers
@require_GET
def candidates(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show the panel of reasons of one order beside the board; without scripts, the page of the order."""
    held = orders_read.get_order(request.user, order_id)
    if not request.htmx:
        return redirect("dispatching:order", order_id)
    verdicts = dispatch_read.candidates(held) if held.stage == "PLACED" else []
    return render(
        request,
        "dispatching/_candidates.html",
        {
            "order": held,
            "candidates": reasons(
                verdicts, chosen=verdicts[0].enterprise_id if verdicts and verdicts[0].rank else None
            ),
            "tally": tally(dispatch_rules.counts(verdicts)),
            "choosing": "choose" in request.GET,
            "back": request.GET.get("back", ""),
        },
    )


@for_dispatchers
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Call an order off with a reason; asked for by script, only the form is sent."""
    held = orders_read.get_order(request.user, order_id)
    if request.method == "GET":
        if not request.htmx:
            return redirect("dispatching:order", order_id)
        return render(request, "dispatching/_cancel.html", {"order": held, "form": CancelForm()})
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            orders.cancel(order_id=held.pk, reason=form.cleaned_data["reason"], by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s 已取消。") % {"number": held.number})
            return redirect("dispatching:board")
    return _order(request, order_id, form=form)
