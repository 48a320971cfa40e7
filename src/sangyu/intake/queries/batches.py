"""Batches of the viewer's own area, and their lines page by page."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import Role, User
from sangyu.intake.models import Batch, Stage, StagedRow
from sangyu.kit.errors import NotFound

READERS = frozenset({Role.COMMUNITY, Role.BUREAU})


def batches(viewer: User) -> QuerySet[Batch]:
    """The batches of the viewer's area, newest first: those of the own community, or all of the district."""
    rows = Batch.objects.filter(programme_id=viewer.programme_id).select_related("by", "by__organisation")
    if not viewer.roles & READERS:
        return rows.none()
    return rows.filter(area_code__startswith=viewer.area_code).order_by("-at", "-id")


def get_batch(viewer: User, batch_id: UUID) -> Batch:
    """Return one batch.

    Raises: NotFound, also for a batch of another area.
    """
    found = batches(viewer).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("没有找到这一批，可能不在您负责的范围内。请回到批次清单。")
    return found


def same_file(viewer: User, batch: Batch) -> Batch | None:
    """Return the last other batch that was made of the very same file and has been written or waits to be."""
    stages = (Stage.CHECKED, Stage.WRITING, Stage.WRITTEN)
    return batches(viewer).filter(sha256=batch.sha256, stage__in=stages).exclude(pk=batch.pk).first()


def lines(
    viewer: User, batch: Batch, *, standing: str = "", outcome: str = "", after: int = 0, limit: int = 50
) -> list[StagedRow]:
    """Return lines of a batch that stand in some way, in the order of the sheet, `limit` behind line `after`."""
    get_batch(viewer, batch.pk)
    rows = StagedRow.objects.filter(batch=batch, line__gt=after)
    if standing:
        rows = rows.filter(standing=standing)
    if outcome:
        rows = rows.filter(outcome=outcome)
    return list(rows.order_by("line")[:limit])


def counts_of(batch: Batch) -> dict[str, int]:
    """Return how many lines stand in which way and what became of them, as counted last. Shape: missing is none."""
    return {str(key): int(n) for key, n in batch.counts.items()}
