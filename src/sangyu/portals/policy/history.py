"""Every version that was in force or will be: from when, by which document, by whom, and what it changed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sangyu.adoption import queries as adoption_read
from sangyu.adoption.queries import Adopted
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.components.forms import DeskForm
from sangyu.portals.policy import changes
from sangyu.portals.policy.frame import context, seat

BEIJING = ZoneInfo("Asia/Shanghai")


class DaysForm(DeskForm):
    """Two days whose policies are compared."""

    before = forms.DateField(
        label=gettext_lazy("前一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    after = forms.DateField(
        label=gettext_lazy("后一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@seat
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """List every adoption, the last to begin first, and compare the policies of two days."""
    found = adoption_read.adoptions(request.user)
    named = _named(request, found)
    today = now().astimezone(BEIJING).date()
    lines = [
        {
            "adoption": one.adoption,
            "decision": one.decision,
            "proposer": named.get(one.decision.draft.proposed_by_id, "") if one.decision else "",
            "signer": named.get(one.adoption.adopted_by_id, ""),
            "when": _when(one.adoption.valid_from, one.adoption.valid_until, today),
        }
        for one in found
    ]
    form = DaysForm(request.GET) if "before" in request.GET else DaysForm(initial={"before": today, "after": today})
    told, refused = _between(request, form) if form.is_bound and form.is_valid() else (None, "")
    page = context(request, "policy:history", lines=lines, form=form, told=told, refused=refused)
    return render(request, "policy/history.html", page, status=422 if form.errors or refused else 200)


@seat
@require_GET
def adoption(request: HttpRequest, adoption_id: UUID) -> HttpResponse:
    """Show one adoption, and what it changed against the one before."""
    found = adoption_read.adoptions(request.user)
    place = next((n for n, one in enumerate(found) if one.adoption.pk == adoption_id), None)
    if place is None:
        raise NotFound("没有找到这一版。请从历史里打开。")
    one, before = found[place], found[place + 1] if place + 1 < len(found) else None
    named = _named(request, [one])
    told = None
    if before is not None:
        told = changes.compare(changes.version_of(before.adoption), changes.version_of(one.adoption))
    page = context(
        request,
        "policy:history",
        one=one,
        before=before,
        told=told,
        proposer=named.get(one.decision.draft.proposed_by_id, "") if one.decision else "",
        signer=named.get(one.adoption.adopted_by_id, ""),
    )
    return render(request, "policy/adoption.html", page)


def _between(request: HttpRequest, form: DaysForm) -> tuple[changes.Comparison | None, str]:
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    try:
        versions = [changes.version_of(adoption_read.in_force(request.user.programme_id, on)) for on in (before, after)]
    except Refusal as refused:
        return None, str(refused)
    return changes.compare(versions[0], versions[1], (before, after)), ""


def _named(request: HttpRequest, found: list[Adopted]) -> dict[UUID, str]:
    ids: list[Any] = [one.adoption.adopted_by_id for one in found]
    ids += [one.decision.draft.proposed_by_id for one in found if one.decision]
    return changes.names(request.user, *ids)


def _when(valid_from: date, valid_until: date | None, today: date) -> str:
    """Tell whether a period is to come, goes on or is over."""
    if valid_from > today:
        return "TO_COME"
    return "OVER" if valid_until is not None and valid_until <= today else "IN_FORCE"
