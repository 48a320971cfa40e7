"""Who belongs to an elder: kin, guardians, the household, and who may speak for them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sangyu.access.models import User
from sangyu.registry.models import Contact, Elder, Guardianship, HouseholdMember, Kinship, Relation
from sangyu.registry.queries.elders import get_elder, of_person

RELATIONS = Relation.choices
GUARDIANSHIPS = Guardianship.choices


def kin(viewer: User, elder: Elder) -> list[Kinship]:
    """Return everybody who was ever recorded as kin of an elder, guardians first, those of today before former ones.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    get_elder(viewer, elder.pk)
    rows = _kin(elder.pk).select_related("other", "recorded_by").order_by("valid_from", "id")
    return sorted(rows, key=lambda row: (row.valid_until is not None, not row.guardianship, not row.may_speak))


def kin_on(elder_id: UUID, on: date) -> list[Kinship]:
    """Return the kin of an elder on a day, guardians first."""
    rows = _on(_kin(elder_id), on).select_related("other").order_by("valid_from", "id")
    return sorted(rows, key=lambda row: (not row.guardianship, not row.may_speak))


def speakers(elder_id: UUID, on: date) -> list[Kinship]:
    """Return who may speak for an elder on a day: guardians first, then whom the elder has named."""
    return [row for row in kin_on(elder_id, on) if row.guardianship or row.may_speak]


def emergency_contact(elder_id: UUID) -> Contact | None:
    """Return whom to ring in an emergency: the one who was named, else the first of the family, else the elder."""
    rows = list(Contact.objects.filter(elder_id__in=of_person([elder_id])).order_by("order", "id"))
    return min(rows, key=lambda row: (not row.is_emergency, row.relation == "本人"), default=None)


def household(viewer: User, elder: Elder, on: date) -> list[Elder]:
    """Return the other elders of an elder's household on a day, by name; only those whom the viewer may see.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    get_elder(viewer, elder.pk)
    from_here = _on(HouseholdMember.objects.filter(elder_id__in=of_person([elder.pk])), on).values("household")
    members = _on(HouseholdMember.objects.filter(household__in=from_here), on).values("elder")
    rows = Elder.objects.filter(programme_id=elder.programme_id, pk__in=members).exclude(pk=elder.pk)
    return list(rows.select_related("community").order_by("sort_key", "id"))


def _kin(elder_id: UUID) -> QuerySet[Kinship]:
    return Kinship.objects.filter(elder_id__in=of_person([elder_id]))


def _on(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.filter(valid_from__lte=on).filter(Q(valid_until=None) | Q(valid_until__gt=on))
