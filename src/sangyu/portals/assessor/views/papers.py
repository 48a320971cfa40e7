"""What old papers say of an elder: entered with their source, shown as history."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.assessor.forms import PaperForm
from sangyu.portals.assessor.frame import context, who_enters_papers
from sangyu.portals.clock import now
from sangyu.registry import queries as registry_read


@who_enters_papers
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show what was found of an elder, here and on old papers, and enter a paper."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = PaperForm(request.POST or None)
    if form.is_valid():
        scale, level = form.found
        said = {key: form.cleaned_data[key] for key in ("assessed_on", "valid_until", "body", "source")}
        try:
            assessment.enter_paper(elder_id=elder.pk, scale=scale, level=level, by=request.user, at=now(), **said)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已登记旧评估结果。"))
            return redirect("assessor:papers", elder.pk)
    shown = {
        "elder": elder,
        "form": form,
        "rows": assessment_read.papers_of(request.user, elder.pk),
        "levels": assessment_read.conclusions_of(request.user, elder.pk),
    }
    status = 422 if form.errors else 200
    return render(request, "assessor/papers.html", context(request, "cases", **shown), status=status)
