"""Elders as a till sees them, and their cards."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.names import fold
from sangyu.registry.models import CardEvent, CardEventKind, Elder, ElderCard
from sangyu.registry.queries.elders import elders, get_elder, of_person, survivor_of
from sangyu.registry.rules import CardBlocked, CardUnknown, card_number, stored_keys

USABLE = frozenset({CardEventKind.ISSUED, CardEventKind.RETURNED})
DINER_KEY_MIN = 2


@dataclass(frozen=True)
class Diner:
    """An elder as a till may see one: found by a card, or by the name or the tail of a telephone number."""

    elder: Elder
    card: ElderCard | None = None


def diners(viewer: User, text: str, *, limit: int = 8) -> list[Diner]:
    """Return the elders of the programme who match every word a cashier typed: name, initials or phone tail.

    A cashier serves whoever comes, so the whole programme is searched, but never listed: one letter finds nobody.
    Raises: NotAllowed, for anybody but a cashier.
    """
    ensure_role(viewer, Role.TILL)
    words = stored_keys(fold(word) for word in text.split())
    if not words or max(len(word) for word in words) < DINER_KEY_MIN:
        return []
    rows = Elder.objects.filter(programme_id=viewer.programme_id, search_keys__contains=words)
    rows = rows.filter(died_on=None, merged_into=None)
    return [Diner(elder) for elder in rows.select_related("community").order_by("sort_key", "id")[:limit]]


def get_diner(viewer: User, elder_id: UUID) -> Diner:
    """Return one elder of the programme to a cashier, or the record that stands for the person since a merge.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(viewer, Role.TILL)
    rows = Elder.objects.filter(programme_id=viewer.programme_id, pk=survivor_of(elder_id))
    found = rows.select_related("community").first()
    if found is None:
        raise NotFound("没有找到这位老人，请重新查找。")
    return Diner(found)


def find_by_card(viewer: User, number: str) -> Diner:
    """Return the elder for whom a card stands.

    Cashiers find every elder of the programme in this way, everybody else only those they may see.
    Raises: BadCardNumber; CardUnknown; CardBlocked, since when and what to do instead.
    """
    number = card_number(number)
    rows = _with_state(ElderCard.objects.filter(programme_id=viewer.programme_id, number=number))
    if Role.TILL not in viewer.roles:
        rows = rows.filter(elder__in=elders(viewer).order_by())
    card = rows.first()
    if card is None:
        raise CardUnknown(f"没有尾号{number[-4:]}的卡。请核对是不是本区的市民卡，或按姓名、手机尾号查找老人。")
    if card.state not in USABLE:
        label = CardEventKind(card.state).label
        raise CardBlocked(
            f"{card.elder.name}的卡（尾号{number[-4:]}）{label}，不能使用。"
            "请收下这张卡并请老人到社区办理，今天可按姓名或手机尾号查找后就餐。"
        )
    return Diner(card.elder.merged_into or card.elder, card)


def cards_of(viewer: User, elder: Elder) -> list[ElderCard]:
    """The cards of one elder, newest first, each with `state` and `state_at` of its last event."""
    get_elder(viewer, elder.pk)
    return list(_with_state(ElderCard.objects.filter(elder_id__in=of_person([elder.pk]))).order_by("-issued_on", "-id"))


def get_card(viewer: User, card_id: UUID) -> ElderCard:
    """Return one card of an elder whom the viewer may see.

    Raises: NotFound.
    """
    found = _with_state(ElderCard.objects.filter(pk=card_id, elder__in=elders(viewer).order_by())).first()
    if found is None:
        raise NotFound("没有找到这张卡。")
    return found


def card_label(card: ElderCard) -> str:
    """Say in Chinese what a card read by `cards_of` or `get_card` is good for now."""
    return str(CardEventKind(card.state).label)


def card_counts(viewer: User) -> dict[str, int]:
    """Count the cards of the elders whom the viewer may see by the state of their last event; every state is named."""
    rows = _with_state(ElderCard.objects.filter(elder__in=elders(viewer).order_by())).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {kind: found.get(kind, 0) for kind in CardEventKind.values}


def _with_state(rows: QuerySet[ElderCard]) -> QuerySet[ElderCard]:
    last = CardEvent.objects.filter(card=OuterRef("pk")).order_by("-n")
    return rows.annotate(
        state=Subquery(last.values("kind")[:1]), state_at=Subquery(last.values("at")[:1])
    ).select_related("elder", "elder__community", "issued_by")
