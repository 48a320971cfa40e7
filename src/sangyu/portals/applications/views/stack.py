"""At the bureau: the stack of what waits for an approval, one after the other by keyboard, and the terms."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Application
from sangyu.applications.rules import ONE_IN
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.applications import reading
from sangyu.portals.applications.forms import ReasonForm, TermForm
from sangyu.portals.applications.frame import context, who_approves
from sangyu.portals.applications.views.window import BEIJING
from sangyu.portals.clock import now

AHEAD = 101  # so many of the stack are named; the rest comes up behind them


@who_approves
@require_GET
def stack(request: HttpRequest) -> HttpResponse:
    """Show the next application that waits for the viewer's approval, with what there is to know at first sight."""
    return _show(request, request.GET.get("case", ""))


@who_approves
@require_POST
def decide(request: HttpRequest, application_id: UUID, what: str) -> HttpResponse:
    """Approve, return, refuse or open in full; the next one comes up at once."""
    form = ReasonForm(request.POST, auto_id=f"{what}_%s") if what in ("return", "refuse") else None
    if what not in ("approve", "open", "return", "refuse"):
        raise Http404
    if form is not None and not form.is_valid():
        return _show(request, str(application_id), wrong=what, form=form)
    waiting = applications_read.stack(request.user, limit=AHEAD)
    who = {"application_id": application_id, "by": request.user, "at": now()}
    it = applications_read.get_application(request.user, application_id)
    try:
        if what == "open":
            applications.open_in_full(**who)
            return redirect(_address(it))
        if what == "approve":
            applications.approve(**who)
            messages.success(request, _("已批准：%(name)s，%(title)s") % {"name": it.elder.name, "title": it.title})
        elif what == "return":
            applications.send_back(lacking=form.cleaned_data["reason"] if form else "", **who)
            messages.success(request, _("已退回补正：%s") % it.elder.name)
        else:
            applications.refuse(reason=form.cleaned_data["reason"] if form else "", **who)
            messages.success(request, _("不予通过：%s") % it.elder.name)
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, str(application_id), refused=f"{it.elder.name}：{refusal}")  # another may be on the page
    behind = _behind(waiting, application_id)
    return redirect(_address(behind) if behind else reverse("applications:stack"))


def _address(it: Application) -> str:
    return f"{reverse('applications:stack')}?case={it.pk}"


def _behind(waiting: list[Application], application_id: UUID) -> Application | None:
    """Return the one behind this in the stack; behind the last comes the first that was passed over."""
    at = next((n for n, row in enumerate(waiting) if row.pk == application_id), None)
    left = [row for row in waiting if row.pk != application_id]
    if not left:
        return None
    return left[at] if at is not None and at < len(left) else left[0]


def _show(
    request: HttpRequest, chosen: str, *, refused: str = "", wrong: str = "", form: ReasonForm | None = None
) -> HttpResponse:
    viewer, at = request.user, now()
    today = at.astimezone(BEIJING).date()
    waiting = applications_read.stack(viewer, limit=AHEAD)
    place = next((n for n, row in enumerate(waiting) if str(row.pk) == chosen), 0)
    midnight = datetime.combine(today, time(0), tzinfo=BEIJING)
    shown: dict[str, Any] = {
        "waiting": waiting[: AHEAD - 1],
        "more": len(waiting) == AHEAD,
        "place": place + 1,
        "refused": refused,
        "wrong": wrong,
        "form": form,
        "back": ReasonForm(auto_id="return_%s"),
        "refusal": ReasonForm(auto_id="refuse_%s"),
        "sampled": applications_read.sampled(viewer, midnight),
        "one_in": ONE_IN,
        "today": today,
    }
    if waiting:
        it = waiting[place]
        found = applications_read.reached(viewer, it.pk)
        read = applications_read.reading_of(it, viewer)
        shown |= {
            "it": found.application,
            "elder": found.application.elder,
            "age": age_on(it.elder.birth_on, today),
            "found": found,
            "pairs": reading.summary(found),
            "decision": reading.decision_of(found),
            "evidence": reading.evidence_of(found),
            "late": reading.is_late(it.due_on, today),
            "must_read": found.drawn and read is None,
            "read": read,
            "facts": reading.timeline(found) if read else [],
            "papers": applications_read.papers(found.application),
            "previous": _address(waiting[place - 1]) if place else "",
            "next": _address(waiting[place + 1]) if place + 1 < len(waiting) else "",
        }
        if form is not None:
            shown["back" if wrong == "return" else "refusal"] = form
    status = 409 if refused else 422 if wrong else 200
    return render(request, "applications/stack.html", context(request, "stack", **shown), status=status)


@who_approves
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Show and lay down within how many working days each step is done."""
    today = now().astimezone(BEIJING).date()
    form = TermForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            applications.set_term(**form.cleaned_data, by=request.user, at=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("办理期限已登记。"))
            return redirect("applications:terms")
    labels = dict(form.fields["step"].choices)
    try:
        kinds = applications_read.kinds_on(request.user.programme_id, today)
    except Refusal:
        kinds = {}
    shown = {
        "form": form,
        "rows": [(labels.get(row.step, row.step), row) for row in applications_read.terms(request.user)],
        "kinds": [reading.described(kind) for kind in kinds.values()],
    }
    status = 422 if form.errors else 200
    return render(request, "applications/terms.html", context(request, "terms", **shown), status=status)
