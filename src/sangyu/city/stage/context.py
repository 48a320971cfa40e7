"""What every page is told of the stage: whether it stands, the time of the city, and the stop of the tour."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sangyu.city.stage import roles, tour
from sangyu.portals.clock import now

STOP = "stage_stop"  # the session's key for the stop of the tour the visitor stands at


def stage(request: HttpRequest) -> dict[str, Any]:
    """Tell the layouts about the strip; asks the database nothing.

    Shape: `demo_stage`: `template`, `now`, `roles`, `callers`, `stop` (None outside the tour); empty without a stage.
    """
    if not settings.STAGE or not hasattr(request, "session"):
        return {}
    stop = tour.STOPS.get(request.session.get(STOP, 0))
    return {
        "demo_stage": {
            "template": "stage/strip.html",
            "now": now(),
            "roles": roles.ON_THE_STRIP,
            "callers": tour.CALLERS,
            "stop": stop,
            "stops": len(tour.STOPS),
            "here": request.get_full_path(),
        }
    }
