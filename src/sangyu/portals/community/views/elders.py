"""The elders of the community: find one, see what they are entitled to and why, recognise them, record a death."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.benefits import facets
from sangyu.hotline import queries as hotline_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.meals import queries as meals_read
from sangyu.portals.clock import now
from sangyu.portals.community.forms import (
    ConfirmForm,
    DeathForm,
    DescribeForm,
    EndForm,
    RecogniseForm,
    WithdrawDeathForm,
)
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder, Identity

BEIJING = ZoneInfo("Asia/Shanghai")
ROWS = 30


@for_clerks
@require_GET
def elders(request: HttpRequest) -> HttpResponse:
    """List the elders of the clerk's own area, or those who match a search."""
    on = now().astimezone(BEIJING).date()
    text = request.GET.get("q", "").strip()
    group = request.GET.get("group", "") if not text else ""
    dined = not text and request.GET.get("dined") == "1"
    lacks = request.GET.get("lacks", "") if not (text or dined) else ""
    among = _among(request, dined, lacks, on)
    kept = {"dined": "1" if dined else "", "lacks": lacks}
    after = key_of(request.GET.get("after", ""))
    if text:
        found, more = registry_read.search(request.user, text, limit=ROWS), False
    else:
        found = registry_read.listed(request.user, after=after, limit=ROWS + 1, group=group, on=on, among=among)
        more, found = len(found) > ROWS, found[:ROWS]
    return render(
        request,
        "community/elders.html",
        {
            **frame(request.user, "elders"),
            "text": text,
            "group": registry_read.GROUPS.get(group),
            "groups": _groups(request, group, on, among, kept),
            "dined": dined,
            "dining": _address(group, "", dined="" if dined else "1"),
            "whole": _whole(request, lacks, on) if not (text or after or group or dined) else None,
            "lacks": _(facets.FACETS[lacks]) if lacks in facets.FACETS else "",
            "rows": [{"elder": elder, "age": age_on(elder.birth_on, elder.died_on or on)} for elder in found],
            "asked": [] if text or after or group else hotline_read.registration_requests(request.user),
            "next": _address(group, f"{found[-1].pk}_{found[-1].sort_key}", **kept) if more else "",
            "first": _address(group, "", **kept) if after else "",
            "everybody": _address("", "", **kept),
        },
    )


def _among(request: HttpRequest, dined: bool, lacks: str, on: date) -> Any:
    """Return the ids to which the list is narrowed; None for everybody."""
    if dined:
        return meals_read.diners(request.user.programme_id, Month.of(on))
    return facets.lacking(request.user, lacks, on) if lacks else None


def _whole(request: HttpRequest, lacks: str, on: date) -> dict[str, Any]:
    """Say how many of the own elders are known whole, and of how many each of the five lacks."""
    found = facets.completeness(request.user, on)
    return {
        "found": found,
        "lacking": [
            {
                "label": _(label),
                "n": found.elders - found.known[name],
                "url": _address("", "", lacks=name),
                "chosen": name == lacks,
            }
            for name, label in facets.FACETS.items()
            if found.elders > found.known[name]
        ],
    }


def _address(group: str, after: str, **kept: str) -> str:
    asked = {"group": group, **kept, "after": after}
    return "?" + urlencode({key: value for key, value in asked.items() if value})


def _groups(request: HttpRequest, chosen: str, on: date, among: Any, kept: dict[str, str]) -> list[dict[str, Any]]:
    counts = registry_read.group_counts(request.user, on, among=among)
    return [
        {"label": each.label, "n": counts[code], "url": _address(code, "", **kept), "chosen": code == chosen}
        for code, each in registry_read.GROUPS.items()
        if counts[code] or code == chosen
    ]


@for_clerks
@require_GET
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show one elder."""
    return _elder(request, elder_id)


def _elder(
    request: HttpRequest,
    elder_id: UUID,
    *,
    recognising: RecogniseForm | None = None,
    ending: EndForm | None = None,
    dying: DeathForm | None = None,
    withdrawing: WithdrawDeathForm | None = None,
) -> HttpResponse:
    viewer, on = request.user, now().astimezone(BEIJING).date()
    held = registry_read.get_elder(viewer, elder_id)
    wrong = recognising or ending or dying or withdrawing
    known = registry_read.facts(held, on)
    return render(
        request,
        "community/elder.html",
        {
            **frame(viewer, "elders"),
            "elder": held,
            "card": registry_read.card(viewer, held, on),
            "identities": [
                {"row": row, "held": row.valid_from <= on and (row.valid_until is None or on < row.valid_until)}
                for row in registry_read.identities(viewer, held)
            ],
            "contacts": registry_read.contacts(viewer, held),
            "emergency": registry_read.emergency_contact(held.pk),
            "speakers": registry_read.speakers(held.pk, on),
            "kin": registry_read.kin_on(held.pk, on),
            "household": registry_read.household(viewer, held, on),
            "documents": registry_read.documents(viewer, held),
            "merges": registry_read.merges_into(held),
            "decision": _service_class(viewer.programme_id, known, on),
            "confirmed": registry_read.confirmed_at(held.pk),
            "confirming": ConfirmForm(),
            "facets": [
                (_(facets.FACETS[name]), known)
                for name, known in facets.facets_of(held.merged_into or held, on).items()
            ],
            "describing": DescribeForm(initial={"health": held.health, "interests": held.interests}),
            "recognising": recognising or RecogniseForm(),
            "ending": ending or EndForm(held=_lasting(request, held), initial={"until": on.isoformat()}),
            "dying": dying or DeathForm(),
            "withdrawing": withdrawing or WithdrawDeathForm(),
            "wrong": wrong,
            "wrong_end": ending is not None,
            "wrong_death": dying is not None,
        },
        status=422 if wrong else 200,
    )


def _service_class(programme_id: UUID, known: dict, on: Any) -> dict[str, Any]:
    """Decide the service class of the day; when it cannot be decided, say why instead.

    Not every city sorts its elders into classes; where the pack does not, there is nothing to show.
    """
    try:
        decision = adoption_read.decide(programme_id, "service-class", known, on)
    except policy.UnknownRule:
        return {}
    except Refusal as refusal:
        return {"letter": "", "because": str(refusal), "source": None}
    if not decision.decided:
        return {"letter": "", "because": _("缺少资料，暂不能确定：%s") % (decision.missing or ""), "source": None}
    return {"letter": decision.ground or "", "because": decision.because, "source": decision.source}


@for_clerks
@require_POST
def recognise(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Record what an elder is recognised as."""
    form = RecogniseForm(request.POST)
    held = registry_read.get_elder(request.user, elder_id)
    if form.is_valid():
        try:
            made = registry.recognise(elder=held, by=request.user, at=now(), **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("已认定：%s") % made.get_code_display())
            return redirect("community:elder", elder_id)
    return _elder(request, elder_id, recognising=form)


@for_clerks
@require_POST
def end_recognition(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Let something that an elder is recognised as end, for a reason."""
    held = registry_read.get_elder(request.user, elder_id)
    form = EndForm(request.POST, held=_lasting(request, held))
    if form.is_valid():
        given = form.cleaned_data
        try:
            ended = registry.end_recognition(
                identity_id=given["identity"],
                valid_until=given["until"],
                reason=given["reason"],
                by=request.user,
                at=now(),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("until", str(refusal))
        else:
            said = {"code": ended.get_code_display(), "on": ended.valid_until}
            messages.success(request, _("已终止：%(code)s，%(on)s起不再有效。") % said)
            return redirect("community:elder", elder_id)
    return _elder(request, elder_id, ending=form)


def _lasting(request: HttpRequest, elder: Elder) -> list[Identity]:
    """Return what an elder is or will be recognised as: whatever has not ended before today."""
    on = now().astimezone(BEIJING).date()
    rows = registry_read.identities(request.user, elder)
    return [row for row in rows if row.valid_until is None or row.valid_until > on]


@for_clerks
@require_POST
def record_death(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Record the day an elder died."""
    form = DeathForm(request.POST)
    held = registry_read.get_elder(request.user, elder_id)
    if form.is_valid():
        try:
            registry.record_death(elder_id=held.pk, died_on=form.cleaned_data["died_on"], by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("died_on", str(refusal))
        else:
            messages.success(request, _("已登记去世日期，此后不再下单和结算。"))
            return redirect("community:elder", elder_id)
    return _elder(request, elder_id, dying=form)


@for_clerks
@require_POST
def withdraw_death(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Take back a death that was recorded by mistake."""
    form = WithdrawDeathForm(request.POST)
    held = registry_read.get_elder(request.user, elder_id)
    if form.is_valid():
        reason = form.cleaned_data["withdrawn_because"]
        try:
            registry.withdraw_death(elder_id=held.pk, reason=reason, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("withdrawn_because", str(refusal))
        else:
            messages.success(request, _("已撤销去世登记，可以照常下单和服务。"))
            return redirect("community:elder", elder_id)
    return _elder(request, elder_id, withdrawing=form)


def key_of(text: str) -> tuple[str, UUID] | None:
    pk, _sign, name = text.partition("_")
    try:
        return name, UUID(pk)
    except ValueError:
        return None
