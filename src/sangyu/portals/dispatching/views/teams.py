"""Service teams that the community windows recommend: what they are, what was decided, and why."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.dispatching.forms import AnswerForm
from sangyu.portals.dispatching.views.frame import acts_on_members, for_members, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read


@for_members
@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    """List what was recommended, what waits for an answer first."""
    return _teams(request)


@for_members
@require_POST
def answer(request: HttpRequest, recommendation_id: UUID) -> HttpResponse:
    """Take up a recommended team or not; one that is taken up then applies with its papers."""
    if not acts_on_members(request.user):
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            providers.answer(recommendation_id=recommendation_id, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("已记下，推荐的窗口会看到。"))
            return redirect("dispatching:teams")
    return _teams(request, form=form, refused=recommendation_id)


def _teams(request: HttpRequest, *, form: AnswerForm | None = None, refused: UUID | None = None) -> HttpResponse:
    rows = providers_read.recommendations(request.user)
    return render(
        request,
        "dispatching/teams.html",
        {
            **frame(request.user, here="members"),
            "rows": sorted(rows, key=lambda row: row.answer is not None),
            "acts": acts_on_members(request.user),
            "form": form,
            "refused": refused,
        },
        status=422 if form else 200,
    )
