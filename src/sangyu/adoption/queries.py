"""Reads of adoption: the pack and figures in force on a day, and decisions made by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from sangyu import policy
from sangyu.adoption.models import Adoption
from sangyu.kit.errors import Refusal


class NothingAdopted(Refusal):
    """No pack is in force for the programme on that day."""


def in_force(programme_id: UUID, on: date) -> Adoption:
    """Return the adoption that holds on a day.

    Raises: NothingAdopted.
    """
    found = (
        Adoption.objects.filter(programme_id=programme_id, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .first()
    )
    if found is None:
        raise NothingAdopted(f"{on}没有生效的政策包，请先由民政局启用政策包。")
    return found


def in_force_on(programme_id: UUID, days: Iterable[date]) -> dict[date, Adoption]:
    """Return the adoption that holds on each of some days; one query.

    Raises: NothingAdopted, for the first day without one.
    """
    rows = list(Adoption.objects.filter(programme_id=programme_id))
    found = {}
    for on in sorted(days):
        held = [row for row in rows if row.valid_from <= on and (row.valid_until is None or on < row.valid_until)]
        if not held:
            raise NothingAdopted(f"{on}没有生效的政策包，请先由民政局启用政策包。")
        found[on] = held[0]
    return found


def decide(programme_id: UUID, rule: str, facts: Mapping, on: date) -> policy.Decision:
    """Decide one rule by the pack and parameters in force on the day of the service.

    Raises: NothingAdopted.
    """
    adopted = in_force(programme_id, on)
    return policy.decide(adopted.pack_id, rule, {**facts, "on": on.isoformat()}, on, adopted.parameters)
