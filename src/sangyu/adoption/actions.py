"""Verbs of adoption: put a pack in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu import policy
from sangyu.adoption.models import Adoption
from sangyu.kit.ids import derived_id


@transaction.atomic
def adopt(
    *,
    programme_id: UUID,
    pack_id: str,
    parameters: Mapping,
    document: str,
    valid_from: date,
    by_id: UUID,
    at: datetime,
) -> Adoption:
    """Put a pack with its parameters in force from a day on; what held before ends that day.

    A repeat with the same programme and day returns the adoption that stands.
    """
    policy.load(pack_id)
    adoption, made = Adoption.objects.get_or_create(
        id=derived_id("adoption", programme_id, valid_from),
        defaults={
            "programme_id": programme_id,
            "pack_id": pack_id,
            "parameters": dict(parameters),
            "document": document,
            "valid_from": valid_from,
            "adopted_by_id": by_id,
            "adopted_at": at,
        },
    )
    if made:
        Adoption.objects.filter(programme_id=programme_id, valid_from__lt=valid_from, valid_until=None).update(
            valid_until=valid_from
        )
    return adoption
