"""Whom one may see, and how an elder is found: by number, by name, by document, by what they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from sangyu.access.models import OrganisationKind, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.kit.names import fold
from sangyu.kit.phone import plain
from sangyu.registry import numbers
from sangyu.registry.models import Contact, Document, DuplicateCase, Elder, Identity
from sangyu.registry.rules import GROUPS, HIGH_AGE, born_by, stored_keys


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


def by_number(viewer: User, registration_number: str) -> Elder:
    """Return the elder of a registration number.

    Raises: NotFound, also for an elder whom the viewer may not see.
    """
    found = elders(viewer).filter(registration_number=registration_number.strip()).first()
    if found is None:
        raise NotFound(f"没有找到登记编号“{registration_number.strip()}”的老人，请核对编号，或他不在您负责的范围内。")
    return found.merged_into or found


def possible_duplicates(viewer: User, *, name: str, birth_on: date, phones: Iterable[str]) -> list[Elder]:
    """Return the elders of the programme who may be somebody who is about to be registered; at most five.

    By name with birth, or by an own telephone with name or birth; for whoever registers, wherever they are registered.
    """
    if not (sees_whole_programme(viewer) or viewer.organisation.kind == OrganisationKind.COMMUNITY):
        return []
    here = Elder.objects.filter(programme_id=viewer.programme_id, merged_into=None).select_related("community")
    alike = list(here.filter(search_keys__contains=stored_keys([fold(name)]), birth_on=birth_on)[:5])
    rung = Contact.objects.filter(programme_id=viewer.programme_id, phone__in=list(phones), relation="本人")
    for elder in here.filter(pk__in=rung.values("elder"))[:20]:
        if elder not in alike and (fold(elder.name) == fold(name) or elder.birth_on == birth_on):
            alike.append(elder)
    return alike[:5]


def find_by_phone(viewer: User, number: str) -> list[Elder]:
    """Return the elders whom a number belongs to, elder's own numbers before the family's; empty if unknown."""
    matches = (
        Contact.objects.filter(programme_id=viewer.programme_id, phone=plain(number))
        .order_by("order", "id")
        .values_list("elder_id", "elder__merged_into")
    )
    order = list(dict.fromkeys(survivor or pk for pk, survivor in matches))
    found = {elder.pk: elder for elder in elders(viewer).filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]


def find_by_phones(viewer: User, numbers: Iterable[str]) -> dict[str, list[Elder]]:
    """Return for each of several numbers the elders whom it belongs to; in two queries, however many ring at once."""
    wanted = {number for number in numbers if number}
    matches = list(
        Contact.objects.filter(programme_id=viewer.programme_id, phone__in=wanted)
        .order_by("order", "id")
        .values_list("phone", Coalesce("elder__merged_into", "elder_id"))
    )
    found = {elder.pk: elder for elder in elders(viewer).filter(pk__in={pk for _, pk in matches})}
    belongs: dict[str, list[Elder]] = {number: [] for number in wanted}
    for phone, pk in matches:
        if pk in found and found[pk] not in belongs[phone]:
            belongs[phone].append(found[pk])
    return belongs


def search(viewer: User, text: str, *, limit: int = 20) -> list[Elder]:
    """Return elders whose name, pinyin initials, phone tail or document tail match every word of `text`."""
    rows = matching(elders(viewer).filter(merged_into=None), text)
    return [] if rows is None else list(rows.order_by("sort_key", "id")[:limit])


def matching(rows: QuerySet[Elder], text: str) -> QuerySet[Elder] | None:
    """Narrow elders to those who match every word of a search; None if there is no word.

    Four characters may be the end of a telephone's number or of a document's, whose key tells nothing in the clear.
    """
    words = stored_keys(fold(word) for word in text.split())
    if not words:
        return None
    tails = [word for word in words if numbers.may_be_tail(word)]
    plain_words = [word for word in words if word not in tails]
    if plain_words:
        rows = rows.filter(search_keys__contains=plain_words)
    for tail in tails:
        rows = rows.filter(search_keys__overlap=[tail, numbers.tail_key(tail)])
    return rows


def listed(
    viewer: User,
    *,
    after: tuple[str, UUID] | None = None,
    limit: int = 30,
    group: str = "",
    on: date | None = None,
    among: QuerySet[Any, Any] | None = None,
) -> list[Elder]:
    """Return elders by name as in a phone book, `limit` at a time behind the key (sort_key, id) of the last.

    A `group` (`rules.GROUPS`) lists those who belong to it `on` a day; one that is unknown lists nobody. `among` are
    the ids to which the list is narrowed, as an upper room gives them.
    """
    rows = _among(elders(viewer).filter(merged_into=None).order_by("sort_key", "id"), among)
    if group and on is not None:
        rows = rows.filter(_belongs(group, on))
    if after is not None:
        rows = rows.extra(where=["(registry_elder.sort_key, registry_elder.id) > (%s, %s)"], params=list(after))
    return list(rows[:limit])


def group_counts(viewer: User, on: date, *, among: QuerySet[Any, Any] | None = None) -> dict[str, int]:
    """Count the living elders of every group on a day. Shape: group -> number, in the order of `rules.GROUPS`."""
    rows = _among(elders(viewer).filter(merged_into=None, died_on=None).order_by(), among)
    return dict(rows.aggregate(**{group: Count("pk", filter=_belongs(group, on)) for group in GROUPS}))


def _among(rows: QuerySet[Elder], among: QuerySet[Any, Any] | None) -> QuerySet[Elder]:
    return rows if among is None else rows.filter(pk__in=among)


def _belongs(group: str, on: date) -> Q | Exists:
    if group not in GROUPS:
        return Q(pk__in=[])
    living = Q(died_on=None)
    if group == "high_age":
        return living & Q(birth_on__lte=born_by(HIGH_AGE, on))
    if group == "moved_in":
        return living & Q(hukou_in_area=False, lives_in_area=True)
    if group == "no_contact":
        return living & ~of_a_record(Contact.objects.exclude(relation="本人"))
    if group == "duplicate":
        open_cases = DuplicateCase.objects.filter(closed_at=None, one__merged_into=None, other__merged_into=None)
        return Q(Exists(open_cases.filter(Q(one=OuterRef("pk")) | Q(other=OuterRef("pk")))))
    held = Identity.objects.filter(code__in=GROUPS[group].codes, valid_from__lte=on)
    return living & of_a_record(held.filter(Q(valid_until=None) | Q(valid_until__gt=on)))


def of_a_record(rows: QuerySet[Any]) -> Q:
    """Ask for a row of an elder's own record or of one that was merged into it; merged ones are few and looked up."""
    merged = rows.filter(elder__merged_into__isnull=False).values("elder__merged_into")
    return Q(Exists(rows.filter(elder=OuterRef("pk")))) | Q(pk__in=merged)


def registered_as(viewer: User, document_number: str, kind: str = "") -> Elder | None:
    """Return the elder of the programme to whom a document belongs, wherever registered; None if it is new.

    For those who register or see everybody; anybody else learns nothing.
    """
    if not (sees_whole_programme(viewer) or viewer.organisation.kind == OrganisationKind.COMMUNITY):
        return None
    found = (
        Document.objects.filter(programme_id=viewer.programme_id, number_index=numbers.index_of(document_number, kind))
        .select_related("elder", "elder__community", "elder__merged_into__community")
        .first()
    )
    return (found.elder.merged_into or found.elder) if found else None


def survivor_of(elder_id: UUID) -> UUID:
    """Return the record that stands for the person of a record; the same one, where nothing was merged."""
    found = Elder.objects.filter(pk=elder_id).values_list("merged_into_id", flat=True).first()
    return found or elder_id


def same_as(elder_id: UUID) -> frozenset[UUID]:
    """Return every record of the person of a record, the one itself among them."""
    survivor = survivor_of(elder_id)
    merged = Elder.objects.filter(merged_into=survivor).values_list("pk", flat=True)
    return frozenset({elder_id, survivor, *merged})


def of_person(elder_ids: Iterable[UUID]) -> RawSQL:
    """Return a subquery of the records whose facts count for some elders: their own and those merged into them."""
    wanted = list(elder_ids)
    return RawSQL(
        "SELECT unnest(%s::uuid[]) UNION SELECT id FROM registry_elder WHERE merged_into_id = ANY(%s::uuid[])",
        (wanted, wanted),
    )
