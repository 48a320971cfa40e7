"""Who the people of a register are here."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import Coalesce

from sangyu.registry import numbers as document_numbers
from sangyu.registry.models import Document


def elders_by_document(programme_id: UUID, numbers: Collection[str]) -> dict[str, UUID]:
    """Return the elders of a programme to whom document numbers belong, in one query; strangers are left out.

    Of two records that were found to be one person, the one that stays.
    """
    number_of = {document_numbers.index_of(number): number for number in numbers}
    rows = Document.objects.filter(programme_id=programme_id, number_index__in=number_of)
    people = rows.values_list("number_index", Coalesce("elder__merged_into", "elder_id"))
    return {number_of[index]: elder_id for index, elder_id in people}
