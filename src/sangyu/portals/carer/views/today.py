"""Today: the next visit first, then the rest, what is done, and tomorrow."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.access.models import Role
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.portals.carer.frame import desk, phrases
from sangyu.portals.clock import now
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """List the visits of today and tomorrow, the next one in front, and what today and this month earned."""
    ensure_role(request.user, Role.WORKER)
    at = now().astimezone(BEIJING)
    morning = datetime(at.year, at.month, at.day, tzinfo=BEIJING)
    midnight = morning + timedelta(days=1)
    rows = dispatch_read.visits_to_do(request.user, morning, midnight + timedelta(days=1))
    of_today = [row for row in rows if row.begins_at < midnight]
    left = [row for row in of_today if row.dispatch.order.stage != "SERVED"]
    following = left[0] if left else None
    earned = visits_read.earned_between(request.user, morning.replace(day=1), midnight)
    return render(
        request,
        "carer/today.html",
        {
            "desk": desk(),
            "viewer": request.user,
            "at": at,
            "n": len(of_today),
            "next": following,
            "way": visits_read.way_to(request.user, following, at) if following else None,
            "warnings": phrases(following.dispatch.order.elder.warnings) if following else [],
            "later": left[1:],
            "done": [row for row in of_today if row.dispatch.order.stage == "SERVED"],
            "tomorrow": [row for row in rows if row.begins_at >= midnight],
            "earned_today": earned.since(morning),
            "earned_month": earned.sum,
        },
    )
