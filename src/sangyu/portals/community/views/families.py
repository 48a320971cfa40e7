"""An elder's people: kin and guardians, the household, and the numbers to ring in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.community.family_forms import ContactForm, EndKinForm, HouseholdForm, KinForm
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Standing
from sangyu.registry.models import Elder, Kinship

BEIJING = ZoneInfo("Asia/Shanghai")
CHANGES = frozenset({"up", "down", "emergency", "remove"})


@for_clerks
@require_GET
def family(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show an elder's people."""
    return _family(request, registry_read.get_elder(request.user, elder_id))


@for_clerks
@require_POST
def add_kin(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Record kin or a guardian."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = KinForm(request.POST)

    def act(given: dict[str, Any]) -> str:
        other = registry_read.by_number(request.user, given["other"]) if given["other"] else None
        row = registry.add_kin(
            elder_id=elder_id,
            relation=given["relation"],
            name=given["name"],
            other_id=other.pk if other else None,
            number=given["number"],
            standing=Standing(given["guardianship"], given["may_speak"], given["evidence"]),
            valid_from=given["valid_from"],
            by=request.user,
            at=now(),
        )
        return _("已登记：%(name)s（%(relation)s）") % {"name": row.name, "relation": row.get_relation_display()}

    return _done(request, elder, form, act, wrong_at="other" if request.POST.get("other") else "name", kin=form)


@for_clerks
@require_POST
def end_kin(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Let a kinship or guardianship end, for a reason."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = EndKinForm(request.POST, held=_held(request, elder))

    def act(given: dict[str, Any]) -> str:
        row = registry.end_kin(
            kin_id=UUID(given["kin"]),
            valid_until=given["kin_until"],
            reason=given["kin_reason"],
            by=request.user,
            at=now(),
        )
        return _("已终止：%(name)s，%(on)s起不再有效。") % {"name": row.name, "on": row.valid_until}

    return _done(request, elder, form, act, wrong_at="kin_until", ending=form)


@for_clerks
@require_POST
def share_household(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Put an elder into the household of another."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = HouseholdForm(request.POST)

    def act(given: dict[str, Any]) -> str:
        other = registry_read.by_number(request.user, given["with_number"])
        registry.share_household(
            elder_id=elder_id, other_id=other.pk, since=given["household_since"], by=request.user, at=now()
        )
        return _("已登记与%s同住。") % other.name

    return _done(request, elder, form, act, wrong_at="with_number", sharing=form)


@for_clerks
@require_POST
def leave_household(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Let an elder leave the household today."""
    registry_read.get_elder(request.user, elder_id)
    try:
        registry.leave_household(elder_id=elder_id, on=_today(), by=request.user, at=now())
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已分户，今天起不再同住。"))
    return redirect("community:family", elder_id)


@for_clerks
@require_POST
def add_contact(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Add a number to ring."""
    elder = registry_read.get_elder(request.user, elder_id)
    form = ContactForm(request.POST)

    def act(given: dict[str, Any]) -> str:
        row = registry.add_contact(
            elder_id=elder_id,
            name=given["contact_name"],
            relation=given["contact_relation"],
            number=given["contact_phone"],
            by=request.user,
            at=now(),
        )
        return _("已加联系人：%s") % row.name

    return _done(request, elder, form, act, wrong_at="contact_phone", contacting=form)


@for_clerks
@require_POST
def change_contact(request: HttpRequest, elder_id: UUID, change: str) -> HttpResponse:
    """Move a contact up or down, make it the one for an emergency, or take it away."""
    elder = registry_read.get_elder(request.user, elder_id)
    wanted = request.POST.get("contact", "")
    contact = next((row for row in registry_read.contacts(request.user, elder) if str(row.pk) == wanted), None)
    if contact is None or change not in CHANGES:
        raise NotFound(_("没有找到这个联系人，可能已经移除。"))
    act = {"contact_id": contact.pk, "by": request.user, "at": now()}
    try:
        if change == "emergency":
            registry.name_emergency_contact(**act)
            messages.success(request, _("紧急情况先打：%s") % contact.name)
        elif change == "remove":
            registry.remove_contact(**act)
            messages.success(request, _("已移除联系人：%s") % contact.name)
        else:
            registry.move_contact(up=change == "up", **act)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("community:family", elder_id)


def _done(
    request: HttpRequest,
    elder: Elder,
    form: Form,
    act: Callable[[Any], str],
    *,
    wrong_at: str,
    **forms: Form,
) -> HttpResponse:
    if form.is_valid():
        try:
            said = act(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(wrong_at, str(refusal))
        else:
            messages.success(request, said)
            return redirect("community:family", elder.pk)
    return _family(request, elder, wrong=form, **forms)


def _held(request: HttpRequest, elder: Elder) -> list[Kinship]:
    return [row for row in registry_read.kin(request.user, elder) if row.valid_until is None]


def _today() -> Any:
    return now().astimezone(BEIJING).date()


def _family(request: HttpRequest, elder: Elder, *, wrong: Form | None = None, **forms: Form) -> HttpResponse:
    viewer, on = request.user, _today()
    since = dict.fromkeys(("valid_from", "kin_until", "household_since"), on.isoformat())
    rows = registry_read.kin(viewer, elder)
    emergency = registry_read.emergency_contact(elder.pk)
    contacts = registry_read.contacts(viewer, elder)
    return render(
        request,
        "community/family.html",
        {
            **frame(viewer, "elders"),
            "elder": elder,
            "kin": [
                {"row": row, "held": row.valid_from <= on and (row.valid_until is None or on < row.valid_until)}
                for row in rows
            ],
            "household": registry_read.household(viewer, elder, on),
            "contacts": [
                {
                    "row": row,
                    "first": n == 0,
                    "last": n == len(contacts) - 1,
                    "emergency": emergency is not None and row.pk == emergency.pk,
                }
                for n, row in enumerate(contacts)
            ],
            "adding": forms.get("kin") or KinForm(initial=since),
            "ending": forms.get("ending") or EndKinForm(held=_held(request, elder), initial=since),
            "sharing": forms.get("sharing") or HouseholdForm(initial=since),
            "contacting": forms.get("contacting") or ContactForm(),
            "wrong": wrong,
            "opened": next(iter(forms), ""),
        },
        status=422 if wrong else 200,
    )
