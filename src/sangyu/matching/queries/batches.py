"""The registers that were handed in, for the bureau; and what was compared last."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import Role, User
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.matching.models import Batch, BatchStage, Entry, Ruling
from sangyu.matching.rules import Seen

READERS = frozenset({Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR})


def batches(viewer: User) -> QuerySet[Batch]:
    """The registers of the viewer's programme, newest month first; communities see what differs, not the registers."""
    rows = Batch.objects.filter(programme_id=viewer.programme_id) if viewer.roles & READERS else Batch.objects.none()
    return rows.select_related("by").order_by("-month", "-at")


def latest_batches(viewer: User, months: Iterable[Month]) -> dict[tuple[str, str], Batch]:
    """Return the last batch of each register for each of some months that was not set aside, in one query."""
    rows = batches(viewer).filter(month__in=[str(month) for month in months]).exclude(stage=BatchStage.DISCARDED)
    return {(row.register, row.month): row for row in rows.order_by("at")}


def get_batch(viewer: User, batch_id: UUID) -> Batch:
    """Return one batch.

    Raises: NotFound, also for somebody else's.
    """
    found = batches(viewer).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("没有找到这份名册，可能不在您负责的范围内。")
    return found


def entries_of(batch: Batch, *, limit: int = 20) -> list[Entry]:
    """The first elders of a batch as the file names them, to see whether it was read rightly."""
    return list(Entry.objects.filter(batch=batch).select_related("elder__community").order_by("line")[:limit])


def ruling_of(batch: Batch) -> Ruling | None:
    """Return who had a batch compared or set it aside, None while nobody has."""
    return Ruling.objects.filter(batch=batch).select_related("by").first()


def last_compared(programme_id: UUID, register: str, *, until: Month | None = None) -> Batch | None:
    """Return the batch of a register that was compared last, on demand of no later month; None before the first."""
    rows = Batch.objects.filter(programme_id=programme_id, register=register, stage=BatchStage.COMPARED)
    if until is not None:
        rows = rows.filter(month__lte=str(until))
    return rows.order_by("-month", "-at").first()


def seen_of(batch: Batch) -> Seen:
    """Return a batch in figures."""
    return Seen(Month.parse(batch.month), batch.lines, batch.faults, batch.matched, batch.digest, batch.months)
