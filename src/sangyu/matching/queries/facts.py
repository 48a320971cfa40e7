"""What rosters state of elders, for the policy tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sangyu.kit.month import Month
from sangyu.matching.models import Entry
from sangyu.matching.queries.batches import last_compared
from sangyu.matching.queries.declared import registers


def facts(programme_id: UUID, elder_ids: Collection[UUID], on: date) -> dict[UUID, dict[str, bool]]:
    """Return what the rosters of the month, or the last before it, state of elders: in it or not.

    Shape: every elder asked for -> fact -> whether; a fact is missing when no roster was ever compared. Two queries a
    register, however many elders.
    """
    found: dict[UUID, dict[str, bool]] = {elder_id: {} for elder_id in elder_ids}
    for register in registers():
        batch = last_compared(programme_id, register.code, until=Month.of(on)) if register.states else None
        if batch is None:
            continue
        listed = set(Entry.objects.filter(batch=batch, elder_id__in=found).values_list("elder_id", flat=True))
        for elder_id, known in found.items():
            known[register.states] = elder_id in listed
    return found
