"""Service teams near the window: recommend one to the operator, and see what was decided about the earlier ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.community.forms import TeamForm
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read


@for_clerks
@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """Recommend a team; below, what this window has recommended so far."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        try:
            said = providers.recommend(by=request.user, at=now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已向平台推荐“%s”。") % said.name)
            return redirect("community:teams")
    shown = {
        **frame(request.user, "teams"),
        "form": form,
        "wrong": form if form.errors else None,
        "rows": providers_read.recommendations(request.user),
    }
    return render(request, "community/teams.html", shown, status=422 if form.errors else 200)
