"""What registering and completing many elders share: what a line says, whom the register knows, what is written.

Rows go in by COPY: half a million lines are four rows each, and an object for every row would take most of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.steps import decide_step_by
from sangyu.kit.ids import new_id
from sangyu.ledger.actions import insert
from sangyu.registry import rules
from sangyu.registry.actions.elders import Kin
from sangyu.registry.models import Contact, Document, Elder, Identity, IdentitySource

OWN = "本人"
_CONTACT = ("id", "programme_id", "elder_id", "name", "relation", "phone", "order")
_IDENTITY = (
    *("id", "elder_id", "code", "source", "evidence", "valid_from", "valid_until"),
    *("recorded_by_id", "recorded_at"),
)


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
    fill(found.values())
    return found


def fill(standings: Iterable[Standing]) -> None:
    """Read what contacts and recognitions some elders have; two statements, none for nobody."""
    by_elder: dict[UUID, list[Standing]] = {}
    for one in standings:
        by_elder.setdefault(one.elder.pk, []).append(one)
    if not by_elder:
        return
    contacts = Contact.objects.filter(elder_id__in=list(by_elder))
    for elder_id, phone, relation in contacts.values_list("elder_id", "phone", "relation"):
        for one in by_elder[elder_id]:
            one.contacts.add((phone, relation))
    identities = Identity.objects.filter(elder_id__in=list(by_elder))
    for elder_id, code, valid_from in identities.values_list("elder_id", "code", "valid_from"):
        for one in by_elder[elder_id]:
            one.identities.add((code, valid_from))


def _survivors(elder_ids: set[UUID]) -> dict[UUID, Elder]:
    """Return for each elder the record that stands for the person; most stand for themselves."""
    found = {row.pk: row for row in Elder.objects.filter(pk__in=elder_ids).select_related("community__parent")}
    gone = {pk: row.merged_into_id for pk, row in found.items() if row.merged_into_id}
    others = _survivors(set(gone.values())) if gone else {}
    return {pk: others[gone[pk]] if pk in gone else row for pk, row in found.items()}


class Parts:
    """The contacts and recognitions of a chunk, gathered as rows and written together."""

    def __init__(self, by: User, at: datetime) -> None:
        self._by, self._at = by, at
        self._contacts: list[tuple[object, ...]] = []
        self._identities: list[tuple[object, ...]] = []

    def add_contacts(self, elder_id: UUID, wanted: Iterable[Kin], there: set[tuple[str, str]]) -> tuple[UUID, ...]:
        """Gather the contacts that are not there yet; `there` grows, so that the same is not made twice."""
        made: list[UUID] = []
        for kin in wanted:
            if (kin.phone, kin.relation) not in there:
                made.append(new_id())
                self._contacts.append(
                    (made[-1], self._by.programme_id, elder_id, kin.name, kin.relation, kin.phone, len(there))
                )
                there.add((kin.phone, kin.relation))
        return tuple(made)

    def add_identities(
        self, elder_id: UUID, wanted: Iterable[Recognition], there: set[tuple[str, date]]
    ) -> tuple[UUID, ...]:
        """Gather the recognitions that do not begin on a day on which they begin already."""
        made: list[UUID] = []
        for one in wanted:
            if (one.code, one.valid_from) not in there:
                there.add((one.code, one.valid_from))
                made.append(new_id())
                told = (one.code, str(one.source), one.evidence, one.valid_from, one.valid_until)
                self._identities.append((made[-1], elder_id, *told, self._by.pk, self._at))
        return tuple(made)

    def write(self) -> None:
        """Write what was gathered."""
        insert(Contact, _CONTACT, self._contacts)
        insert(Identity, _IDENTITY, self._identities)


def array_of(texts: Iterable[str]) -> str:
    """Write texts as PostgreSQL reads an array; a list would be looked at element by element."""
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


class Ruling(NamedTuple):
    """Whether somebody may be registered: the decision as it is stored, and why not, '' if they may."""

    decision: str
    lacks: str


def decider_of(by: User, on: date) -> Callable[[date, bool], Ruling]:
    """Return a function that decides once for each day of birth and hukou whether somebody may be registered.

    Raises: NothingAdopted.
    """
    adopted = adoption_read.in_force(by.programme_id, on)
    pack = adoption_read.pack_of(adopted)
    decided = _decided(adopted.pk, on)

    def decide(born: date, hukou_in_area: bool) -> Ruling:
        key = (born, hukou_in_area)
        if key not in decided:
            facts = {"birth_date": born.isoformat(), "lives_in_area": True, "hukou_in_area": hukou_in_area}
            decision = decide_step_by(pack, adopted.parameters, "registration", facts, on)
            stored = json.dumps(decision.to_json(), ensure_ascii=False)
            decided[key] = Ruling(stored, "" if decision.eligible else f"{decision.because}。")
        return decided[key]

    return decide


@lru_cache(maxsize=4)
def _decided(_adoption_id: UUID, _on: date) -> dict[tuple[date, bool], Ruling]:
    """Return what was decided by an adopted pack on a day so far; the next chunk asks much the same."""
    return {}
