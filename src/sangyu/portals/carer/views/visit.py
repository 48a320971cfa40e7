"""One visit: where to go and what to mind, then the tasks, then the result; arrive and leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.access.models import User
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.carer.forms import ArriveForm, LeaveForm, PhotoForm
from sangyu.portals.carer.frame import desk, phrases
from sangyu.portals.clock import now
from sangyu.registry import queries as registry_read
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.rules import PHOTOS_MAX, Earning

BEIJING = ZoneInfo("Asia/Shanghai")


@login_required
@require_GET
def visit(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show one visit: where to go and what to mind, then the tasks, then the result."""
    return show(request, order_id)


@login_required
@require_POST
def arrive(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Note that the worker is at the door."""
    form = ArriveForm(request.POST)
    if not form.is_valid():
        return show(request, order_id, arriving=form)
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
        return show(request, order_id, arriving=form)
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
        return show(request, order_id, leaving=form)
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
        return show(request, order_id, leaving=form)
    return redirect("carer:visit", order_id)


def show(
    request: HttpRequest,
    order_id: UUID,
    *,
    arriving: ArriveForm | None = None,
    leaving: LeaveForm | None = None,
    picturing: PhotoForm | None = None,
) -> HttpResponse:
    """Draw the page of a visit at the step it has come to, with the form that was refused, if one was."""
    going = dispatch_read.get_own_assignment(request.user, order_id)
    order = going.dispatch.order
    at = now()
    held = visits_read.visit_of(request.user, order)
    facts = visits_read.six_facts(request.user, held) if held else None
    page = "door" if facts is None else "result" if facts.departure else "service"
    shown = {
        "desk": desk(),
        "viewer": request.user,
        "at": at,
        "order": order,
        "programme": order.programme,
        "enterprise": going.dispatch.enterprise,
        "elder": order.elder,
        "age": age_on(order.elder.birth_on, order.wanted_from.astimezone(BEIJING).date()),
        "habits": phrases(order.elder.habits),
        "warnings": phrases(order.elder.warnings),
        "numbers": registry_read.contacts_of(order.elder_id),
        "facts": facts,
        "incidents": visits_read.incidents_of(request.user, order.pk),
        "photos": visits_read.photos(request.user, held.pk) if held else [],
        "photos_max": PHOTOS_MAX,
        "picturing": picturing or PhotoForm(),
    }
    if page == "door":
        shown |= {
            "way": visits_read.way_to(request.user, going, at),
            "word": visits_read.pass_word(request.user, order, at),
            "arriving": arriving or ArriveForm(),
        }
    elif page == "service":
        shown |= {"proof": facts.so_far, "leaving": leaving or LeaveForm(tasks=order.item.tasks)}
    else:
        today, month = _earned(request.user, facts.departure.left_at)
        shown |= {"earned": visits_read.earned_by(request.user, held), "today": today, "month": month}
    refused = arriving or leaving or picturing
    return render(request, f"carer/{page}.html", shown, status=422 if refused else 200)


def _earned(viewer: User, left_at: datetime) -> tuple[Earning, Earning]:
    day = left_at.astimezone(BEIJING)
    morning = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    earned = visits_read.earned_between(viewer, morning.replace(day=1), morning + timedelta(days=1))
    return earned.since(morning), earned.sum
