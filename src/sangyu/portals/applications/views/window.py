"""At the window: every application by step and deadline, and taking a new one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import UNDER_WAY, State, StepCode
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.applications.forms import TakeForm
from sangyu.portals.applications.frame import context, seat, who_takes
from sangyu.portals.clock import now
from sangyu.portals.components import paging
from sangyu.portals.components.frame import Tab
from sangyu.portals.policy.questions import QuestionForm
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50
LATE, OVER = "late", "over"


@seat
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the applications that the viewer may see: by the step they wait for, what is late, what is over."""
    today = now().astimezone(BEIJING).date()
    viewer, text, asked = request.user, request.GET.get("q", "").strip(), request.GET.get("at", "")
    after = paging.after(request)
    rows = applications_read.applications_about(viewer, text)
    if asked in StepCode.values:
        rows = rows.filter(state=State.OPEN, step=asked)
    elif asked == State.RETURNED:
        rows = rows.filter(state=State.RETURNED)
    elif asked == LATE:
        rows = rows.filter(state__in=UNDER_WAY, due_on__lt=today)
    elif asked == OVER:
        rows = rows.exclude(state__in=UNDER_WAY)
    else:
        asked = ""
        if not text:
            rows = rows.filter(state__in=UNDER_WAY)
    order = ("-at", "-id") if asked == OVER or text else ("at", "id")
    found = list(rows.order_by(*order)[after : after + PAGE + 1])
    counts = applications_read.counts(viewer, today)
    same = {key: value for key, value in (("q", text), ("at", asked)) if value}
    tabs = [Tab(_("办理中"), _at(same | {"at": ""}), active=not asked)]
    tabs += [
        Tab(_(one.label), _at(same | {"at": one.value}), active=asked == one, count=counts[one])
        for one in StepCode
        if counts.get(one)
    ]
    if counts["RETURNED"]:
        where = _at(same | {"at": State.RETURNED.value})
        tabs.append(Tab(_("待补正"), where, active=asked == State.RETURNED, count=counts["RETURNED"]))
    if counts["LATE"]:
        tabs.append(Tab(_("超过期限"), _at(same | {"at": LATE}), active=asked == LATE, count=counts["LATE"]))
    tabs.append(Tab(_("已办完"), _at(same | {"at": OVER}), active=asked == OVER))
    shown = {
        "text": text,
        "asked": asked,
        "rows": found[:PAGE],
        "today": today,
        "tabs": tabs,
        "kinds": _kinds(request, today),
        "next": _at(same, after + PAGE) if len(found) > PAGE else "",
        "previous": _at(same, max(0, after - PAGE)) if after else "",
    }
    return render(request, "applications/list.html", context(request, "list", **shown))


def _at(asked: dict[str, str], after: int = 0) -> str:
    return "?" + urlencode({key: value for key, value in {**asked, "after": after or ""}.items() if value})


def _kinds(request: HttpRequest, on: Any) -> dict[str, Any]:
    """What may be applied for today; nothing where no policy is in force or it is silent."""
    try:
        return applications_read.kinds_on(request.user.programme_id, on)
    except Refusal:
        return {}


@who_takes
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Take an application: find the elder, choose what is applied for, and see at once what the rule says and lacks."""
    today = now().astimezone(BEIJING).date()
    viewer, find, chosen = request.user, request.GET.get("find", "").strip(), request.GET.get("kind", "")
    kinds = _kinds(request, today)
    elder = _elder(request)
    kind = kinds.get(chosen) if elder else None
    shown: dict[str, Any] = {
        "find": find,
        "found": registry_read.search(viewer, find) if find and elder is None else [],
        "elder": elder,
        "age": age_on(elder.birth_on, today) if elder else 0,
        "kinds": kinds.values(),
        "kind": kind,
        "held": applications_read.awards(elder.pk) if elder else [],
    }
    status = 200
    if elder is not None and kind is not None:
        foreseen = applications_read.foresee(viewer, elder.pk, kind.code, today)
        names = [fact.name for fact in foreseen.wanted]
        starts = {"applicant": elder.name, "on": today.isoformat()}
        form = TakeForm(request.POST or None, initial=starts)
        asked = facts_form(names, foreseen.rule, request, today)
        if request.method == "POST" and form.is_valid() and asked.is_valid():
            try:
                made = applications.apply(
                    elder_id=elder.pk,
                    kind=kind.code,
                    **form.cleaned_data,
                    declared={name: value for name, value in asked.asked().items() if name != "on"},
                    by=viewer,
                    at=now(),
                    key=request.POST.get("key") or str(uuid4()),
                )
            except NotFound:
                raise
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已受理：%s") % made.number)
                return redirect("applications:case", made.pk)
        status = 422 if form.errors or (request.method == "POST" and asked.errors) else 200
        shown |= {"form": form, "asked": asked, "names": names, "foreseen": foreseen}
    return render(request, "applications/take.html", context(request, "take", **shown), status=status)


def facts_form(names: list[str], rule: Any, request: HttpRequest, today: Any) -> QuestionForm:
    """The fields for what nobody knows; the day is today's and is not asked."""
    if request.method == "POST":
        data = request.POST.copy()
        data["on"] = today.isoformat()
        return QuestionForm(names, rule, data)
    return QuestionForm(names, rule, initial={"on": today})


def _elder(request: HttpRequest) -> Elder | None:
    chosen = request.GET.get("elder", "")
    if not chosen:
        return None
    try:
        return registry_read.get_elder(request.user, UUID(chosen))
    except ValueError as bad:
        raise NotFound(_("没有找到这位老人，可能不在您负责的范围内。")) from bad
