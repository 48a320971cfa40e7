"""Reads of the registry: find an elder by number or by name, and say what the policy needs to know of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import ensure_role, sees_whole_programme
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound
from sangyu.kit.names import fold, mask_resident_id
from sangyu.kit.phone import plain
from sangyu.registry.models import (
    CardEvent,
    CardEventKind,
    Contact,
    Document,
    Elder,
    ElderCard,
    Identity,
    IdentityCode,
)
from sangyu.registry.rules import CardBlocked, CardUnknown, card_number, stored_keys

IDENTITY_CODES = IdentityCode.choices


def elders(viewer: User) -> QuerySet[Elder]:
    """The elders that the viewer may see: all of the programme for its operator, else those of the own area.

    Enterprises and workers see elders only through their own orders, never here.
    """
    rows = Elder.objects.filter(programme_id=viewer.programme_id).select_related("community", "community__parent")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.COMMUNITY:
        return rows.filter(community__code__startswith=viewer.area_code)
    return rows.none()


def get_elder(viewer: User, elder_id: UUID) -> Elder:
    """Return one elder.

    Raises: NotFound, also for an elder whom the viewer may not see.
    """
    found = elders(viewer).filter(pk=elder_id).first()
    if found is None:
        raise NotFound("没有找到这位老人，可能不在您负责的范围内。")
    return found


def find_by_phone(viewer: User, number: str) -> list[Elder]:
    """Return the elders whom a number belongs to, elder's own numbers before the family's; empty if unknown."""
    matches = (
        Contact.objects.filter(programme_id=viewer.programme_id, phone=plain(number))
        .order_by("order", "id")
        .values_list("elder_id", flat=True)
    )
    order = list(dict.fromkeys(matches))
    found = {elder.pk: elder for elder in elders(viewer).filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]


def find_by_phones(viewer: User, numbers: Iterable[str]) -> dict[str, list[Elder]]:
    """Return for each of several numbers the elders whom it belongs to; in two queries, however many ring at once."""
    wanted = {number for number in numbers if number}
    matches = list(
        Contact.objects.filter(programme_id=viewer.programme_id, phone__in=wanted)
        .order_by("order", "id")
        .values_list("phone", "elder_id")
    )
    found = {elder.pk: elder for elder in elders(viewer).filter(pk__in={pk for _, pk in matches})}
    belongs: dict[str, list[Elder]] = {number: [] for number in wanted}
    for phone, pk in matches:
        if pk in found and found[pk] not in belongs[phone]:
            belongs[phone].append(found[pk])
    return belongs


def search(viewer: User, text: str, *, limit: int = 20) -> list[Elder]:
    """Return elders whose name, pinyin initials, phone tail or document tail match every word of `text`."""
    words = stored_keys(fold(word) for word in text.split())
    if not words:
        return []
    return list(elders(viewer).filter(search_keys__contains=words).order_by("sort_key", "id")[:limit])


def listed(viewer: User, *, after: tuple[str, UUID] | None = None, limit: int = 30) -> list[Elder]:
    """Return elders by name as in a phone book, `limit` at a time behind the key (sort_key, id) of the last."""
    rows = elders(viewer).order_by("sort_key", "id")
    if after is not None:
        rows = rows.extra(where=["(sort_key, registry_elder.id) > (%s, %s)"], params=list(after))
    return list(rows[:limit])


def registered_as(viewer: User, document_number: str) -> Elder | None:
    """Return the elder of the programme to whom a document belongs, wherever registered; None if it is new.

    For those who register or see everybody; anybody else learns nothing.
    """
    if not (sees_whole_programme(viewer) or viewer.organisation.kind == OrganisationKind.COMMUNITY):
        return None
    found = (
        Document.objects.filter(programme_id=viewer.programme_id, number=document_number)
        .select_related("elder", "elder__community")
        .first()
    )
    return found.elder if found else None


def contacts(viewer: User, elder: Elder) -> list[Contact]:
    """The numbers of one elder, own numbers first."""
    get_elder(viewer, elder.pk)
    return list(Contact.objects.filter(elder=elder).order_by("order", "id"))


def own_numbers(elder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The first own number of each of some elders; for desks that reached them through orders of their own."""
    rows = Contact.objects.filter(elder_id__in=list(elder_ids), relation="本人").order_by("-order", "-id")
    return dict(rows.values_list("elder_id", "phone"))


def contacts_of_all(elder_ids: Iterable[UUID]) -> dict[UUID, list[Contact]]:
    """The numbers of each of some elders, own numbers first, in one query; every elder asked for is there."""
    found: dict[UUID, list[Contact]] = {elder_id: [] for elder_id in elder_ids}
    for row in Contact.objects.filter(elder_id__in=list(found)).order_by("order", "id"):
        found[row.elder_id].append(row)
    return found


def contacts_of(elder_id: UUID) -> list[Contact]:
    """The numbers of an elder, own numbers first; for desks that reached the elder through an order of their own."""
    return list(Contact.objects.filter(elder_id=elder_id).order_by("order", "id"))


def identities(viewer: User, elder: Elder) -> list[Identity]:
    """Everything an elder was ever recognised as, newest start first, with the paper and who recorded it."""
    get_elder(viewer, elder.pk)
    return list(Identity.objects.filter(elder=elder).select_related("recorded_by").order_by("-valid_from", "code"))


def identities_on(elder_id: UUID, on: date) -> list[Identity]:
    """What an elder is recognised as on a day, by code."""
    return list(
        Identity.objects.filter(elder_id=elder_id, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .order_by("code")
    )


def facts(elder: Elder, on: date) -> dict:
    """Return what the policy tables ask of a registered elder on a day, in the words of the tables."""
    recognised = identities_on(elder.pk, on)
    known = {
        "birth_date": elder.birth_on.isoformat(),
        "registered": True,
        "lives_in_area": True,
        "hukou_in_area": elder.hukou_in_area,
        "identities": [row.code for row in recognised if ":" not in row.code],
    }
    # What was recognised last stands, should two assessments hold on the same day.
    for row in sorted(recognised, key=attrgetter("valid_from", "recorded_at")):
        name, stated, value = row.code.partition(":")
        if stated:
            known[name] = value
    since = [row.valid_from for row in recognised if ":" not in row.code]
    if since:
        known["since"] = min(since).isoformat()
    if elder.died_on:
        known["died_on"] = elder.died_on.isoformat()
    return known


@dataclass(frozen=True)
class Card:
    """What a desk shows of an elder at first sight."""

    elder: Elder
    age: int
    identities: tuple[str, ...]
    document_number: str


def card(viewer: User, elder: Elder, on: date) -> Card:
    """Return the person card of one elder; its document number is masked, `look_up_document` shows it against a reason.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    get_elder(viewer, elder.pk)
    number = Document.objects.filter(elder=elder).order_by("kind").values_list("number", flat=True).first() or ""
    labels = tuple(identity.get_code_display() for identity in identities_on(elder.pk, on))
    return Card(
        elder=elder, age=age_on(elder.birth_on, on), identities=labels, document_number=mask_resident_id(number)
    )


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
    rows = Elder.objects.filter(programme_id=viewer.programme_id, search_keys__contains=words, died_on=None)
    return [Diner(elder) for elder in rows.select_related("community").order_by("sort_key", "id")[:limit]]


def get_diner(viewer: User, elder_id: UUID) -> Diner:
    """Return one elder of the programme to a cashier.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(viewer, Role.TILL)
    found = Elder.objects.filter(programme_id=viewer.programme_id, pk=elder_id).select_related("community").first()
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
    return Diner(card.elder, card)


def cards_of(viewer: User, elder: Elder) -> list[ElderCard]:
    """The cards of one elder, newest first, each with `state` and `state_at` of its last event."""
    get_elder(viewer, elder.pk)
    return list(_with_state(ElderCard.objects.filter(elder=elder)).order_by("-issued_on", "-id"))


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
