"""What went otherwise at a door: ring the worker and the elder, then decide in one sentence."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.dispatching.forms import DecideForm
from sangyu.portals.dispatching.views.frame import for_dispatchers, frame
from sangyu.registry import queries as registry_read
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read

ODD_DAYS = 7


@for_dispatchers
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, oldest first."""
    return _incidents(request)


@for_dispatchers
@require_POST
def decide(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Write down what was decided; calling the order off gives its money back."""
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            visits.settle_incident(incident_id=incident_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("note", str(refusal))
        else:
            messages.success(request, _("已记下，服务人员的手机上会看到。"))
            return redirect("dispatching:incidents")
    return _incidents(request, refused=incident_id, form=form)


def _incidents(request: HttpRequest, *, refused: UUID | None = None, form: DecideForm | None = None) -> HttpResponse:
    at = now()
    cases = visits_read.incidents_open(request.user)
    numbers = registry_read.own_numbers(case.incident.order.elder_id for case in cases)
    rows = [
        {
            "case": case,
            "order": case.incident.order,
            "phone": numbers.get(case.incident.order.elder_id, ""),
            "typed": form if case.incident.pk == refused else None,
        }
        for case in cases
    ]
    return render(
        request,
        "dispatching/incidents.html",
        {
            **frame(request.user, here="incidents", live=True),
            "rows": rows,
            "odd": visits_read.odd_visits(request.user, at - timedelta(days=ODD_DAYS), at),
            "odd_days": ODD_DAYS,
            "outcomes": visits_read.OUTCOMES,
            "form": form,
        },
        status=422 if form else 200,
    )
