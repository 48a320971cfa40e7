"""What was texted to whom, what reached nobody, and (in the demo) the telephones themselves."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.outbox import actions as outbox
from sangyu.portals.clock import now
from sangyu.portals.texting import reading
from sangyu.portals.texting.frame import context, seat
from sangyu.portals.texting.gateways import gateway

PAGE = 40
RING_SHOWN = 20


@seat
@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    """List texts, on top those that reached nobody."""
    return _list(request)


@seat
@require_POST
def rung(request: HttpRequest, text_id: UUID) -> HttpResponse:
    """Note that the viewer has rung instead of a text that reached nobody."""
    try:
        outbox.ring_instead(
            programme_id=request.user.programme_id,
            text_id=text_id,
            by_id=request.user.pk,
            at=now(),
            note=request.user.display_name,
        )
    except Refusal as refusal:
        return _list(request, refusal=refusal, status=409)
    messages.success(request, _("已记下：已打电话告知。"))
    return redirect("texting:texts")


@seat
@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """Show the demo's telephones; outside a demo there are none."""
    if not settings.DEMO:
        raise Http404
    typed = request.GET.get("q", "").strip()
    page = context(request, "phones", phones=reading.phones(request.user, text=typed), typed=typed)
    return render(request, "texting/_phones.html" if request.htmx else "texting/phones.html", page)


def _list(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    typed, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    state = state if state in reading.STATES else ""
    after = _after(request.GET.get("after", ""))
    lines = reading.found(request.user, text=typed, state=state, after=after, limit=PAGE + 1)
    first_page = after is None and not typed and not state
    at = now()
    counted = reading.counts(request.user, at=at)
    page = context(
        request,
        "texts",
        lines=lines[:PAGE],
        next=_next(lines, typed, state),
        typed=typed,
        state=state,
        states=[(code, label) for code, (label, _tone) in reading.STATES.items()],
        ringing=reading.to_ring(request.user, at=at, limit=RING_SHOWN) if first_page else [],
        first_page=first_page,
        arrived=counted["SENT"] + counted["DELIVERED"],
        waiting=counted["WAITING"],
        failed=counted["FAILED"] + counted["NO_MOBILE"],
        rung=counted["RUNG"],
        no_gateway=gateway() is None,
        refusal=refusal,
    )
    return render(request, "texting/texts.html", page, status=status)


def _next(lines: list[reading.Line], typed: str, state: str) -> str:
    if len(lines) <= PAGE:
        return ""
    last = lines[PAGE - 1].standing.text
    asked = {"q": typed, "state": state, "after": f"{last.at.isoformat()}~{last.n}~{last.pk}"}
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def _after(text: str) -> tuple[datetime, int, UUID] | None:
    """Read the key of the last row; whatever cannot be read shows the first page."""
    parts = text.split("~")
    if len(parts) != 3:
        return None
    try:
        at, n, pk = parse_datetime(parts[0]), int(parts[1]), UUID(parts[2])
    except ValueError:
        return None
    return (at, n, pk) if at is not None and at.tzinfo is not None and 0 <= n < 2**15 else None
