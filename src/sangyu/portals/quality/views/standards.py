"""The register of standards: entries, and the editions of one with the items of the sheet that they stand behind."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import EditionForm, StandardForm
from sangyu.portals.quality.frame import context, seat
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read

BEIJING = ZoneInfo("Asia/Shanghai")


@seat
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Show the register, or enter a standard."""
    if request.method == "GET":
        return _register(request)
    form = StandardForm(request.POST)
    if not form.is_valid():
        return _register(request, form=form, status=422)
    try:
        row = quality.register_standard(by=request.user, at=now(), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _register(request, form=form, status=422)
    messages.success(request, _("已登记。请发布第一版。"))
    return redirect("quality:standard", row.pk)


@seat
@require_http_methods(["GET", "POST"])
def standard(request: HttpRequest, standard_id: UUID) -> HttpResponse:
    """Show the editions of a standard, or publish the next one."""
    if request.method == "GET":
        return _standard(request, standard_id)
    form = EditionForm(request.POST)
    if form.is_valid():
        try:
            quality.publish_edition(standard_id=standard_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("新的一版已发布。"), extra_tags=f"draft-done:standard-{standard_id}")
            return redirect("quality:standard", standard_id)
    return _standard(request, standard_id, form=form, status=422)


def _register(request: HttpRequest, *, form: StandardForm | None = None, status: int = 200) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    rows = [{"registered": one, "held": one.on(today)} for one in quality_read.standards(request.user)]
    page = context(request, "standards", rows=rows, form=form or StandardForm())
    return render(request, "quality/standards.html", page, status=status)


def _standard(
    request: HttpRequest, standard_id: UUID, *, form: EditionForm | None = None, status: int = 200
) -> HttpResponse:
    found = quality_read.get_standard(request.user, standard_id)
    page = context(
        request,
        "standards",
        registered=found,
        held=found.on(now().astimezone(BEIJING).date()),
        form=form or EditionForm(),
    )
    return render(request, "quality/standard.html", page, status=status)
