"""What is known of an elder: numbers, documents, recognitions, where they live, and the facts the policy asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.db.models import F, Q

from sangyu.access.models import User
from sangyu.kit.age import age_on
from sangyu.registry import numbers
from sangyu.registry.models import Contact, Document, DocumentKind, Elder, Identity, Residence
from sangyu.registry.queries.elders import get_elder, of_person
from sangyu.registry.rules import mask_document


def contacts(viewer: User, elder: Elder) -> list[Contact]:
    """The numbers of one elder, own numbers first."""
    get_elder(viewer, elder.pk)
    return contacts_of(elder.pk)


def own_numbers(elder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The first own number of each of some elders; for desks that reached them through orders of their own."""
    rows = Contact.objects.filter(elder_id__in=list(elder_ids), relation="本人").order_by("-order", "-id")
    return dict(rows.values_list("elder_id", "phone"))


def contacts_of_all(elder_ids: Iterable[UUID]) -> dict[UUID, list[Contact]]:
    """The numbers of each of some elders, own numbers first, in one query; every elder asked for is there."""
    found: dict[UUID, list[Contact]] = {elder_id: [] for elder_id in elder_ids}
    rows = Contact.objects.filter(elder_id__in=of_person(found)).annotate(stands_for=F("elder__merged_into"))
    for row in rows.order_by("order", "id"):
        for whose in {row.elder_id, row.stands_for} & found.keys():
            found[whose].append(row)
    return found


def contacts_of(elder_id: UUID) -> list[Contact]:
    """The numbers of an elder, own numbers first; for desks that reached the elder through an order of their own."""
    return list(Contact.objects.filter(elder_id__in=of_person([elder_id])).order_by("order", "id"))


def identities(viewer: User, elder: Elder) -> list[Identity]:
    """Everything an elder was ever recognised as, newest start first, with the paper and who recorded it."""
    get_elder(viewer, elder.pk)
    rows = Identity.objects.filter(elder_id__in=of_person([elder.pk])).select_related("recorded_by")
    return list(rows.order_by("-valid_from", "code"))


def identities_on(elder_id: UUID, on: date) -> list[Identity]:
    """What an elder is recognised as on a day, by code."""
    return list(
        Identity.objects.filter(elder_id__in=of_person([elder_id]), valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .order_by("code")
    )


def facts(elder: Elder, on: date) -> dict:
    """Return what the policy tables ask of a registered elder on a day, in the words of the tables.

    A day before a move is answered as it was then; a record that was merged as the one that stands for it.
    """
    elder = elder.merged_into or elder
    home = home_on(elder, on)
    recognised = identities_on(elder.pk, on)
    known = {
        "birth_date": elder.birth_on.isoformat(),
        "registered": True,
        "lives_in_area": home.lives_in_area,
        "hukou_in_area": home.hukou_in_area,
        "identities": list(dict.fromkeys(row.code for row in recognised if ":" not in row.code)),
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


def home_on(elder: Elder, on: date) -> Elder | Residence:
    """Return where an elder lived and was registered on a day: the row of then, or the elder as it is now."""
    if elder.moved_on is None or on >= elder.moved_on:
        return elder
    return Residence.objects.filter(elder=elder, valid_until__gt=on).order_by("valid_until").first() or elder


def residences(viewer: User, elder: Elder) -> list[Residence]:
    """Where an elder lived before, the latest first.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    get_elder(viewer, elder.pk)
    rows = Residence.objects.filter(elder=elder).select_related("community", "recorded_by")
    return list(rows.order_by("-valid_until"))


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
    document = first_document(elder.pk)
    labels = tuple(identity.get_code_display() for identity in identities_on(elder.pk, on))
    return Card(
        elder=elder,
        age=age_on(elder.birth_on, on),
        identities=labels,
        document_number=mask_document(numbers.number_of(document)) if document else "",
    )


def first_document(elder_id: UUID) -> Document | None:
    """Return the document that stands for an elder: a citizen's or resident's own before a permit or a passport."""
    rows = Document.objects.filter(elder_id__in=of_person([elder_id])).order_by("-id")
    found = {row.kind: row for row in rows}
    return next((found[kind] for kind in DocumentKind.values if kind in found), None)


@dataclass(frozen=True)
class DocumentShown:
    """A document as a desk may show it, its number masked."""

    kind: str
    label: str
    masked: str
    expires_on: date | None


def documents(viewer: User, elder: Elder) -> list[DocumentShown]:
    """The documents of one elder by kind, masked.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    get_elder(viewer, elder.pk)
    held = Document.objects.filter(elder_id__in=of_person([elder.pk])).order_by("id")
    rows = sorted(held, key=lambda row: DocumentKind.values.index(row.kind))
    return [
        DocumentShown(row.kind, row.get_kind_display(), mask_document(numbers.number_of(row)), row.expires_on)
        for row in rows
    ]


def masked_document(elder_id: UUID) -> str:
    """Return the masked numbers of one record's own documents, for a comparison of two records."""
    rows = Document.objects.filter(elder_id=elder_id).order_by("id")
    return "、".join(f"{row.get_kind_display()} {mask_document(numbers.number_of(row))}" for row in rows)


def own_contacts(elder_id: UUID) -> list[Contact]:
    """The numbers of one record alone, whatever was merged into it."""
    return list(Contact.objects.filter(elder_id=elder_id).order_by("order", "id"))


def own_identities(elder_id: UUID, on: date) -> list[Identity]:
    """What one record alone is recognised as on a day, whatever was merged into it."""
    rows = Identity.objects.filter(elder_id=elder_id, valid_from__lte=on)
    return list(rows.filter(Q(valid_until=None) | Q(valid_until__gt=on)).order_by("code"))
