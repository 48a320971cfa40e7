"""The work in hand: what asks for an answer, what asks for a worker, what is under way."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.dispatch import actions as dispatches
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.provider.forms import RefuseForm
from sangyu.portals.provider.views.frame import for_enterprise, frame

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
                "late": row.answer_by < at,
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
            "full": len(rows) >= dispatch_read.INBOX_MAX,
            "form": form,
        },
        status=422 if form else 200,
    )


@for_enterprise
@require_GET
def dispatch(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """Show one order with the workers who could go."""
    return _dispatch(request, dispatch_id)


def _dispatch(request: HttpRequest, dispatch_id: UUID, *, refusal: Refusal | None = None) -> HttpResponse:
    held = dispatch_read.get_dispatch(request.user, dispatch_id)
    attempt = next(
        row for row in dispatch_read.attempts(request.user, [held.order])[held.order_id] if row.dispatch.pk == held.pk
    )
    choosing = held.order.stage in ("ACCEPTED", "ASSIGNED") and attempt.refusal is None
    choices = dispatch_read.worker_choices(request.user, held) if choosing else []
    named = attempt.assignment
    return render(
        request,
        "provider/dispatch.html",
        {
            **frame(request.user, "inbox"),
            "held": held,
            "order": held.order,
            "attempt": attempt,
            "choosing": choosing,
            "workers": [
                {
                    "choice": choice,
                    "chosen": named is not None and named.worker_id == choice.worker.pk,
                    "km": f"{choice.distance_m / 1000:.1f}",
                }
                for choice in choices
            ],
            "refusal": refusal,
            "blank": RefuseForm(),
            "late": held.answer_by < now(),
        },
        status=422 if refusal else 200,
    )


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
