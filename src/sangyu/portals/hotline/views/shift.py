"""The shift leader's page: who waits, how well the hotline answers, what every agent has done, what is still open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.access.models import User
from sangyu.hotline import queries as hotline_read
from sangyu.hotline import rules as hotline_rules
from sangyu.hotline.models import End
from sangyu.portals.clock import now
from sangyu.portals.hotline import picture
from sangyu.portals.hotline.frame import for_supervisors, frame
from sangyu.safety import queries as safety_read

DAY = timedelta(days=1)


@for_supervisors
@require_GET
def shift(request: HttpRequest) -> HttpResponse:
    """Show the shift as it stands."""
    framed = frame(request, "shift")
    at = now()
    shown = {**framed, **picture.telephone(request.user, at), **_shift(request.user, at)}
    return render(request, "hotline/shift.html", shown)


@for_supervisors
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Show the figures of the shift as they are now."""
    return render(request, "hotline/_shift.html", _shift(request.user, now()))


def _shift(viewer: User, at: datetime) -> dict[str, Any]:
    """Count everything from one reading of the calls, so that no two figures on the page are of different moments."""
    begins_at, ends_at = picture.day_of(picture.today(at))
    calls = hotline_read.times(viewer, min(begins_at, at - DAY), ends_at)
    today = [call for call in calls if call.rang_at >= begins_at]
    agents = [(row, [row.by_end.get(end, 0) for end in End.values]) for row in hotline_rules.by_agent(today)]
    return {
        "at": at,
        "today": hotline_rules.answering(today, at),
        "last_day": hotline_rules.answering((call for call in calls if call.rang_at >= at - DAY), at),
        "hours": hotline_rules.by_hour(today, _hour, at),
        "agents": agents,
        "ends": End.labels,
        "ringing": [
            picture.Ringing(call, max(0, int((at - call.rang_at).total_seconds())), elders)
            for call, elders in hotline_read.ringing(viewer, hotline_read.waiting(viewer))
        ],
        "emergencies": [(case, case.waited_s(at)) for case in safety_read.open_alarms(viewer)],
        "prompt": safety_read.promptness(viewer, begins_at, ends_at, at),
    }


def _hour(moment: datetime) -> int:
    return moment.astimezone(picture.BEIJING).hour
