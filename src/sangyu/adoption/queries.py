"""Reads of adoption: the pack and figures in force on a day, and decisions made by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from sangyu import policy
from sangyu.adoption.models import Adoption, PackVersion
from sangyu.kit.errors import Refusal
from sangyu.policy.replay import Replayed, replay
from sangyu.policy.versions import SHORT, lay_out


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


def pack_version(pack_id: str, digest: str | None) -> policy.Pack:
    """Return a pack by the digest that an adoption or a stored decision names; without one, today's.

    Raises: UnknownPack, if no such version was ever adopted here.
    """
    if not digest:
        return policy.load(pack_id)
    try:
        return policy.load(pack_id, digest=digest)
    except policy.UnknownPack:
        kept = PackVersion.objects.filter(pack_id=pack_id, digest__startswith=digest[:SHORT]).first()
        if kept is None or not kept.digest.startswith(digest):
            raise
        lay_out(kept.pack_id, kept.digest, kept.files)
        return policy.load(pack_id, digest=digest)


def pack_of(adopted: Adoption) -> policy.Pack:
    """Return the pack of an adoption, with the tables that were adopted, whatever lies in `packs/` today."""
    return pack_version(adopted.pack_id, adopted.digest)


def decided_again(stored: Mapping[str, Any]) -> Replayed:
    """Take a stored decision again by the pack version, facts and figures that it names."""
    return replay(stored, pack_version)


def decide(programme_id: UUID, rule: str, facts: Mapping, on: date) -> policy.Decision:
    """Decide one rule by the pack and parameters in force on the day of the service.

    Raises: NothingAdopted.
    """
    adopted = in_force(programme_id, on)
    return policy.decide(pack_of(adopted), rule, {**facts, "on": on.isoformat()}, on, adopted.parameters)
