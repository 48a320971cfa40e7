"""Give out a card, block it when it is lost, let a found one be used again, put another in its place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read
from sangyu.registry import rules
from sangyu.registry.actions.elders import DiedBefore, lock
from sangyu.registry.models import CardEvent, CardEventKind, CardKind, Elder, ElderCard

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def issue_card(*, elder_id: UUID, number: str, by: User, at: datetime, kind: str = CardKind.CITIZEN_CARD) -> ElderCard:
    """Give an elder a card; the same number to the same elder again changes nothing.

    Raises: NotFound; BadCardNumber; CardTaken, for a number given before or an elder who holds a card; DiedBefore.
    """
    elder = lock(elder_id, by)
    number = rules.card_number(number)
    held = next((card for card in registry_read.cards_of(by, elder) if card.state != CardEventKind.REPLACED), None)
    if held is not None:
        if held.number == number:
            return held
        raise rules.CardTaken(
            f"{elder.name}已有一张卡（尾号{held.number[-4:]}，{CardEventKind(held.state).label}）。"
            "一位老人只发一张卡，遗失或损坏请办理换卡。"
        )
    return _issue(elder, number, kind, by, at, note="")


@transaction.atomic
def report_lost(*, card_id: UUID, by: User, at: datetime, note: str = "") -> CardEvent:
    """Block a card at once (挂失); a card that is blocked already stays as it is.

    Raises: NotAllowed, NotFound, CardBlocked for a card that was replaced.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU, Role.AGENT, Role.SUPERVISOR)
    return _note_card(card_id, CardEventKind.LOST, by, at, note, verb="registry.report_lost")


@transaction.atomic
def report_found(*, card_id: UUID, by: User, at: datetime, note: str = "") -> CardEvent:
    """Let a card that was found again be used as before; one that was never lost stays as it is.

    Raises: NotAllowed, NotFound, CardBlocked for a card that was replaced.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    return _note_card(card_id, CardEventKind.RETURNED, by, at, note, verb="registry.report_found")


@transaction.atomic
def replace_card(*, card_id: UUID, number: str, by: User, at: datetime, note: str = "") -> ElderCard:
    """End a card for good and give the elder a new one in its place; the same new number again changes nothing.

    Raises: NotFound; BadCardNumber; CardTaken; CardBlocked for a card that was replaced by another number.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    number = rules.card_number(number)
    elder = lock(registry_read.get_card(by, card_id).elder_id, by)
    for card in registry_read.cards_of(by, elder):
        if card.number == number and card.pk != card_id and card.state != CardEventKind.REPLACED:
            return card
    _note_card(card_id, CardEventKind.REPLACED, by, at, note or f"换为尾号{number[-4:]}", verb="registry.replace_card")
    return _issue(elder, number, CardKind.CITIZEN_CARD, by, at, note="换卡")


def _issue(elder: Elder, number: str, kind: str, by: User, at: datetime, *, note: str) -> ElderCard:
    if elder.died_on is not None:
        raise DiedBefore(f"{elder.name}已登记去世，不能发卡。如登记有误，请先更正。")
    if ElderCard.objects.filter(programme_id=elder.programme_id, number=number).exists():
        raise rules.CardTaken(f"尾号{number[-4:]}的卡已经发出过，卡号不能重复使用。请换一张卡。")
    card = ElderCard.objects.create(
        id=derived_id("card", elder.programme_id, number),
        programme_id=elder.programme_id,
        elder=elder,
        kind=str(CardKind(kind)),
        number=number,
        issued_on=at.astimezone(BEIJING).date(),
        issued_by=by,
    )
    CardEvent.objects.create(card=card, n=1, kind=CardEventKind.ISSUED, at=at, by=by, note=note)
    access.record(
        by=by,
        at=at,
        verb="registry.issue_card",
        object_kind="elder",
        object_id=elder.pk,
        facts={"card": str(card.pk), "tail": number[-4:]},
    )
    return card


def _note_card(card_id: UUID, kind: str, by: User, at: datetime, note: str, *, verb: str) -> CardEvent:
    card = registry_read.get_card(by, card_id)
    Elder.objects.select_for_update().get(pk=card.elder_id)  # two desks at once would number the same event
    last = CardEvent.objects.filter(card=card).order_by("-n").first()
    assert last is not None  # a card begins with its issue
    if last.kind == CardEventKind.REPLACED:
        raise rules.CardBlocked(f"尾号{card.number[-4:]}的卡已换新卡，不能再办理。请使用老人的新卡。")
    if last.kind == kind or (kind == CardEventKind.RETURNED and last.kind == CardEventKind.ISSUED):
        return last
    event = CardEvent.objects.create(card=card, n=last.n + 1, kind=kind, at=at, by=by, note=note.strip())
    access.record(
        by=by,
        at=at,
        verb=verb,
        object_kind="elder",
        object_id=card.elder_id,
        facts={"card": str(card.pk), "tail": card.number[-4:], "note": note.strip()},
    )
    return event
