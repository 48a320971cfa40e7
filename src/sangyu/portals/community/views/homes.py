"""An elder's papers and home: documents of every kind, and moving, with where the elder lived before."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.access import queries as access_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.community.family_forms import DocumentForm, MoveForm
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")


@for_clerks
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show an elder's documents, and add one."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = DocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = registry.add_document(elder_id=elder.pk, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("已登记：%s") % made.get_kind_display())
            return redirect("community:documents", elder_id)
    wrong = form.is_bound
    return render(
        request,
        "community/documents.html",
        {
            **frame(request.user, "elders"),
            "elder": elder,
            "documents": registry_read.documents(request.user, elder),
            "on": now().astimezone(BEIJING).date(),
            "form": form,
            "wrong": form if wrong else None,
        },
        status=422 if wrong else 200,
    )


@for_clerks
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show where an elder lived before, and let them move."""
    elder = registry_read.get_elder(request.user, elder_id)
    communities = [(area.code, area.name) for area in access_read.programme_communities(request.user)]
    on = now().astimezone(BEIJING).date()
    initial = {
        "moved_on": on.isoformat(),
        "community_code": elder.community_id,
        "address": elder.address,
        "hukou_in_area": "yes" if elder.hukou_in_area else "no",
        "hukou_place": elder.hukou_place,
    }
    form = MoveForm(request.POST or None, communities=communities, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {key: value for key, value in form.cleaned_data.items() if key != "leaves"}
        try:
            moved = registry.move(elder_id=elder.pk, by=request.user, at=now(), **given)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("moved_on", str(refusal))
        else:
            messages.success(request, _("已登记迁移：%s") % (moved.address if moved.lives_in_area else _("迁出本区")))
            stays = moved in registry_read.elders(request.user)
            return redirect("community:elder", elder_id) if stays else redirect("community:elders")
    return render(
        request,
        "community/move.html",
        {
            **frame(request.user, "elders"),
            "elder": elder,
            "residences": registry_read.residences(request.user, elder),
            "form": form,
            "wrong": form if form.is_bound else None,
        },
        status=422 if form.is_bound else 200,
    )
