"""Complaints: the cases by deadline, and one case from its owner to its closure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.calendar import queries as calendar_read
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.rules import PATTERN_DAYS
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.quality.forms import ClosureForm, OwnerForm, ResultForm
from sangyu.portals.quality.frame import context, seat
from sangyu.providers import queries as providers_read
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.registry import queries as registry_read
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")


@seat
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """List the open cases by deadline, and those closed last."""
    return _list(request)


@seat
@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Open a case for every complaint that is none yet."""
    try:
        made = quality.gather_complaints(by=request.user, at=now())
    except Refusal as refusal:
        return _list(request, refusal=refusal, status=422)
    messages.success(request, _("已立案%(n)d件，由您承办。") % {"n": len(made)})
    return redirect("quality:complaints")


@seat
@require_GET
def case(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Show one case with the form that it asks for next."""
    return _case(request, complaint_id)


@seat
@require_POST
def give(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Name who looks into a case."""
    form = OwnerForm(request.POST, people=_people(request))
    if form.is_valid():
        try:
            row = quality.give_complaint(
                complaint_id=complaint_id, owner_id=UUID(form.cleaned_data["owner"]), by=request.user, at=now()
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已交%(name)s承办。") % {"name": row.owner.display_name})
            return redirect("quality:complaint", complaint_id=complaint_id)
    return _case(request, complaint_id, owner=form, status=422)


@seat
@require_POST
def decide(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Write down what was found."""
    form = ResultForm(request.POST, enterprises=_enterprises(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            quality.decide_complaint(
                complaint_id=complaint_id,
                upheld=given["upheld"] == "yes",
                enterprise_id=UUID(given["enterprise"]) if given["enterprise"] else None,
                finding=given["finding"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("结果已记下。请回复投诉人，问清是否满意后结案。"))
            return redirect("quality:complaint", complaint_id=complaint_id)
    return _case(request, complaint_id, result=form, status=422)


@seat
@require_POST
def close(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Close a case after telling who complained."""
    form = ClosureForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            quality.close_complaint(
                complaint_id=complaint_id,
                satisfaction=given["satisfaction"],
                note=given["note"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已结案。"))
            return redirect("quality:complaints")
    return _case(request, complaint_id, closure=form, status=422)


def _today() -> date:
    return now().astimezone(BEIJING).date()


def _list(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    at, today = now(), _today()
    held = quality_read.open_cases(request.user)
    waiting = quality_read.calls_without_case(request.user).count()
    waiting += quality_read.follow_ups_without_case(request.user).count()
    page = context(
        request,
        "complaints",
        cases=[{"case": row, "overdue": row.overdue(today)} for row in held],
        closed=quality_read.closed_cases(request.user, limit=20),
        overdue=sum(1 for row in held if row.overdue(today)),
        unowned=sum(1 for row in held if row.owner is None),
        waiting=waiting,
        patterns=dispatch_read.patterns(request.user, at - timedelta(days=PATTERN_DAYS), at),
        refusal=refusal,
    )
    return render(request, "quality/complaints.html", page, status=status)


def _case(
    request: HttpRequest,
    complaint_id: UUID,
    *,
    owner: OwnerForm | None = None,
    result: ResultForm | None = None,
    closure: ClosureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found, today = quality_read.get_case(request.user, complaint_id), _today()
    complaint = found.complaint
    visit = visits_read.visit_of(request.user, complaint.order) if complaint.order else None
    wrong: DeskForm | None = owner or result or closure
    page: dict[str, Any] = {
        "case": found,
        "complaint": complaint,
        "overdue": found.overdue(today),
        "uncertain": "" if complaint.certain else calendar_read.uncertain(complaint.due_on),
        "visit": visit,
        "contacts": registry_read.contacts(request.user, complaint.elder) if complaint.elder else [],
        "owners": quality_read.owners_of(complaint),
        "owner_form": owner or OwnerForm(people=_people(request)),
        "result_form": result
        or ResultForm(
            enterprises=_enterprises(request), initial={"enterprise": str(visit.enterprise_id) if visit else ""}
        ),
        "closure_form": closure or ClosureForm(),
        "wrong": wrong,
    }
    return render(request, "quality/complaint.html", context(request, "complaints", **page), status=status)


def _people(request: HttpRequest) -> list[tuple[str, str]]:
    people = quality_read.possible_owners(request.user)
    return [(str(person.pk), f"{person.display_name}（{person.role_label}）") for person in people]


def _enterprises(request: HttpRequest) -> list[tuple[str, str]]:
    rows = providers_read.enterprises(request.user).order_by("name")
    return [(str(firm.pk), firm.name) for firm in rows]
