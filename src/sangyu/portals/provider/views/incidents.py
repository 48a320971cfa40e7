"""What went otherwise on the enterprise's own visits, and what the centre decided."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.portals.provider.views.frame import for_enterprise, frame
from sangyu.visits import queries as visits_read


@for_enterprise
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents that wait for the centre, then the last ones that it has settled."""
    shown = {
        **frame(request.user, "incidents"),
        "waiting": visits_read.incidents_open(request.user),
        "settled": visits_read.incidents_settled(request.user),
    }
    return render(request, "provider/incidents.html", shown)
