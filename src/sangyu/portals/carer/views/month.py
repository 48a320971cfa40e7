"""What a month earned, visit by visit, by the rates that the enterprise has set."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sangyu.access.models import Role
from sangyu.access.queries import ensure_role
from sangyu.kit.month import Month
from sangyu.portals.carer.frame import desk
from sangyu.portals.clock import now
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")


@login_required
@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """List the served visits of a month with what each earned; this month unless `?month=2026-10` names another."""
    ensure_role(request.user, Role.WORKER)
    current = Month.of(now().astimezone(BEIJING).date())
    wanted = Month.parse(request.GET["month"]) if "month" in request.GET else current
    after = wanted.next()
    earned = visits_read.earned_between(
        request.user,
        datetime(wanted.year, wanted.month, 1, tzinfo=BEIJING),
        datetime(after.year, after.month, 1, tzinfo=BEIJING),
    )
    return render(
        request,
        "carer/month.html",
        {
            "desk": desk("month"),
            "viewer": request.user,
            "month": wanted,
            "earned": earned,
            "items_without_rate": sorted({row.visit.order.item.name for row in earned.rows if row.pay_fen is None}),
            "previous": wanted.previous(),
            "following": after if wanted < current else None,
        },
    )
