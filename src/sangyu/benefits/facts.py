"""What the tables may ask of an elder: what the registry knows, and what was stated with a paper beside it.

One place for prices, entitlements and monthly runs, so that none of them knows of an elder what the others do not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from sangyu.assessment import queries as assessment_read
from sangyu.benefits.models import StatedFact
from sangyu.matching import queries as matching_read
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder, Identity, Residence

# What may be stated: facts of the person that no identity document and no recognition says.
STATABLE = (
    "has_work_unit",
    "has_pension",
    "has_issued_phone",
    "has_need",
    "income_month_fen",
    "community_in_scope",
    "sponsored",
    "last_respite_on",
    "family_last_respite_on",
)


def facts(elder: Elder, on: date) -> dict[str, Any]:
    """Return what the tables may ask of an elder on a day, in the words of the tables."""
    records = registry_read.same_as(elder.pk)
    return {
        **registry_read.facts(elder, on),
        **_found_on(_found(elder, records), on),
        **stated_on(_stated(records), on),
    }


def stated_on(rows: Iterable[StatedFact], on: date) -> dict[str, Any]:
    """Say which of an elder's stated facts stand on a day."""
    held = [row for row in rows if row.valid_from <= on and (row.valid_until is None or on < row.valid_until)]
    return {row.name: row.value for row in sorted(held, key=attrgetter("valid_from", "at"))}


def stated_about(elder: Elder, on: date) -> list[StatedFact]:
    """Return the stated facts of an elder that stand on a day, each name once, with the paper they were stated by."""
    rows = [row for row in _stated(registry_read.same_as(elder.pk)) if row.valid_from <= on]
    held = [row for row in rows if row.valid_until is None or on < row.valid_until]
    return list({row.name: row for row in sorted(held, key=attrgetter("valid_from", "at"))}.values())


def stated_by_elder(programme_id: UUID, names: Iterable[str]) -> dict[UUID, list[StatedFact]]:
    """Return what was ever stated of the elders of a programme under some names; one query."""
    found: dict[UUID, list[StatedFact]] = {}
    rows = StatedFact.objects.filter(elder__programme_id=programme_id, name__in=list(names))
    rows = rows.annotate(person_id=Coalesce(F("elder__merged_into"), F("elder_id")))
    for row in rows.iterator(chunk_size=5_000):
        found.setdefault(row.person_id, []).append(row)
    return found


class Life:
    """The facts of one elder on any day, read once for each stretch of days on which nothing recorded changes."""

    def __init__(self, elder: Elder) -> None:
        self.elder = elder
        self.records = records = registry_read.same_as(elder.pk)
        self._stated = _stated(records)
        self._found = _found(elder, records)
        spans = [
            *Identity.objects.filter(elder_id__in=records).values_list("valid_from", "valid_until"),
            *((day, None) for day in Residence.objects.filter(elder=elder).values_list("valid_until", flat=True)),
            *((row.valid_from, row.valid_until) for row in self._stated),
            *((valid_from, valid_until) for _, _, valid_from, valid_until in self._found),
        ]
        self.days = sorted({day for span in spans for day in span if day is not None})
        self._known: dict[int, Mapping[str, Any]] = {}

    def on(self, day: date) -> Mapping[str, Any]:
        """Return the facts of a day."""
        stretch = bisect_right(self.days, day)
        if stretch not in self._known:
            self._known[stretch] = {
                **registry_read.facts(self.elder, day),
                **_found_on(self._found, day),
                **stated_on(self._stated, day),
            }
        return self._known[stretch]


def _stated(elder_ids: Iterable[UUID]) -> list[StatedFact]:
    return list(StatedFact.objects.filter(elder_id__in=list(elder_ids)))


# What was found of an elder elsewhere: fact, value, first day, first day on which it holds no more.
_Found = list[tuple[str, Any, date, date]]


def _found(elder: Elder, records: Collection[UUID]) -> _Found:
    """Say what assessments and the rosters of other authorities found of an elder, with the days on which it holds."""
    found: _Found = [
        (span.fact, span.word, span.valid_from, span.valid_until)
        for known in assessment_read.spans(records).values()
        for span in known
    ]
    rosters = [span for known in matching_read.spans(elder.programme_id, records).values() for span in known]
    # Of two records of one person it is enough that one is listed.
    for span in sorted(rosters, key=attrgetter("listed")):
        found.append((span.fact, span.listed, span.valid_from, span.valid_until))
    return found


def _found_on(found: _Found, on: date) -> dict[str, Any]:
    return {fact: value for fact, value, valid_from, valid_until in found if valid_from <= on < valid_until}
