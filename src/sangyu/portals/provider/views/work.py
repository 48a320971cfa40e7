"""The work in hand: what asks for an answer, what asks for a worker, what is under way."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.dispatch import actions as dispatches
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.provider.forms import ProposeForm, RefuseForm
from sangyu.portals.provider.views.frame import for_enterprise, frame
from sangyu.providers import queries as providers_read
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")
IN_HAND = ("SENT", "ACCEPTED", "ASSIGNED", "IN_SERVICE")


@for_enterprise
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what the enterprise has in hand, by what it asks for."""
    return _inbox(request)


def _inbox(request: HttpRequest, *, refused: UUID | None = None, form: RefuseForm | None = None) -> HttpResponse:
    at = now()
    rows = dispatch_read.inbox(request.user, *IN_HAND)
    tried = dispatch_read.attempts(request.user, [row.order for row in rows])
    offers = dispatch_read.proposals_on(request.user, rows)
    renamed = dispatch_read.to_rename(request.user, [row.order for row in rows])
    by_stage: dict[str, list[dict[str, object]]] = {stage: [] for stage in IN_HAND}
    for row in rows:
        assignment = tried[row.order_id][-1].assignment
        minutes = int((row.answer_by - at).total_seconds() // 60)
        by_stage[row.order.stage].append(
            {
                "dispatch": row,
                "order": row.order,
                "worker": assignment.worker if assignment else None,
                "minutes": minutes,
                "open": row.answer_by >= at,
                "late": row.answer_by < at and not _asking(offers.get(row.pk, [])),
                "offer": _asking(offers.get(row.pk, [])),
                "rename": renamed.get(row.order_id, ""),
                "form": form if form is not None and row.pk == refused else None,
            }
        )
    waiting = len(by_stage["SENT"])
    return render(
        request,
        "provider/inbox.html",
        {
            **frame(request.user, "inbox", waiting=waiting),
            "sent": by_stage["SENT"],
            "accepted": by_stage["ACCEPTED"],
            "under_way": [*by_stage["IN_SERVICE"], *by_stage["ASSIGNED"]],
            "blank": RefuseForm(auto_id=False),
            "expiring": providers_read.expiring(request.user, at.astimezone(BEIJING).date(), 30),
            "full": len(rows) >= dispatch_read.INBOX_MAX,
            "form": form,
        },
        status=422 if form else 200,
    )


def _asking(offers: list) -> Any:
    """The last offer of another time while nobody has answered it; the clock of the answer waits for it."""
    return offers[-1][0] if offers and offers[-1][1] is None else None


@for_enterprise
@require_GET
def dispatch(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Show one order with the workers who could go."""
    return _dispatch(request, dispatch_id)


def _dispatch(
    request: HttpRequest, dispatch_id: UUID, *, refusal: Refusal | None = None, offering: ProposeForm | None = None
) -> HttpResponse:
    held = dispatch_read.get_dispatch(request.user, dispatch_id)
    order = held.order
    attempt = next(row for row in dispatch_read.attempts(request.user, [order])[order.pk] if row.dispatch.pk == held.pk)
    choosing = order.stage in ("ACCEPTED", "ASSIGNED") and attempt.refusal is None
    offers = dispatch_read.proposals_on(request.user, [held]).get(held.pk, [])
    visit = visits_read.visit_of(request.user, order)
    return render(
        request,
        "provider/dispatch.html",
        {
            **frame(request.user, "inbox"),
            "held": held,
            "order": order,
            "attempt": attempt,
            "choosing": choosing,
            "workers": _workers(request, held, attempt) if choosing else [],
            "rename": dispatch_read.to_rename(request.user, [order]).get(order.pk, ""),
            "refusal": refusal,
            "blank": RefuseForm(),
            "offering": offering or ProposeForm(initial={"wanted_from": order.wanted_from.astimezone(BEIJING)}),
            "offers": offers,
            "asking": _asking(offers),
            "late": held.answer_by < now(),
            "facts": visits_read.six_facts(request.user, visit) if visit else None,
            "photos": visits_read.photos(request.user, visit.pk) if visit else [],
            "incidents": visits_read.incidents_of(request.user, order.pk),
        },
        status=422 if refusal or offering else 200,
    )


def _workers(request: HttpRequest, held: Any, attempt: dispatch_read.Attempt) -> list[dict[str, Any]]:
    choices = dispatch_read.worker_choices(request.user, held)
    needed, on = held.order.item.certificate, held.order.wanted_from.astimezone(BEIJING).date()
    papers = providers_read.certificates(request.user, [choice.worker for choice in choices]) if needed else {}
    named = attempt.assignment
    return [
        {
            "choice": choice,
            "chosen": named is not None and named.worker_id == choice.worker.pk,
            "km": f"{choice.distance_m / 1000:.1f}",
            "paper": _paper(papers.get(choice.worker.pk, []), needed, on),
        }
        for choice in choices
    ]


def _paper(held: list, needed: str, on: date) -> dict[str, Any] | None:
    row = next((row for row in held if row.kind == needed), None)
    return {"row": row, "days": (row.valid_until - on).days} if row else None


@for_enterprise
@require_POST
def accept_all(request: HttpRequest) -> HttpResponse:
    """Take every selected order, each by itself: one that cannot be taken does not hold up the others."""
    taken = []
    for text in request.POST.getlist("dispatch"):
        try:
            held = dispatch_read.get_dispatch(request.user, UUID(text))
            dispatches.accept(dispatch_id=held.pk, by=request.user, at=now())
        except ValueError:
            continue
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            taken.append(held.order.number)
    if taken:
        numbers = "、".join(taken)
        messages.success(request, _("已接 %(n)s 单：%(numbers)s。") % {"n": len(taken), "numbers": numbers})
    elif not request.POST.getlist("dispatch"):
        messages.warning(request, _("还没有选中工单。用 X 选中，再按 Shift+A。"))
    return redirect("provider:inbox")


@for_enterprise
@require_POST
def propose(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Offer another time; the centre asks the elder, and meanwhile the clock waits."""
    form = ProposeForm(request.POST)
    if form.is_valid():
        try:
            dispatches.propose(
                dispatch_id=dispatch_id,
                wanted_from=form.cleaned_data["wanted_from"],
                note=form.cleaned_data["note"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("wanted_from", str(refusal))
        else:
            messages.success(request, _("已提出改期，中心会问老人；等答复期间这一单不会被收回。"))
            return redirect("provider:dispatch", dispatch_id)
    return _dispatch(request, dispatch_id, offering=form)


@for_enterprise
@require_POST
def accept(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Take the order."""
    try:
        taken = dispatches.accept(dispatch_id=dispatch_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _dispatch(request, dispatch_id, refusal=refusal)
    messages.success(request, _("已接单，请派人。"))
    return redirect("provider:dispatch", taken.dispatch_id)


@for_enterprise
@require_POST
def refuse(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Give the order back with a reason."""
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            dispatches.refuse(
                dispatch_id=dispatch_id,
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已拒单，中心会改派。"))
            return redirect("provider:inbox")
    dispatch_read.get_dispatch(request.user, dispatch_id)
    return _inbox(request, refused=dispatch_id, form=form)


@for_enterprise
@require_POST
def assign(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Name the worker who goes."""
    try:
        worker_id = UUID(request.POST.get("worker", ""))
    except ValueError:
        return _dispatch(request, dispatch_id, refusal=Refusal(_("请选择一位服务人员。")))
    try:
        named = dispatches.assign(dispatch_id=dispatch_id, worker_id=worker_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _dispatch(request, dispatch_id, refusal=refusal)
    messages.success(request, _("已派%(name)s上门。") % {"name": named.worker.name})
    return redirect("provider:inbox")
