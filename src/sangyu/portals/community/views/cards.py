"""The cards of an elder: give one out, block a lost one, let a found one be used again, give another in its place."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.clock import now
from sangyu.portals.community.card_forms import CardForm
from sangyu.portals.community.views.frame import for_clerks, frame
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read

TONES = {"ISSUED": "good", "RETURNED": "good", "LOST": "bad", "REPLACED": "off"}


@for_clerks
@require_GET
def cards(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show the cards of one elder."""
    return _cards(request, elder_id)


@for_clerks
@require_POST
def issue(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Give the elder a card; in place of the one that is held, if there is one."""
    form = CardForm(request.POST)
    if form.is_valid():
        held = _held(request, elder_id)
        number = form.cleaned_data["number"]
        try:
            if held is None:
                registry.issue_card(elder_id=elder_id, number=number, by=request.user, at=now())
            else:
                registry.replace_card(card_id=held.pk, number=number, by=request.user, at=now())
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("已换新卡，旧卡不能再用。") if held else _("已发卡，现在就可以用。"))
            return redirect("community:cards", elder_id)
    return _cards(request, elder_id, form=form)


@for_clerks
@require_POST
def lost(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Block the card that the elder holds."""
    held = _held(request, elder_id)
    if held is None:
        raise NotFound(_("这位老人没有可以挂失的卡。"))
    registry.report_lost(card_id=held.pk, by=request.user, at=now())
    messages.success(request, _("已挂失，这张卡马上不能使用。"))
    return redirect("community:cards", elder_id)


@for_clerks
@require_POST
def found(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Let the card that was found again be used as before."""
    held = _held(request, elder_id)
    if held is None:
        raise NotFound(_("这位老人没有挂失的卡。"))
    registry.report_found(card_id=held.pk, by=request.user, at=now())
    messages.success(request, _("已解除挂失，这张卡可以使用。"))
    return redirect("community:cards", elder_id)


def _held(request: HttpRequest, elder_id: UUID):
    elder = registry_read.get_elder(request.user, elder_id)
    return next((card for card in registry_read.cards_of(request.user, elder) if card.state != "REPLACED"), None)


def _cards(request: HttpRequest, elder_id: UUID, *, form: CardForm | None = None) -> HttpResponse:
    elder = registry_read.get_elder(request.user, elder_id)
    rows = registry_read.cards_of(request.user, elder)
    return render(
        request,
        "community/cards.html",
        {
            **frame(request.user, "elders"),
            "elder": elder,
            "cards": [
                {"card": card, "label": registry_read.card_label(card), "tone": TONES[card.state]} for card in rows
            ],
            "held": next((card for card in rows if card.state != "REPLACED"), None),
            "form": form or CardForm(),
            "wrong": form,
        },
        status=422 if form else 200,
    )
