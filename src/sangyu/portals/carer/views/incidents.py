"""What went otherwise at the door: report it, and see that the centre knows and what it decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.carer.forms import IncidentForm, PhotoForm
from sangyu.portals.carer.frame import desk
from sangyu.portals.clock import now
from sangyu.safety import queries as safety_read
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.rules import INCIDENT_PHOTOS_MAX


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Tell the centre what went otherwise, in two taps and, where needed, a sentence."""
    order = dispatch_read.get_own_assignment(request.user, order_id).dispatch.order
    form = IncidentForm(request.POST or None, initial={"key": uuid4()})
    if form.is_valid():
        try:
            told = visits.report_incident(
                order_id=order.pk,
                kind=form.cleaned_data["kind"],
                note=form.cleaned_data["note"],
                place=form.place,
                by=request.user,
                at=now(),
                key=str(form.cleaned_data["key"]),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("note", str(refusal))
        else:
            return redirect("carer:incident", order.pk, told.pk)
    shown = {"desk": desk(), "viewer": request.user, "order": order, "elder": order.elder, "form": form}
    return render(request, "carer/report.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
def incident(request: HttpRequest, order_id: UUID, incident_id: UUID) -> HttpResponse:
    """Show that the centre knows, what it decided, and who has an alarm in hand."""
    return _show(request, order_id, incident_id)


@login_required
@require_POST
def add_incident_photo(request: HttpRequest, order_id: UUID, incident_id: UUID) -> HttpResponse:
    """Add a photo to what was reported."""
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            visits.add_incident_photo(
                incident_id=incident_id, content=form.cleaned_data["photo"].read(), by=request.user, at=now()
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("photo", str(refusal))
    if form.is_valid() and not request.htmx:
        return redirect("carer:incident", order_id, incident_id)
    if not request.htmx:
        return _show(request, order_id, incident_id, picturing=form)
    shown = _photos(visits_read.get_incident(request.user, incident_id), form if form.errors else None)
    return render(request, "carer/_incident_photos.html", shown, status=422 if form.errors else 200)


def _show(
    request: HttpRequest, order_id: UUID, incident_id: UUID, *, picturing: PhotoForm | None = None
) -> HttpResponse:
    order = dispatch_read.get_own_assignment(request.user, order_id).dispatch.order
    case = visits_read.get_incident(request.user, incident_id)
    shown = {
        "desk": desk(),
        "viewer": request.user,
        "order": order,
        "elder": order.elder,
        "programme": order.programme,
        "alarm": safety_read.alarm_of(request.user, "WORKER", case.incident.pk),
        **_photos(case, picturing),
    }
    return render(request, "carer/incident.html", shown, status=422 if picturing else 200)


def _photos(case: visits_read.Case, picturing: PhotoForm | None) -> dict[str, Any]:
    return {"case": case, "photos_max": INCIDENT_PHOTOS_MAX, "picturing": picturing or PhotoForm()}
