"""The follow-up calls: one elder on the screen, the answers by key, then the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.quality.forms import AnswersForm
from sangyu.portals.quality.frame import context, seat
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.registry import queries as registry_read
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")
SATISFACTION = (
    (1, gettext_lazy("很不满意")),
    (2, gettext_lazy("不满意")),
    (3, gettext_lazy("一般")),
    (4, gettext_lazy("满意")),
    (5, gettext_lazy("很满意")),
)


@seat
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the next call to make, or that all are made."""
    return _show(request, None, AnswersForm())


@seat
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Show one call, or write down how it went and go on to the next."""
    found = quality_read.get_task(request.user, task_id)
    if request.method == "GET":
        return _show(request, found.pk, AnswersForm())
    form = AnswersForm(request.POST)
    if not form.is_valid():
        return _show(request, found.pk, form, status=422)
    try:
        row = quality.follow_up(task_id=found.pk, by=request.user, at=now(), **form.answers)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show(request, found.pk, form, status=422)
    said = _("已记下%(name)s的回访。") if row.reached else _("%(name)s没有接通，已排到队尾，稍后再打。")
    messages.success(request, said % {"name": found.order.elder.name}, extra_tags=f"draft-done:follow-up-{found.pk}")
    return redirect("quality:queue")


def _show(request: HttpRequest, task_id: UUID | None, form: AnswersForm, status: int = 200) -> HttpResponse:
    """Show one call, or the first of the queue."""
    at = now()
    begins_at = at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting, progress = quality_read.desk(request.user, begins_at, begins_at + timedelta(days=1))
    if task_id is None and waiting:
        task_id = waiting[0].pk
    waiting = [row for row in waiting if row.pk != task_id]
    page: dict[str, Any] = {"form": form, "progress": progress, "waiting": waiting, "satisfaction_words": SATISFACTION}
    if task_id is not None:
        page |= _call(request, task_id)
    shown = context(request, "queue", due=progress.due, **page)
    return render(request, "quality/queue.html", shown, status=status)


def _call(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    found = quality_read.get_task(request.user, task_id)
    order = found.order
    visit = visits_read.visit_of(request.user, order)
    return {
        "task": found,
        "order": order,
        "facts": visits_read.six_facts(request.user, visit) if visit else None,
        "card": registry_read.card(request.user, order.elder, order.wanted_from.astimezone(BEIJING).date()),
        "contacts": registry_read.contacts(request.user, order.elder),
        "earlier": quality_read.follow_ups(request.user, order),
    }
