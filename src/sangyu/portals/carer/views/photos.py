"""Photos of the work, sent one by one beside the record of the visit."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.carer.forms import PhotoForm
from sangyu.portals.carer.views.visit import show
from sangyu.portals.clock import now
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.rules import PHOTOS_MAX


@login_required
@require_POST
def add_photo(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Add one photo; a phone with scripts gets only the photos back and stays where it is."""
    order = dispatch_read.get_own_assignment(request.user, order_id).dispatch.order
    held = visits_read.visit_of(request.user, order)
    if held is None:
        raise NotFound(_("还没有签到，请先按“我到了”。"))
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            visits.add_photo(
                visit_id=held.pk,
                content=form.cleaned_data["photo"].read(),
                by=request.user,
                at=now(),
                taken_at=form.cleaned_data["taken_at"],
                place=form.place,
            )
        except Refusal as refusal:
            form.add_error("photo", str(refusal))
    if not request.htmx:
        return redirect("carer:visit", order_id) if form.is_valid() else show(request, order_id, picturing=form)
    shown = {
        "order": order,
        "photos": visits_read.photos(request.user, held.pk),
        "photos_max": PHOTOS_MAX,
        "picturing": PhotoForm() if form.is_valid() else form,
    }
    return render(request, "carer/_photos.html", shown, status=200 if form.is_valid() else 422)
