"""Calls: take one, end one, write one down by hand, and the list behind the figures of the day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.kit.errors import Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.frame import Tab
from sangyu.portals.hotline import picture
from sangyu.portals.hotline.forms import ByHandForm, EndForm, RequestForm
from sangyu.portals.hotline.frame import for_agents, frame
from sangyu.portals.hotline.views.desk import context, uuid_or_none

PAGE = 50
TONES = {"ORDER": "good", "CONSULTATION": "note", "COMPLAINT": "bad", "EMERGENCY": "urgent", "COMFORT": "moving"}


@for_agents
@require_POST
def answer(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Take a waiting call, or a missed one to ring back."""
    call = hotline_read.get_call(request.user, call_id)
    try:
        hotline.answer(call_id=call.pk, by=request.user, at=now())
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, {}, refusal=str(refusal)), status=422)
    return redirect("hotline:desk")


@for_agents
@require_POST
def end(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """End a call as a consultation, complaint, emergency or comfort talk."""
    call = hotline_read.get_call(request.user, call_id)
    form = EndForm(request.POST)
    if not form.is_valid():
        return render(request, "hotline/desk.html", context(request, request.POST, form=form), status=422)
    said = form.cleaned_data
    try:
        ended = hotline.end(
            call_id=call.pk, kind=said["kind"], by=request.user, at=now(), note=said["note"], elder_id=said["elder"]
        )
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, request.POST, refusal=str(refusal)), status=422)
    done = _("已登记：{end}").format(end=ended.get_end_display())
    messages.success(request, done, extra_tags=f"draft-done:call-{call.pk}")
    return redirect("hotline:desk")


@for_agents
@require_POST
def not_reached(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Put a caller who did not pick up back on the list."""
    call = hotline_read.get_call(request.user, call_id)
    try:
        hotline.not_reached(call_id=call.pk, by=request.user, at=now())
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, request.POST, refusal=str(refusal)), status=422)
    messages.info(request, _("已记录没打通，稍后再拨。"))
    return redirect("hotline:desk")


@for_agents
@require_POST
def request_registration(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Pass somebody who is not registered yet on to their community, and end the call with it."""
    call = hotline_read.get_call(request.user, call_id)
    form = RequestForm(request.POST)
    if not form.is_valid():
        return render(request, "hotline/desk.html", context(request, request.POST, asked=form), status=422)
    said = form.cleaned_data
    try:
        asked = hotline.request_registration(
            call_id=call.pk,
            name=said["name"],
            community_code=said["community"],
            address=said["address"],
            phone=said["phone"],
            note=said["note"],
            by=request.user,
            at=now(),
        )
    except Refusal as refusal:
        return render(request, "hotline/desk.html", context(request, request.POST, refusal=str(refusal)), status=422)
    done = _("登记意向已转{community}，这通电话已记为咨询。").format(community=asked.community.name)
    messages.success(request, done, extra_tags=f"draft-done:call-{call.pk}")
    return redirect("hotline:desk")


@for_agents
@require_POST
def by_hand(request: HttpRequest) -> HttpResponse:
    """Write down a call that the telephone system did not tell us about, as rung and answered now."""
    form = ByHandForm(request.POST)
    if not form.is_valid():
        return render(request, "hotline/desk.html", context(request, request.POST, by_hand=form), status=422)
    said = form.cleaned_data
    hotline.log_by_hand(
        caller_number=said["caller_number"].replace(" ", ""), by=request.user, at=now(), key=str(said["key"])
    )
    elder = f"?elder={said['elder']}" if said["elder"] else ""
    return redirect(reverse("hotline:desk") + elder)


@for_agents
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """List the calls behind one of today's figures, newest first."""
    which = request.GET.get("show", "")
    at = now()
    begins_at, ends_at = picture.day_of(picture.today(at))
    framed = frame(request, "calls")
    calls = hotline_read.page(
        request.user, begins_at, ends_at, which, before=_before(request.GET.get("before", "")), limit=PAGE + 1
    )
    more = len(calls) > PAGE
    calls = calls[:PAGE]
    older = urlencode({"show": which, "before": f"{calls[-1].rang_at.isoformat()}~{calls[-1].pk}"}) if more else ""
    shown = picture.telephone(request.user, at)
    figures = shown["figures"]
    counts = [
        (_("全部"), "", figures.rang),
        (_("接听"), "answered", figures.answered),
        (_("15秒内接听"), "quickly", figures.answered_in_15_s),
        (_("未接"), "missed", figures.missed),
    ]
    here = reverse("hotline:calls")
    tabs = [Tab(label, f"{here}?show={name}", active=name == which, count=n) for label, name, n in counts]
    return render(
        request,
        "hotline/calls.html",
        {
            **framed,
            **shown,
            "rows": [_row(call) for call in calls],
            "older": older,
            "tabs": tabs,
            "begins_at": begins_at,
        },
    )


def _row(call: Any) -> dict[str, Any]:
    missed = call.hung_up_at is not None and (call.answered_at is None or call.answered_at > call.hung_up_at)
    waited_s = None if call.answered_at is None else int((call.answered_at - call.rang_at).total_seconds())
    return {"call": call, "missed": missed, "waited_s": waited_s, "tone": TONES.get(call.end, "off")}


def _before(text: str) -> tuple | None:
    moment, _tilde, pk = text.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    call_id = uuid_or_none(pk)
    return (at, call_id) if at is not None and at.tzinfo and call_id else None
