"""What is given by hand, written down beside the elder: a stay set aside, drawn, called off; a device out and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sangyu.benefits import actions as benefits
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.entitlements.forms import CallOffForm, CostForm, DrawForm, GiveBackForm, HandOverForm, SetAsideForm
from sangyu.portals.entitlements.frame import who_states
from sangyu.portals.entitlements.views.elder import ids, show
from sangyu.registry import queries as registry_read


@who_states
@require_POST
def set_aside(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Set days of a stay aside."""
    form = SetAsideForm(request.POST, auto_id=ids(request.POST.get("code", "")))
    return _done(request, elder_id, form, benefits.set_aside, _("已预约。"), of="")


@who_states
@require_POST
def draw(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down how many days were stayed."""
    form = DrawForm(request.POST, auto_id=ids(request.POST.get("of", "")))
    return _done(request, elder_id, form, benefits.draw, _("已登记实际入住。"), of="booking_id")


@who_states
@require_POST
def note_cost(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down what a stay cost."""
    form = CostForm(request.POST, auto_id=ids(request.POST.get("of", "")))
    return _done(request, elder_id, form, benefits.note_cost, _("已登记费用。"), of="booking_id")


@who_states
@require_POST
def call_off(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Call a stay off."""
    form = CallOffForm(request.POST, auto_id=ids(request.POST.get("of", "")))
    return _done(request, elder_id, form, benefits.call_off, _("预约已取消，天数已退回。"), of="booking_id")


@who_states
@require_POST
def hand_over(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down that a device was handed to the elder."""
    form = HandOverForm(request.POST, auto_id=ids(request.POST.get("code", "")))
    return _done(request, elder_id, form, benefits.hand_over, _("已登记领用。"), of="")


@who_states
@require_POST
def give_back(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Write down that a device came back."""
    form = GiveBackForm(request.POST, auto_id=ids(request.POST.get("of", "")))
    return _done(request, elder_id, form, benefits.give_back, _("已登记退回，可以另发一件。"), of="hand_over_id")


def _done(
    request: HttpRequest, elder_id: UUID, form: Any, verb: Callable[..., object], said: str, *, of: str
) -> HttpResponse:
    """Do what was typed, about the elder or about the row that `of` names; a refusal stands where it was typed."""
    elder = registry_read.get_elder(request.user, elder_id)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        typed |= {of: typed.pop("of")} if of else {"elder_id": elder.pk}
        try:
            verb(**typed, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("entitlements:elder", elder_id=elder.pk)
    return show(request, elder, wrong=form, status=422)
