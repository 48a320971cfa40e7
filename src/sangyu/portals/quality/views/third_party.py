"""Third parties: the sites that are assigned, and the one page on which an assessor scores a site."""

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
from sangyu.portals.quality.forms import SiteForm, SiteScoreForm
from sangyu.portals.quality.frame import context, who_sees_sites
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read

BEIJING = ZoneInfo("Asia/Shanghai")


@who_sees_sites
@require_http_methods(["GET", "POST"])
def assigned(request: HttpRequest) -> HttpResponse:
    """Show the sites that the viewer may see, or send an assessor to one."""
    if request.method == "GET":
        return _list(request)
    form = SiteForm(request.POST, viewer=request.user)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    given = form.cleaned_data
    try:
        quality.assign_site(
            site=given["site"],
            assessor_id=UUID(given["assessor"]),
            due_on=given["due_on"],
            by=request.user,
            at=now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _list(request, form=form, status=422)
    messages.success(request, _("已派出，评估员在自己的页面上能看到这个点。"))
    return redirect("quality:third-party")


@who_sees_sites
@require_http_methods(["GET", "POST"])
def site(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Show one site, or write down the scores of its assessor."""
    if request.method == "GET":
        return _site(request, assessment_id)
    form = SiteScoreForm(request.POST)
    if form.is_valid():
        try:
            quality.score_site(assessment_id=assessment_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("分数已交，任何人都不能再改。"), extra_tags=f"draft-done:site-{assessment_id}")
            return redirect("quality:third-party")
    return _site(request, assessment_id, form=form, status=422)


def _list(request: HttpRequest, *, form: SiteForm | None = None, status: int = 200) -> HttpResponse:
    today = now().astimezone(BEIJING).date()
    rows = [{"assigned": one, "overdue": one.overdue(today)} for one in quality_read.site_assessments(request.user)]
    page = context(request, "third-party", rows=rows, form=form or SiteForm(viewer=request.user))
    return render(request, "quality/third_party.html", page, status=status)


def _site(
    request: HttpRequest, assessment_id: UUID, *, form: SiteScoreForm | None = None, status: int = 200
) -> HttpResponse:
    found = quality_read.get_site_assessment(request.user, assessment_id)
    own = found.row.assessor_id == request.user.pk
    page = context(request, "third-party", assigned=found, form=form or SiteScoreForm(), own=own, wrong=form)
    return render(request, "quality/site.html", page, status=status)
