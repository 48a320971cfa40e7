"""Register and complete many elders at once: as the single verbs do, in a few statements for a whole chunk.

A caller hands in a chunk of checked lines inside its own transaction, and is told of each what became of it. Nobody is
refused by an exception: one line that cannot be written does not hold up the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, AreaKind, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.steps import decide_step_by
from sangyu.kit.ids import new_id
from sangyu.kit.names import search_keys, sort_key
from sangyu.registry import numbers, rules
from sangyu.registry.actions.elders import Kin
from sangyu.registry.models import Contact, Document, Elder, Identity, IdentitySource

BEIJING = ZoneInfo("Asia/Shanghai")
OWN = "本人"
ATTEMPTS = 3


@dataclass(frozen=True)
class Recognition:
    """What an elder is recognised as, as `recognise` wants it."""

    code: str
    evidence: str
    valid_from: date
    valid_until: date | None = None
    source: str = IdentitySource.DOCUMENT


@dataclass(frozen=True)
class Newcomer:
    """One elder to register, as `register` wants them, with what they are recognised as."""

    document: rules.DocumentSaid
    name: str
    birth_on: date
    sex: str
    community_code: str
    address: str
    hukou_in_area: bool
    phones: tuple[str, ...] = ()
    family: tuple[Kin, ...] = ()
    identities: tuple[Recognition, ...] = ()
    habits: str = ""
    warnings: str = ""


@dataclass(frozen=True)
class Addition:
    """What is to be added to an elder who is registered."""

    elder_id: UUID
    contacts: tuple[Kin, ...] = ()
    identities: tuple[Recognition, ...] = ()


@dataclass(frozen=True)
class Told:
    """What became of a line: `refused` says why nothing was written, naming nobody, else the ids say what was."""

    elder_id: UUID | None = None
    refused: str = ""
    contact_ids: tuple[UUID, ...] = ()
    identity_ids: tuple[UUID, ...] = ()


@dataclass
class Standing:
    """An elder as a check of many wants to know them."""

    elder: Elder
    contacts: set[tuple[str, str]] = field(default_factory=set)
    identities: set[tuple[str, date]] = field(default_factory=set)


def standing_of(viewer: User, number_indexes: Iterable[str]) -> dict[str, Standing]:
    """Return whom the indexes of numbers belong to, with their contacts and recognitions; four statements in all.

    The whole programme is asked, as a number belongs to one elder of it: what may be told of somebody outside the
    viewer's area is for the caller to decide.
    """
    ensure_role(viewer, Role.COMMUNITY, Role.BUREAU)
    # One table at a time: while a batch grows them, nobody has counted them yet, and a join would be planned for none.
    rows = Document.objects.filter(programme_id=viewer.programme_id, number_index__in=list(number_indexes))
    whose = dict(rows.values_list("number_index", "elder_id"))
    elders = _survivors(set(whose.values()))
    found = {index: Standing(elders[elder_id]) for index, elder_id in whose.items()}
    by_elder: dict[UUID, list[Standing]] = {}
    for one in found.values():
        by_elder.setdefault(one.elder.pk, []).append(one)
    for contact in Contact.objects.filter(elder_id__in=list(by_elder)):
        for one in by_elder[contact.elder_id]:
            one.contacts.add((contact.phone, contact.relation))
    for identity in Identity.objects.filter(elder_id__in=list(by_elder)):
        for one in by_elder[identity.elder_id]:
            one.identities.add((identity.code, identity.valid_from))
    return found


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


def add_many(*, additions: Sequence[Addition], by: User, at: datetime) -> list[Told]:
    """Add contacts and recognitions to a chunk of elders; what is there already is not added again.

    Shape: one answer for each addition, in their order. Each elder has an entry in the audit book.
    Raises: NotAllowed.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    with transaction.atomic():
        ids = sorted({one.elder_id for one in additions})
        held = Elder.objects.select_for_update(no_key=True).filter(programme_id=by.programme_id, pk__in=ids)
        elders = {row.pk: row for row in held.filter(community__code__startswith=by.area_code).order_by("pk")}
        there = _there(elders)
        contacts: list[Contact] = []
        identities: list[Identity] = []
        told = [_add(one, elders.get(one.elder_id), there, contacts, identities, by, at) for one in additions]
        Contact.objects.bulk_create(contacts)
        Identity.objects.bulk_create(identities)
        Elder.objects.bulk_update(
            [elders[pk] for pk in sorted({row.elder_id for row in contacts if row.relation == OWN})], ["search_keys"]
        )
        for one in told:
            if one.elder_id and (one.contact_ids or one.identity_ids):
                access.record(
                    by=by,
                    at=at,
                    verb="registry.add_many",
                    object_kind="elder",
                    object_id=one.elder_id,
                    facts={"contacts": len(one.contact_ids), "identities": len(one.identity_ids)},
                )
    return told


def _register(newcomers: Sequence[Newcomer], by: User, at: datetime) -> list[Told]:
    communities = {
        area.code: area
        for area in Area.objects.filter(
            kind=AreaKind.COMMUNITY, code__in={one.community_code for one in newcomers}, code__startswith=by.area_code
        )
    }
    indexes = [numbers.index_of(one.document.number, one.document.kind) for one in newcomers]
    there = standing_of(by, indexes)
    said = [(one.document.number, one.document.kind) for one in newcomers]
    names = dict(zip(indexes, numbers.free_elder_ids(by.programme_id, said), strict=True))
    decide = _decider(by, at)
    told: list[Told] = []
    fresh: list[tuple[Newcomer, UUID, dict[str, Any]]] = []
    seen: set[str] = set()
    for one, index in zip(newcomers, indexes, strict=True):
        decision, lacks = decide(one.birth_on, one.hukou_in_area)
        if index in there or index in seen:
            told.append(Told(refused="这位老人在这期间已由别处登记。请打开原档案核对。"))
        elif one.community_code not in communities:
            told.append(Told(refused="社区不在您负责的范围内。请改正社区，或转请所属社区登记。"))
        elif lacks:
            told.append(Told(refused=lacks))
        else:
            seen.add(index)
            elder_id = names[index]
            fresh.append((one, elder_id, decision))
            told.append(Told(elder_id=elder_id))
    registered = _free_numbers(by, [(one.community_code, elder_id) for one, elder_id, _ in fresh])
    Elder.objects.bulk_create(
        [
            Elder(
                id=elder_id,
                programme_id=by.programme_id,
                registration_number=registered[elder_id],
                name=one.name,
                sort_key=sort_key(one.name)[:120],
                sex=one.sex,
                birth_on=one.birth_on,
                community=communities[one.community_code],
                address=one.address,
                hukou_in_area=one.hukou_in_area,
                door_code=f"{secrets.randbelow(10**6):06d}",
                habits=one.habits,
                warnings=one.warnings,
                search_keys=rules.stored_keys(
                    [*search_keys(one.name, phones=one.phones), numbers.tail_key(one.document.number)]
                ),
                decision=decision,
                registered_by=by,
                registered_at=at,
            )
            for one, elder_id, decision in fresh
        ]
    )
    Document.objects.bulk_create(
        [
            Document(
                programme_id=by.programme_id,
                elder_id=elder_id,
                kind=one.document.kind,
                **numbers.kept(by.programme_id, one.document.kind, one.document.number),
            )
            for one, elder_id, _ in fresh
        ]
    )
    contacts: list[Contact] = []
    identities: list[Identity] = []
    for one, elder_id, _ in fresh:
        own = [Kin(one.name, OWN, number) for number in one.phones]
        contacts += _contacts(by, elder_id, [*own, *one.family], set(), 0)
        identities += _identities(by, at, elder_id, one.identities, set())
    Contact.objects.bulk_create(contacts)
    Identity.objects.bulk_create(identities)
    return told


def _survivors(elder_ids: set[UUID]) -> dict[UUID, Elder]:
    """Return for each elder the record that stands for the person; most stand for themselves."""
    found = {row.pk: row for row in Elder.objects.filter(pk__in=elder_ids).select_related("community__parent")}
    gone = {pk: row.merged_into_id for pk, row in found.items() if row.merged_into_id}
    others = _survivors(set(gone.values())) if gone else {}
    return {pk: others[gone[pk]] if pk in gone else row for pk, row in found.items()}


def _add(
    one: Addition,
    elder: Elder | None,
    there: Mapping[UUID, Standing],
    contacts: list[Contact],
    identities: list[Identity],
    by: User,
    at: datetime,
) -> Told:
    if elder is None:
        return Told(refused="没有找到这位老人，可能已迁出您负责的范围。请在老人名册里核对。")
    if elder.died_on is not None:
        return Told(refused="这位老人已登记去世，不再补充。请核对名单。")
    known = there[elder.pk]
    new = _contacts(by, elder.pk, one.contacts, known.contacts, len(known.contacts))
    recognised = _identities(by, at, elder.pk, one.identities, known.identities)
    contacts += new
    identities += recognised
    own = [row.phone for row in new if row.relation == OWN]
    elder.search_keys = rules.stored_keys([*elder.search_keys, *search_keys("", phones=own)])
    return Told(elder.pk, "", tuple(row.pk for row in new), tuple(row.pk for row in recognised))


def _there(elders: Mapping[UUID, Elder]) -> dict[UUID, Standing]:
    there = {pk: Standing(elder) for pk, elder in elders.items()}
    for contact in Contact.objects.filter(elder_id__in=list(there)):
        there[contact.elder_id].contacts.add((contact.phone, contact.relation))
    for identity in Identity.objects.filter(elder_id__in=list(there)):
        there[identity.elder_id].identities.add((identity.code, identity.valid_from))
    return there


def _contacts(
    by: User, elder_id: UUID, wanted: Iterable[Kin], there: set[tuple[str, str]], first: int
) -> list[Contact]:
    """Make the contacts that are not there yet; `there` grows, so that the same is not made twice."""
    made: list[Contact] = []
    for kin in wanted:
        if (kin.phone, kin.relation) not in there:
            there.add((kin.phone, kin.relation))
            made.append(
                Contact(
                    id=new_id(),
                    programme_id=by.programme_id,
                    elder_id=elder_id,
                    name=kin.name,
                    relation=kin.relation,
                    phone=kin.phone,
                    order=first + len(made),
                )
            )
    return made


def _identities(
    by: User, at: datetime, elder_id: UUID, wanted: Iterable[Recognition], there: set[tuple[str, date]]
) -> list[Identity]:
    made: list[Identity] = []
    for one in wanted:
        if (one.code, one.valid_from) not in there:
            there.add((one.code, one.valid_from))
            made.append(
                Identity(
                    id=new_id(),
                    elder_id=elder_id,
                    code=one.code,
                    source=one.source,
                    evidence=one.evidence,
                    valid_from=one.valid_from,
                    valid_until=one.valid_until,
                    recorded_by=by,
                    recorded_at=at,
                )
            )
    return made


def decider_of(by: User, on: date) -> Any:
    """Return a function that decides once for each day of birth and hukou whether somebody may be registered.

    Shape: (born, hukou in area) -> (the decision as it is kept, why not; '' if they may).
    Raises: NothingAdopted.
    """
    adopted = adoption_read.in_force(by.programme_id, on)
    pack = adoption_read.pack_of(adopted)
    decided = _decided(adopted.pk, on)

    def decide(born: date, hukou_in_area: bool) -> tuple[dict[str, Any], str]:
        key = (born, hukou_in_area)
        if key not in decided:
            facts = {"birth_date": born.isoformat(), "lives_in_area": True, "hukou_in_area": hukou_in_area}
            decision = decide_step_by(pack, adopted.parameters, "registration", facts, on)
            decided[key] = decision.to_json(), "" if decision.eligible else f"{decision.because}。"
        return decided[key]

    return decide


@lru_cache(maxsize=4)
def _decided(_adoption_id: UUID, _on: date) -> dict[tuple[date, bool], tuple[dict[str, Any], str]]:
    """Return what was decided by an adopted pack on a day so far; the next chunk asks much the same."""
    return {}


def _decider(by: User, at: datetime) -> Any:
    return decider_of(by, at.astimezone(BEIJING).date())


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
