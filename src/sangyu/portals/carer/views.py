"""The worker's phone: today's visits, one visit, arrive, leave. One thing per screen, two taps to begin."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.access.models import Role
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.carer.forms import ArriveForm, LeaveForm
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Desk, Tab
from sangyu.registry import queries as registry_read
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """List the visits of today and tomorrow."""
    ensure_role(request.user, Role.WORKER)
    at = now().astimezone(BEIJING)
    morning = datetime(at.year, at.month, at.day, tzinfo=BEIJING)
    rows = dispatch_read.visits_to_do(request.user, morning, morning + timedelta(days=2))
    first = [row for row in rows if row.begins_at < morning + timedelta(days=1)]
    left = [row for row in first if row.dispatch.order.stage != "SERVED"]
    return render(
        request,
        "carer/today.html",
        {
            "desk": _desk(),
            "viewer": request.user,
            "at": at,
            "today": first,
            "done": len(first) - len(left),
            "next": left[0] if left else None,
            "tomorrow": [row for row in rows if row.begins_at >= morning + timedelta(days=1)],
        },
    )


@login_required
@require_GET
def visit(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show one visit: where to go and what to mind, then the tasks, then the result."""
    return _visit(request, order_id)


@login_required
@require_POST
def arrive(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Note that the worker is at the door."""
    form = ArriveForm(request.POST)
    if not form.is_valid():
        return _visit(request, order_id, arriving=form)
    try:
        visits.check_in(
            order_id=dispatch_read.get_own_assignment(request.user, order_id).dispatch.order_id,
            by=request.user,
            at=now(),
            place=form.place,
            door_code=form.cleaned_data["door_code"],
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _visit(request, order_id, arriving=form)
    return redirect("carer:visit", order_id)


@login_required
@require_POST
def leave(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Close the visit."""
    order = dispatch_read.get_own_assignment(request.user, order_id).dispatch.order
    form = LeaveForm(request.POST, tasks=order.item.tasks)
    held = visits_read.visit_of(request.user, order)
    if held is None:
        raise NotFound(_("还没有签到，请先按“我到了”。"))
    if not form.is_valid():
        return _visit(request, order_id, leaving=form)
    try:
        visits.check_out(
            visit_id=held.pk,
            by=request.user,
            at=now(),
            place=form.place,
            tasks_done=form.cleaned_data["tasks"],
            note=form.cleaned_data["note"],
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _visit(request, order_id, leaving=form)
    return redirect("carer:visit", order_id)


def _visit(
    request: HttpRequest, order_id: UUID, *, arriving: ArriveForm | None = None, leaving: LeaveForm | None = None
) -> HttpResponse:
    assignment = dispatch_read.get_own_assignment(request.user, order_id)
    order = assignment.dispatch.order
    held = visits_read.visit_of(request.user, order)
    facts = visits_read.six_facts(request.user, held) if held else None
    page = "door" if facts is None else "result" if facts.departure else "service"
    numbers = registry_read.contacts_of(order.elder_id)
    return render(
        request,
        f"carer/{page}.html",
        {
            "desk": _desk(),
            "viewer": request.user,
            "at": now(),
            "order": order,
            "elder": order.elder,
            "age": age_on(order.elder.birth_on, order.wanted_from.astimezone(BEIJING).date()),
            "habits": _phrases(order.elder.habits),
            "warnings": _phrases(order.elder.warnings),
            "numbers": numbers,
            "facts": facts,
            "arriving": arriving or ArriveForm(),
            "leaving": leaving or LeaveForm(tasks=order.item.tasks),
        },
        status=422 if arriving or leaving else 200,
    )


def _phrases(text: str) -> list[str]:
    return [phrase for phrase in re.split(r"[，、；,;。]", text) if phrase.strip()]


def _desk() -> Desk:
    home = reverse("carer:today")
    return Desk(
        name=_("今日上门"),
        home_url=home,
        nav=[
            Tab(_("今天"), f"{home}#today", icon="home"),
            Tab(_("明天"), f"{home}#tomorrow", icon="calendar"),
        ],
    )
