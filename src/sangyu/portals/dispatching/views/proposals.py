"""Other times that enterprises offer: ring the elder, then say yes or no with one key."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.dispatching.lateness import lateness
from sangyu.portals.dispatching.views.frame import for_dispatchers, frame
from sangyu.registry import queries as registry_read


@for_dispatchers
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """Show the offers that wait for an elder's word."""
    return _proposals(request)


def _proposals(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    viewer, at = request.user, now()
    offers = dispatch_read.open_proposals(viewer)
    numbers = registry_read.own_numbers(offer.dispatch.order.elder_id for offer in offers)
    rows = []
    for offer in offers:
        order = offer.dispatch.order
        rows.append(
            {
                "offer": offer,
                "order": order,
                "phone": numbers.get(order.elder_id, ""),
                "late": lateness(
                    stage="SENT",
                    at=at,
                    stage_at=order.stage_at,
                    wanted_from=order.wanted_from,
                    wanted_until=order.wanted_until,
                    answer_by=offer.dispatch.answer_by,
                ),
            }
        )
    return render(
        request,
        "dispatching/proposals.html",
        {**frame(viewer, here="proposals", live=True), "rows": rows},
        status=status,
    )


@for_dispatchers
@require_POST
def answer(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Write down what the elder said: yes, no but the enterprise may still come, or no and another enterprise."""
    said = request.POST.get("answer", "")
    words = {"proposal_id": proposal_id, "by": request.user, "at": now(), "note": request.POST.get("note", "")[:200]}
    number = dispatch_read.get_proposal(request.user, proposal_id).dispatch.order.number
    try:
        if said == "yes":
            dispatch.agree(**words)
            told = _("%s 已改期，企业算已接单。")
        else:
            dispatch.decline(**words, take_back=said == "another")
            told = _("%s 仍按原时间。") if said != "another" else _("%s 已收回，请改派其他企业。")
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _proposals(request, status=422)
    messages.success(request, told % number)
    return redirect("dispatching:proposals")
