"""Emergencies: the card anew, take one, note a step, close one, read how one ended; for every desk that shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.portals.clock import now
from sangyu.portals.hotline.alarms import picture
from sangyu.safety import actions as safety


@login_required
@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """Show the open emergencies as they are now."""
    return render(request, "hotline/_alarm_list.html", picture(request.user, now()))


@login_required
@require_POST
def take(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Take an emergency in hand; the second to press reads who has it."""
    return _done(request, partial(safety.take, alarm_id=alarm_id))


@login_required
@require_POST
def step(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Write down whom somebody turned to."""
    said = request.POST
    key = said.get("key") or str(new_id())
    verb = partial(safety.note_step, alarm_id=alarm_id, note=said.get("note", ""), key=key)
    return _done(request, partial(verb, rung=said.get("rung", "")), draft=f"step-{alarm_id}")


@login_required
@require_POST
def close(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """End an emergency with its outcome and a sentence."""
    said = request.POST
    verb = partial(safety.close, alarm_id=alarm_id, outcome=said.get("outcome", ""), note=said.get("note", ""))
    return _done(request, verb, draft=f"closing-{alarm_id}")


@login_required
@require_POST
def read(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Note that whoever raised it knows how it ended."""
    return _done(request, partial(safety.acknowledge, alarm_id=alarm_id))


def _done(request: HttpRequest, verb: Callable[..., Any], *, draft: str = "") -> HttpResponse:
    """Do it and show the cards as they then are; a refusal stands above them."""
    refusal = ""
    try:
        verb(by=request.user, at=now())
    except Refusal as error:
        refusal = str(error)
    except ValueError:
        refusal = _("请从列出的步骤中选择一个。")
    if not request.htmx and not refusal:
        return redirect("home")
    shown = picture(request.user, now(), refusal=refusal, draft="" if refusal else draft)
    return render(request, "hotline/_alarm_list.html", shown, status=422 if refusal else 200)
