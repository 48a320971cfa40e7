"""What rosters state of elders, for the policy tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sangyu.kit.month import Month
from sangyu.matching.models import Batch, BatchStage, Entry
from sangyu.matching.queries.declared import registers


class Span(NamedTuple):
    """What a roster states of an elder on `valid_from <= day < valid_until`: listed or not."""

    fact: str
    listed: bool
    valid_from: date
    valid_until: date


def spans(programme_id: UUID, elder_ids: Collection[UUID]) -> dict[UUID, list[Span]]:
    """Return what the compared rosters ever stated of elders; a roster holds from its month on until the next one.

    Shape: every elder asked for -> spans by first day; none from before the first roster. Two queries, however many
    elders.
    """
    found: dict[UUID, list[Span]] = {elder_id: [] for elder_id in elder_ids}
    batches = _rosters(programme_id)
    rows = Entry.objects.filter(batch__in=[batch.pk for batch in batches], elder_id__in=list(found))
    listed = set(rows.values_list("batch_id", "elder_id"))
    for batch, fact, valid_from, valid_until in _periods(batches):
        for elder_id, known in found.items():
            known.append(Span(fact, (batch.pk, elder_id) in listed, valid_from, valid_until))
    return found


class Period(NamedTuple):
    """The days on which a roster says who is listed."""

    batch_id: UUID
    fact: str
    valid_from: date
    valid_until: date


def periods(programme_id: UUID) -> list[Period]:
    """Return the days on which each compared roster holds, for whoever asks it about everybody."""
    return [
        Period(batch.pk, fact, valid_from, valid_until)
        for batch, fact, valid_from, valid_until in _periods(_rosters(programme_id))
    ]


def facts(programme_id: UUID, elder_ids: Collection[UUID], on: date) -> dict[UUID, dict[str, bool]]:
    """Return what the rosters of the month, or the last before it, state of elders: in it or not.

    Shape: every elder asked for -> fact -> whether; a fact is missing when no roster was compared by then.
    """
    return {
        elder_id: {span.fact: span.listed for span in known if span.valid_from <= on < span.valid_until}
        for elder_id, known in spans(programme_id, elder_ids).items()
    }


def _rosters(programme_id: UUID) -> list[Batch]:
    """The compared rosters that state a fact, by register and month; of two for a month the later one."""
    codes = [row.code for row in registers() if row.states]
    rows = Batch.objects.filter(programme_id=programme_id, register__in=codes, stage=BatchStage.COMPARED)
    latest = {(row.register, row.month): row for row in rows.order_by("register", "month", "at")}
    return list(latest.values())


def _periods(batches: list[Batch]) -> Iterator[tuple[Batch, str, date, date]]:
    states = {row.code: row.states for row in registers()}
    for batch, following in zip(batches, [*batches[1:], None][: len(batches)], strict=True):
        is_last = following is None or following.register != batch.register
        valid_until = date.max if is_last or following is None else Month.parse(following.month).first_day
        yield batch, states[batch.register], Month.parse(batch.month).first_day, valid_until
