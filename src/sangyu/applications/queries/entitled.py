"""Who is entitled to what may be applied for and has not applied: the tables asked in columns, for everybody at once.

It is the answer of `foresee` for each elder and each kind, less whoever has it, has applied, or does not want it. What
the register holds is read in a few questions however many people there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa  # type: ignore[import-untyped]
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.applications.models import UNDER_WAY, Application, Award, Outcome, State, Step, StepCode, Waiver
from sangyu.applications.queries.facts import BEIJING, GRANTED_BEFORE, LAST_APPLIED
from sangyu.applications.queries.kinds import kinds_of
from sangyu.applications.rules import GIVES
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.people import People, Person
from sangyu.kit.age import age_on
from sangyu.policy.many import decide_many
from sangyu.policy.stages import SERVICE_CLASS, Kind
from sangyu.policy.vocabulary import ABSENT
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry.models import Elder

ASKED = frozenset({"outcome", "missing", "row", *GIVES})
PERSON = Coalesce(F("elder__merged_into"), F("elder_id"))


@dataclass(frozen=True)
class Found:
    """One elder who may have a thing, or only lacks a fact for it. `missing` is that fact, '' for a yes."""

    elder_id: UUID
    missing: str
    because: str


@dataclass(frozen=True)
class Surveyed:
    """What was found of one kind. `unset` is the figure without which nobody can be told, '' where all are set."""

    kind: Kind
    unset: str
    found: tuple[Found, ...]


def entitled(programme_id: UUID, on: date) -> list[Surveyed]:
    """Find everybody who is entitled on a day and has not applied, by kind in the order of the pack; it writes nothing.

    Whoever died, moved away, has the thing, has applied for it, took an application back, was refused by the bureau or
    does not want it is not among them. A thing that the monthly runs give to everybody needs no application and is
    left out.
    Raises: NothingAdopted.
    """
    adopted = adoption_read.in_force(programme_id, on)
    given = {benefit.rule for benefit in benefits_read.benefits_of(adopted) if benefit.given == "run"}
    kinds = [kind for kind in kinds_of(adopted).values() if kind.rule not in given]
    if not kinds:
        return []
    people, last = People(programme_id), _last_applied(programme_id, on)
    persons = [one for one in people.registered_by(on) if one.died_on is None and any(people.home_on(one, on))]
    # Whoever was granted a thing before is left out below, so that nobody who is asked about has any.
    known = [{**people.facts(one, on), GRANTED_BEFORE: 0} for one in persons]
    for kind_code, name in LAST_APPLIED.items():
        for one, facts in zip(persons, known, strict=True):
            days = [_day(facts.get(name)), last.get((one.id, kind_code))]
            facts[name] = max((day for day in days if day is not None), default=None)
    tables = _tables(people, known)
    claimed = _claimed(programme_id)
    return [_survey(adopted, kind, persons, known, tables, claimed.get(kind.code, set()), on) for kind in kinds]


def communities_of(programme_id: UUID) -> dict[UUID, tuple[str, str]]:
    """Return of all elders who have a name the code of the community and the key by which names are put in order."""
    rows = Elder.objects.filter(programme_id=programme_id).exclude(sort_key="")
    told = rows.values_list("pk", "community_id", "sort_key")
    return {pk: (code, key) for pk, code, key in told.iterator(chunk_size=20_000)}


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _tables(people: People, known: Sequence[Mapping[str, Any]]) -> list[tuple[list[int], pa.Table]]:
    """Lay out the facts in columns, those among them that this room adds. Shape: places in `known`, their lines.

    A day that may be none cannot be told from a day that nobody knows in one column; who differ in that are apart.
    """
    vague = [name for name in people.names if _may_be_none(name) and name not in LAST_APPLIED.values()]
    groups: dict[tuple[str, ...], list[int]] = {}
    for n, one in enumerate(known):
        groups.setdefault(tuple(name for name in vague if name not in one), []).append(n)
    found = []
    for absent, places in groups.items():
        own = [known[n] for n in places]
        table = people.table(own).drop_columns(list(absent))
        for name in LAST_APPLIED.values():
            column = pa.array([one[name] for one in own], pa.date32())
            if name in table.column_names:
                table = table.set_column(table.column_names.index(name), name, column)
            else:
                table = table.append_column(name, column)
        table = table.append_column(GRANTED_BEFORE, pa.array([0] * len(own), pa.int64()))
        found.append((places, table))
    return found


def _may_be_none(name: str) -> bool:
    fact = vocabulary()[name]
    return fact.type == "date_or_null" and fact.default is ABSENT


def _survey(
    adopted: Adoption,
    kind: Kind,
    persons: Sequence[Person],
    known: Sequence[Mapping[str, Any]],
    tables: Sequence[tuple[list[int], pa.Table]],
    claimed: set[UUID],
    on: date,
) -> Surveyed:
    pack = adoption_read.pack_of(adopted)
    answers: list[dict[str, Any]] = [{} for _ in persons]
    for places, table in tables:
        made = decide_many(pack, kind.rule, table, adopted.parameters, on)
        for name in ASKED & set(made.column_names):
            for place, value in zip(places, made.column(name).to_pylist(), strict=True):
                answers[place][name] = value
    words = _Words(pack, kind, adopted, on)
    found, unset = [], ""
    for person, facts, answer in zip(persons, known, answers, strict=True):
        if answer["outcome"] == "needs_parameter":
            unset = words.label(answer["missing"])
            continue
        if person.id in claimed or (kind.effect == SERVICE_CLASS and facts.get(SERVICE_CLASS)):
            continue
        if answer["outcome"] == "needs_fact":
            label = words.label(answer["missing"])
            found.append(Found(person.id, label, f"缺少“{label}”"))
        elif answer["outcome"] == "decided" and any(answer.get(name) for name in GIVES):
            found.append(Found(person.id, "", words.said(answer["row"], person, facts)))
    return Surveyed(kind, unset, tuple(found))


class _Words:
    """Why, in the words of the row; people of whom the tables know the same are told the same."""

    def __init__(self, pack: policy.Pack, kind: Kind, adopted: Adoption, on: date) -> None:
        self.pack, self.kind, self.adopted, self.on = pack, kind, adopted, on
        self._said: dict[Any, str] = {}

    def said(self, row: int | None, person: Person, facts: Mapping[str, Any]) -> str:
        same = tuple(str(value) for name, value in sorted(facts.items()) if name != "birth_date")
        key = (row, age_on(person.birth_on, self.on), person.birth_on.month == self.on.month, same)
        if key not in self._said:
            decided = policy.decide(self.pack, self.kind.rule, facts, self.on, self.adopted.parameters)
            self._said[key] = decided.because[:400]
        return self._said[key]

    def label(self, name: str | None) -> str:
        fact = vocabulary().get(name or "")
        if fact is not None:
            return (self.pack.rules[self.kind.rule].words.get(fact.name) or fact.label)[:60]
        figure = self.pack.parameters.get(name or "") or self.pack.settings.get(name or "")
        return (figure.label if figure else name or "")[:60]


def _last_applied(programme_id: UUID, on: date) -> dict[tuple[UUID, str], date]:
    """Return when each person last applied for what the tables ask that of, and was granted it."""
    rows = Award.objects.filter(elder__programme_id=programme_id, kind__in=LAST_APPLIED, valid_from__lte=on)
    told = rows.annotate(person=PERSON).order_by().values_list("person", "kind").annotate(at=Max("application__at"))
    return {(person, kind): at.astimezone(BEIJING).date() for person, kind, at in told.iterator()}


def _claimed(programme_id: UUID) -> dict[str, set[UUID]]:
    """Return by kind who has it, has applied for it, or does not want it."""
    found: dict[str, set[UUID]] = {}
    # Where the rule itself asks when it was granted last, the rule says whether that was long enough ago.
    awards = Award.objects.exclude(kind__in=LAST_APPLIED)
    for rows in (awards, settled(Application.objects.all()), Waiver.objects.all()):
        told = rows.filter(elder__programme_id=programme_id).annotate(person=PERSON).order_by()
        for kind, person in told.values_list("kind", "person").iterator(chunk_size=20_000):
            found.setdefault(kind, set()).add(person)
    return found


def settled(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Keep the applications after which nobody is asked again: under way, taken back, or refused by the bureau.

    One that the rule refused is not among them: the rule is asked anew, and may say yes by now.
    """
    by_bureau = Step.objects.filter(application=OuterRef("pk"), step=StepCode.APPROVE, outcome=Outcome.FAILED)
    return rows.filter(Q(state__in=(*UNDER_WAY, State.WITHDRAWN)) | Q(Exists(by_bureau), state=State.REFUSED))
