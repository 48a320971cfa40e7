"""Subscriptions, what was pushed, what was answered, and what a person can do about it."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.outbox.actions import Subscribed
from sangyu.outbox.models import PushState, Scheme
from sangyu.portals.clock import now
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer import reading
from sangyu.portals.developer.catalogue import kinds
from sangyu.portals.developer.forms import SubscriptionForm
from sangyu.portals.developer.frame import context, seat
from sangyu.portals.developer.reading import PushLine

PAGE = 40
HOME = "developer:subscriptions"


@seat
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """List who is told of what, and how it goes."""
    lines = reading.lines(request.user)
    page = context(
        request,
        HOME,
        lines=lines,
        failing=sum(line.is_on and line.is_failing for line in lines),
        waiting=sum(line.waiting for line in lines),
        dead=sum(line.dead for line in lines),
    )
    return render(request, "developer/subscriptions.html", page)


@seat
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a new subscription; the answer shows its secret, this once."""
    form = SubscriptionForm(request.POST or None, viewer=request.user)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            done = developer.subscribe(
                organisation_id=UUID(said["organisation"]),
                name=said["name"],
                address=said["address"],
                kinds=said["kinds"],
                scheme=said["scheme"],
                by=request.user,
                at=now(),
                key=said["key"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _secret(request, done)
    page = context(request, HOME, form=form)
    return render(request, "developer/new.html", page, status=422 if form.errors else 200)


@seat
@require_GET
def subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Show one subscription with its last pushes."""
    return _subscription(request, subscription_id)


@seat
@require_POST
def switch(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Switch a subscription on or off."""
    on = request.POST.get("on") == "1"
    developer.switch(subscription_id=subscription_id, on=on, by=request.user, at=now())
    messages.success(request, _("已启用，积压的事件会继续推送。") if on else _("已停用，不再推送。"))
    return redirect("developer:subscription", subscription_id)


@seat
@never_cache
@require_POST
def renew_secret(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Renew the secret of a subscription and show it, this once."""
    key = request.POST.get("key", "")[:60]
    if not key:
        return redirect("developer:subscription", subscription_id)
    return _secret(request, developer.renew_secret(subscription_id=subscription_id, by=request.user, at=now(), key=key))


@seat
@require_POST
def ping(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Push an event that says nothing, and show what becomes of it."""
    key = request.POST.get("key", "")[:60] or now().isoformat()
    try:
        push_id = developer.ping(subscription_id=subscription_id, by=request.user, at=now(), key=key)
    except NotFound:
        raise
    except Refusal as refusal:
        return _subscription(request, subscription_id, refusal=refusal)
    messages.success(request, _("测试事件已排队，十几秒内推送。刷新本页看结果。"))
    return redirect("developer:push", push_id)


@seat
@require_POST
def push_dead_again(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Push again whatever a subscriber never took."""
    try:
        asked = developer.push_dead_again(subscription_id=subscription_id, by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _subscription(request, subscription_id, refusal=refusal)
    messages.success(request, ngettext("已重新推送 %(n)s 条。", "已重新推送 %(n)s 条。", asked) % {"n": asked})
    return redirect("developer:subscription", subscription_id)


@seat
@require_GET
def pushes(request: HttpRequest) -> HttpResponse:
    """List pushes, by state and kind of event."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    state = state if state in reading.STATES else ""
    after = _after(request.GET.get("after", ""))
    lines = reading.push_lines(request.user, state=state, kind=kind, after=after, limit=PAGE + 1)
    page = context(
        request,
        "developer:pushes",
        lines=lines[:PAGE],
        next=_next(lines, state, kind),
        state=state,
        kind=kind,
        states=[(code, label) for code, (label, _tone) in reading.STATES.items()],
        kinds=[(row.kind, f"{row.shown} {row.kind}") for row in kinds().values()],
        first_page=after is None and not state and not kind,
    )
    return render(request, "developer/pushes.html", page)


@seat
@require_GET
def push(request: HttpRequest, push_id: UUID) -> HttpResponse:
    """Show one push: what was sent, when, and what came back."""
    return _push(request, push_id)


@seat
@require_POST
def push_again(request: HttpRequest, push_id: UUID) -> HttpResponse:
    """Push an event once more."""
    try:
        developer.push_again(push_ids=[push_id], by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _push(request, push_id, refusal=refusal)
    messages.success(request, _("已排队重新推送，编号不变。刷新本页看结果。"))
    return redirect("developer:push", push_id)


def _subscription(request: HttpRequest, subscription_id: UUID, *, refusal: Refusal | None = None) -> HttpResponse:
    row = reading.get_subscription(request.user, subscription_id)
    [line] = reading.lines(request.user, [row])
    secrets = reading.signing(row, at=now())
    page = context(
        request,
        HOME,
        line=line,
        pushes=reading.push_lines(request.user, subscription_id=row.pk, limit=20),
        dead=reading.push_lines(request.user, subscription_id=row.pk, state=PushState.DEAD, limit=20),
        switches=reading.switches(request.user, row),
        known=[(kind, kinds()[kind].shown if kind in kinds() else "") for kind in row.kinds],
        secrets=len(secrets),
        public_keys=[one.shown for one in secrets] if row.scheme == Scheme.ED25519 else [],
        refusal=refusal,
    )
    return render(request, "developer/subscription.html", page, status=409 if refusal else 200)


def _push(request: HttpRequest, push_id: UUID, *, refusal: Refusal | None = None) -> HttpResponse:
    line = reading.get_push(request.user, push_id)
    said = json.dumps(json.loads(line.standing.push.body), ensure_ascii=False, indent=2)
    page = context(request, "developer:pushes", line=line, said=said, refusal=refusal)
    return render(request, "developer/push.html", page, status=409 if refusal else 200)


def _secret(request: HttpRequest, done: Subscribed) -> HttpResponse:
    """Show a secret this once; a repeat, which no longer has it, leads to the subscription."""
    if done.secret is None:
        messages.warning(request, _("密钥只显示一次，刚才已经显示过。没有记下就再换一个。"))
        return redirect("developer:subscription", done.subscription.pk)
    public = done.subscription.scheme == Scheme.ED25519
    page = context(request, HOME, subscription=done.subscription, shown=done.secret.shown, public=public)
    return render(request, "developer/secret.html", page)


def _next(lines: list[PushLine], state: str, kind: str) -> str:
    if len(lines) <= PAGE:
        return ""
    last = lines[PAGE - 1].standing.push
    asked = {"state": state, "kind": kind, "after": f"{last.at.isoformat()}~{last.pk}"}
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def _after(text: str) -> tuple[datetime, UUID] | None:
    """Read the key of the last row; whatever cannot be read shows the first page."""
    moment, _tilde, pk = text.partition("~")
    try:
        at, row = parse_datetime(moment), UUID(pk)
    except ValueError:
        return None
    return (at, row) if at is not None and at.tzinfo is not None else None
