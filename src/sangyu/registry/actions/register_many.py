"""Register many elders at once: as the single verb does, in a few statements for a whole chunk.

A caller hands in a chunk of checked lines inside its own transaction, and is told of each what became of it. Nobody is
refused by an exception: one line that cannot be written does not hold up the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import new_id
from sangyu.kit.names import search_keys, sort_key
from sangyu.ledger.actions import insert
from sangyu.registry import numbers, rules
from sangyu.registry.actions.elders import Kin
from sangyu.registry.actions.many import OWN, Newcomer, Parts, Told, array_of, decider_of, standing_of
from sangyu.registry.models import Document, Elder

BEIJING = ZoneInfo("Asia/Shanghai")
ATTEMPTS = 3
_ELDER = (
    *("id", "programme_id", "registration_number", "name", "sort_key", "sex", "birth_on", "community_id", "address"),
    *("hukou_in_area", "door_code", "habits", "warnings", "search_keys", "decision"),
    *("registered_by_id", "registered_at"),
)
_DOCUMENT = ("id", "programme_id", "elder_id", "kind", "number_cipher", "number_index")


def register_many(*, newcomers: Sequence[Newcomer], batch_id: UUID, by: User, at: datetime) -> list[Told]:
    """Register a chunk of elders with the decision that allowed each; one entry in the audit book for all of them.

    Shape: one answer for each newcomer, in their order. Whoever is registered already, may not be registered, or lives
    outside the actor's area is told so and left out.
    Raises: NotAllowed; IntegrityError, if others registered the same people again and again at the same moment.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    for left in reversed(range(ATTEMPTS)):
        try:
            with transaction.atomic():
                told = _register(newcomers, by, at)
        except IntegrityError:  # another desk registered one of them meanwhile; that one is found now
            if not left:
                raise
        else:
            break
    written = sum(not one.refused for one in told)
    if written:
        access.record(
            by=by,
            at=at,
            verb="registry.register_many",
            object_kind="batch",
            object_id=batch_id,
            facts={"elders": written},
        )
    return told


class _Fresh(NamedTuple):
    """One who is written: their line, the id that follows from its number, and the decision as it is stored."""

    line: Newcomer
    elder_id: UUID
    decision: str


def _register(newcomers: Sequence[Newcomer], by: User, at: datetime) -> list[Told]:
    communities = dict(
        Area.objects.filter(
            kind=AreaKind.COMMUNITY, code__in={one.community_code for one in newcomers}, code__startswith=by.area_code
        ).values_list("code", "pk")
    )
    indexes = [numbers.index_of(one.document.number, one.document.kind) for one in newcomers]
    there = standing_of(by, indexes)
    ids = numbers.free_elder_ids(by.programme_id, indexes)
    decide = decider_of(by, at.astimezone(BEIJING).date())
    told: list[Told] = []
    fresh: list[_Fresh] = []
    seen: set[str] = set()
    for one, index, elder_id in zip(newcomers, indexes, ids, strict=True):
        ruling = decide(one.birth_on, one.hukou_in_area)
        if index in there or index in seen:
            told.append(Told(refused="这位老人在这期间已由别处登记。请打开原档案核对。"))
        elif one.community_code not in communities:
            told.append(Told(refused="社区不在您负责的范围内。请改正社区，或转请所属社区登记。"))
        elif ruling.lacks:
            told.append(Told(refused=ruling.lacks))
        else:
            seen.add(index)
            fresh.append(_Fresh(one, elder_id, ruling.decision))
            told.append(Told(elder_id=elder_id))
    _write(fresh, communities, by, at)
    parts = Parts(by, at)
    for line, elder_id, _decision in fresh:
        own = [Kin(line.name, OWN, number) for number in line.phones]
        parts.add_contacts(elder_id, [*own, *line.family], set())
        parts.add_identities(elder_id, line.identities, set())
    parts.write()
    return told


def _write(fresh: Sequence[_Fresh], communities: dict[str, str], by: User, at: datetime) -> None:
    """Write the elders and their documents; what is left out stands as the database has it by default."""
    registered = _free_numbers(by, [(one.line.community_code, one.elder_id) for one in fresh])
    insert(
        Elder,
        _ELDER,
        (
            (
                one.elder_id,
                by.programme_id,
                registered[one.elder_id],
                one.line.name,
                sort_key(one.line.name)[:120],
                one.line.sex,
                one.line.birth_on,
                communities[one.line.community_code],
                one.line.address,
                one.line.hukou_in_area,
                f"{secrets.randbelow(10**6):06d}",
                one.line.habits,
                one.line.warnings,
                array_of(_keys(one.line)),
                one.decision,
                by.pk,
                at,
            )
            for one in fresh
        ),
    )
    insert(
        Document,
        _DOCUMENT,
        (
            (
                new_id(),
                by.programme_id,
                one.elder_id,
                one.line.document.kind,
                *numbers.kept(by.programme_id, one.line.document.kind, one.line.document.number).values(),
            )
            for one in fresh
        ),
    )


def _keys(line: Newcomer) -> list[str]:
    return rules.stored_keys([*search_keys(line.name, phones=line.phones), numbers.tail_key(line.document.number)])


def _free_numbers(by: User, wanted: Sequence[tuple[str, UUID]]) -> dict[UUID, str]:
    """Give each elder a registration number that nobody bears; most get the first that follows from their id."""
    found: dict[UUID, str] = {}
    taken: set[str] = set()
    open_ = list(wanted)
    attempt = 0
    while open_:
        asked = {elder_id: rules.number_of(code, elder_id, attempt) for code, elder_id in open_}
        taken |= set(
            Elder.objects.filter(
                programme_id=by.programme_id, registration_number__in=list(asked.values())
            ).values_list("registration_number", flat=True)
        )
        for elder_id, number in asked.items():
            if number not in taken:
                taken.add(number)
                found[elder_id] = number
        open_ = [(code, elder_id) for code, elder_id in open_ if elder_id not in found]
        attempt += 1
    return found
