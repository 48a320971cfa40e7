"""The facts of everybody of a programme on a day, in columns; the same as `facts` says of each of them.

What was recorded is read once, in a few questions however many people there are; each day is then laid out in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa  # type: ignore[import-untyped]
from django.db.models import F
from django.db.models.functions import Coalesce

from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Conclusion
from sangyu.benefits.facts import STATABLE, stated_by_elder, stated_on
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Entry
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry.models import Elder, Identity, Residence

BEIJING = ZoneInfo("Asia/Shanghai")
ARROW = {"bool": pa.bool_(), "int": pa.int64(), "date": pa.date32(), "date_or_null": pa.date32(), "code": pa.string()}
CODES = pa.list_(pa.string())
ROSTERS_KEPT = 6
STATED_BY_RECOGNITION = ("ability_level", "mode", "service_class")


class Person(NamedTuple):
    """One elder as the programme has it now; records merged into another are not among them."""

    id: UUID
    birth_on: date
    hukou_in_area: bool
    lives_in_area: bool
    moved_on: date | None
    died_on: date | None
    registered_on: date


@dataclass(frozen=True)
class _Recognised:
    code: str
    valid_from: date
    valid_until: date | None
    recorded_at: Any


class People:
    """Everybody of a programme, with all that was ever recorded of them that the tables could ask."""

    def __init__(self, programme_id: UUID) -> None:
        rows = Elder.objects.filter(programme_id=programme_id, merged_into=None).order_by("pk")
        self.persons = [
            Person(*row[:-1], row[-1].astimezone(BEIJING).date())
            for row in rows.values_list(
                "pk", "birth_on", "hukou_in_area", "lives_in_area", "moved_on", "died_on", "registered_at"
            ).iterator(chunk_size=20_000)
        ]
        self._recognised = _recognised(programme_id)
        self._homes = _homes(programme_id)
        self._stated = stated_by_elder(programme_id, STATABLE)
        self._levels = _levels(programme_id)
        self._rosters = matching_read.periods(programme_id)
        self._listed: dict[UUID, frozenset[UUID]] = {}
        names = {row.name for of in self._stated.values() for row in of}
        names |= {span.fact for of in self._levels.values() for span in of}
        self.names = sorted(names | {period.fact for period in self._rosters} | set(STATED_BY_RECOGNITION))

    def registered_by(self, day: date) -> list[Person]:
        """Return who was registered on a day or before it."""
        return [one for one in self.persons if one.registered_on <= day]

    def home_on(self, person: Person, day: date) -> tuple[bool, bool]:
        """Say whether somebody was registered in the area, and lived in it, on a day."""
        if person.moved_on is not None and day < person.moved_on:
            for until, hukou, lives in self._homes.get(person.id, ()):
                if day < until:
                    return hukou, lives
        return person.hukou_in_area, person.lives_in_area

    def facts(self, person: Person, day: date) -> dict[str, Any]:
        """Return the facts of one person on a day, as `benefits.facts` does."""
        hukou, lives = self.home_on(person, day)
        known: dict[str, Any] = {
            "birth_date": person.birth_on,
            "registered": True,
            "lives_in_area": lives,
            "hukou_in_area": hukou,
            "identities": [],
        }
        held = [
            row
            for row in self._recognised.get(person.id, ())
            if row.valid_from <= day and (row.valid_until is None or day < row.valid_until)
        ]
        if held:
            plain = [row for row in held if ":" not in row.code]
            known["identities"] = sorted({row.code for row in plain})
            if plain:
                known["since"] = min(row.valid_from for row in plain)
            for row in held:
                name, stated, value = row.code.partition(":")
                if stated:
                    known[name] = value
        if person.died_on is not None:
            known["died_on"] = person.died_on
        for span in self._levels.get(person.id, ()):
            if span.valid_from <= day < span.valid_until:
                known[span.fact] = span.word
        for period in self._rosters:
            if period.valid_from <= day < period.valid_until:
                known[period.fact] = person.id in self._listed_in(period.batch_id)
        said = self._stated.get(person.id)
        return {**known, **stated_on(said, day)} if said else known

    def _listed_in(self, batch_id: UUID) -> frozenset[UUID]:
        """Return who is listed in a roster; those of a month at a time are kept."""
        if batch_id not in self._listed:
            if len(self._listed) > ROSTERS_KEPT:
                self._listed.clear()
            rows = Entry.objects.filter(batch=batch_id, elder__isnull=False)
            rows = rows.annotate(person=Coalesce(F("elder__merged_into"), F("elder_id")))
            self._listed[batch_id] = frozenset(rows.values_list("person", flat=True).iterator(chunk_size=20_000))
        return self._listed[batch_id]

    def table(self, known: Iterable[Mapping[str, Any]]) -> pa.Table:
        """Lay out facts in the columns that tables ask."""
        known = list(known)
        columns = {"identities": pa.array([one["identities"] for one in known], CODES)}
        names = ("birth_date", "registered", "lives_in_area", "hukou_in_area", "since", "died_on")
        for name in (*names, *self.names):
            kind = ARROW[vocabulary()[name].type]
            values = [one.get(name) for one in known]
            if kind == pa.date32():
                values = [date.fromisoformat(value) if isinstance(value, str) else value for value in values]
            columns[name] = pa.array(values, kind)
        return pa.table(columns)


def _recognised(programme_id: UUID) -> dict[UUID, list[_Recognised]]:
    """Return what everybody was ever recognised as, what was recorded last at the end; of merged records too."""
    found: dict[UUID, list[_Recognised]] = {}
    rows = Identity.objects.filter(elder__programme_id=programme_id)
    rows = rows.annotate(person=Coalesce(F("elder__merged_into"), F("elder_id")))
    rows = rows.order_by("valid_from", "recorded_at")
    wanted = rows.values_list("person", "code", "valid_from", "valid_until", "recorded_at")
    for person, code, valid_from, valid_until, recorded_at in wanted.iterator(chunk_size=20_000):
        found.setdefault(person, []).append(_Recognised(code, valid_from, valid_until, recorded_at))
    return found


def _levels(programme_id: UUID) -> dict[UUID, list[assessment_read.Span]]:
    """Return the levels that assessments found of everybody, of merged records too."""
    rows = Conclusion.objects.filter(programme_id=programme_id).order_by()
    rows = rows.annotate(person=Coalesce(F("assessment__elder__merged_into"), F("assessment__elder_id")))
    assessed = dict(rows.values_list("assessment__elder_id", "person").distinct())
    found: dict[UUID, list[assessment_read.Span]] = {}
    for elder_id, spans in assessment_read.spans(assessed).items():
        found.setdefault(assessed[elder_id], []).extend(spans)
    return found


def _homes(programme_id: UUID) -> dict[UUID, list[tuple[date, bool, bool]]]:
    """Return where people were registered and lived before they moved, the earliest end first."""
    found: dict[UUID, list[tuple[date, bool, bool]]] = {}
    rows = Residence.objects.filter(elder__programme_id=programme_id)
    for elder_id, until, hukou, lives in rows.values_list("elder_id", "valid_until", "hukou_in_area", "lives_in_area"):
        found.setdefault(elder_id, []).append((until, hukou, lives))
    for homes in found.values():
        homes.sort(key=itemgetter(0))
    return found
