"""The register of purposes, an elder's consents and requests, who looked, and what was taken away."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.privacy.copying import archive, chapters
from sangyu.portals.privacy.forms import YES, AnswerForm, ConsentForm, TakeInForm
from sangyu.portals.privacy.frame import context, who_answers, who_erases, who_oversees, who_takes
from sangyu.portals.privacy.standing import hindrances
from sangyu.privacy import actions as privacy
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import RequestKind
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

BEIJING = ZoneInfo("Asia/Shanghai")
FOUND_MAX = 12


def _today() -> date:
    return now().astimezone(BEIJING).date()


@login_required
@require_GET
def purposes(request: HttpRequest) -> HttpResponse:
    """Show everybody at a desk why data about people is held, by which right, for whom and for how long."""
    return render(request, "privacy/purposes.html", context(request, "purposes", register=privacy_read.register()))


@who_takes
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait and that were answered, and find an elder."""
    asked = request.GET.get("q", "").strip()
    shown = {
        "q": asked,
        "found": registry_read.search(request.user, asked, limit=FOUND_MAX) if asked else [],
        "waiting": privacy_read.open_requests(request.user),
        "answered": privacy_read.answered_requests(request.user),
        "today": _today(),
    }
    return render(request, "privacy/requests.html", context(request, "requests", **shown))


@who_takes
@require_GET
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show what an elder agreed to and asked for, with the forms to note either."""
    return _elder(request, elder_id)


def _elder(request: HttpRequest, elder_id: UUID, *, refused: str = "", **forms: Any) -> HttpResponse:
    found = registry_read.get_elder(request.user, elder_id)
    shown = {
        "elder": found,
        "words": privacy_read.words_of(request.user, found),
        "cases": privacy_read.requests_of(request.user, found),
        "looks": privacy_read.looks_count(request.user, found),
        "refused": refused,
        "consenting": ConsentForm(guardians=_guardians(found.pk), prefix="c"),
        "asking": TakeInForm(prefix="r"),
        "today": _today(),
        **forms,
    }
    status = 409 if refused else 422 if forms else 200
    return render(request, "privacy/elder.html", context(request, "requests", **shown), status=status)


def _guardians(elder_id: UUID) -> list[tuple[str, str]]:
    rows = [row for row in registry_read.speakers(elder_id, _today()) if row.guardianship]
    return [(str(row.pk), _("监护人 %(name)s") % {"name": row.other.name if row.other else row.name}) for row in rows]


@who_takes
@require_POST
def consent(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Note what an elder or the guardian says to a topic."""
    found = registry_read.get_elder(request.user, elder_id)
    form = ConsentForm(request.POST, guardians=_guardians(found.pk), prefix="c")
    if not form.is_valid():
        return _elder(request, elder_id, consenting=form)
    said = form.cleaned_data
    try:
        privacy.note_consent(
            elder_id=found.pk,
            topic=said["topic"],
            agrees=said["answer"] == YES,
            guardian_id=UUID(said["guardian"]) if said["guardian"] else None,
            channel=said["channel"],
            reference=said["reference"],
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _elder(request, elder_id, refused=str(refusal), consenting=form)
    messages.success(request, _("已记下，马上生效。"))
    return redirect("privacy:elder", elder_id)


@who_takes
@require_POST
def take_in(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Take in a request about an elder's data."""
    form = TakeInForm(request.POST, prefix="r")
    registry_read.get_elder(request.user, elder_id)
    if not form.is_valid():
        return _elder(request, elder_id, asking=form)
    try:
        made = privacy.take_in(elder_id=elder_id, by=request.user, at=now(), **form.cleaned_data)
    except NotFound:
        raise
    except Refusal as refusal:
        return _elder(request, elder_id, refused=str(refusal), asking=form)
    messages.success(request, _("已受理，%(day)s前答复。") % {"day": made.due_on})
    return redirect("privacy:request", made.pk)


@who_takes
@require_GET
def case(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Show one request, what stands against it, and the ways to answer."""
    return _case(request, request_id)


def _case(request: HttpRequest, request_id: UUID, *, refused: str = "", **forms: Any) -> HttpResponse:
    found = privacy_read.get_request(request.user, request_id)
    asked = found.request
    is_erasure = asked.kind == RequestKind.ERASE
    shown = {
        "case": found,
        "asked": asked,
        "is_erasure": is_erasure,
        "is_copy": asked.kind in (RequestKind.COPY, RequestKind.ACCESS),
        "hindrances": hindrances(request.user, asked.elder, _today()) if is_erasure and not found.answer else [],
        "is_late": found.is_late(_today()),
        "took_it": asked.by_id == request.user.pk,
        "refused": refused,
        "answering": AnswerForm(),
        **forms,
    }
    status = 409 if refused else 422 if forms else 200
    return render(request, "privacy/request.html", context(request, "requests", **shown), status=status)


@who_answers
@require_POST
def answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Answer a request."""
    privacy_read.get_request(request.user, request_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _case(request, request_id, answering=form)
    try:
        privacy.answer(request_id=request_id, by=request.user, at=now(), **form.cleaned_data)
    except NotFound:
        raise
    except Refusal as refusal:
        return _case(request, request_id, refused=str(refusal), answering=form)
    messages.success(request, _("已答复。"))
    return redirect("privacy:request", request_id)


@who_erases
@require_POST
def copy(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand over a copy of everything about an elder, and note by its hash that it was handed over."""
    asked = privacy_read.get_request(request.user, request_id).request
    if asked.kind not in (RequestKind.COPY, RequestKind.ACCESS):
        raise NotFound(_("只有查阅和复制的请求才交付副本。"))
    at = now()
    number = ""
    if registry_read.documents(request.user, asked.elder):
        reason = f"本人要求的副本（{asked.get_kind_display()}）"
        number = registry.look_up_document(elder_id=asked.elder_id, reason=reason, by=request.user, at=at)
    with override("zh-hans"):  # what is handed over is a Chinese paper, whatever the clerk reads
        content = archive(asked.elder, chapters(request.user, asked.elder, number=number), at)
    privacy.hand_over(request_id=request_id, sha256=hashlib.sha256(content).hexdigest(), by=request.user, at=at)
    name = f"copy-{asked.elder.registration_number}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@who_erases
@require_POST
def erase(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Erase what names a person, as was asked."""
    asked = privacy_read.get_request(request.user, request_id).request
    try:
        privacy.erase(
            request_id=request_id,
            standing=lambda: hindrances(request.user, asked.elder, _today()),
            by=request.user,
            at=now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _case(request, request_id, refused=str(refusal))
    messages.success(request, _("已删除。账目和审计记录仍在，只剩登记编号。"))
    return redirect("privacy:request", request_id)


@who_takes
@require_GET
def seen(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show who looked at an elder's record and who did something with it."""
    found = registry_read.get_elder(request.user, elder_id)
    looked_only = request.GET.get("all") != "1"
    shown = {
        "elder": found,
        "looked_only": looked_only,
        "rows": privacy_read.sights(request.user, found, looked_only=looked_only),
    }
    return render(request, "privacy/seen.html", context(request, "requests", **shown))


@who_oversees
@require_GET
def removals(request: HttpRequest) -> HttpResponse:
    """Show what was taken away at its end, and what goes when."""
    shown = {
        "rows": privacy_read.removals(request.user),
        "ending": [one for one in privacy_read.register().purposes if one.days is not None],
        "events": privacy_read.register().events,
    }
    return render(request, "privacy/removals.html", context(request, "removals", **shown))
