"""Whom elders would like to come or not to come again, and where that has become a pattern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.dispatch import rules
from sangyu.dispatch.models import Wish, WishKind
from sangyu.providers.models import Worker
from sangyu.registry.models import Elder

WANTED = "老人指名"
NOT_AGAIN = "老人请换人"
WORDS = {str(WishKind.WANTED): WANTED, str(WishKind.NOT_AGAIN): NOT_AGAIN}


def wishes_of(elder_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Wish]:
    """Return the last word of some elders about each worker they spoke of; one query, for verbs and for other reads.

    Shape: (elder id, worker id) -> wish, with its worker.
    """
    rows = Wish.objects.filter(elder_id__in=list(elder_ids)).select_related("worker").order_by("n")
    return {(row.elder_id, row.worker_id): row for row in rows}


def wishes(viewer: User, elder: Elder) -> list[Wish]:
    """Return whom an elder names or does not want again, newest first; for those who see the whole programme."""
    if not sees_whole_programme(viewer) or elder.programme_id != viewer.programme_id:
        return []
    standing = [row for row in wishes_of([elder.pk]).values() if row.kind != WishKind.NONE]
    return sorted(standing, key=lambda row: row.at, reverse=True)


@dataclass(frozen=True)
class Pattern:
    """A worker whom several elders asked not to send again within the days that count."""

    worker: Worker
    wishes: tuple[Wish, ...]

    @property
    def elders(self) -> int:
        return len(self.wishes)


def patterns(viewer: User, since: datetime, at: datetime) -> list[Pattern]:
    """Return the workers with a pattern of 换人 in a stretch of time, most elders first; one wish alone means nothing.

    Shape: wishes that still stand, oldest first; empty for who does not see the whole programme.
    """
    if not sees_whole_programme(viewer):
        return []
    spoken = Wish.objects.filter(
        kind=WishKind.NOT_AGAIN, at__gte=since, at__lte=at, elder__programme_id=viewer.programme_id
    )
    last: dict[tuple[UUID, UUID], Wish] = {}
    rows = Wish.objects.filter(worker_id__in=spoken.values("worker_id"), at__lte=at)
    for row in rows.select_related("worker", "worker__enterprise", "elder", "by").order_by("n"):
        last[row.elder_id, row.worker_id] = row
    by_worker: dict[UUID, list[Wish]] = defaultdict(list)
    for row in last.values():
        if row.kind == WishKind.NOT_AGAIN and row.at >= since:
            by_worker[row.worker_id].append(row)
    found = [
        Pattern(said[0].worker, tuple(sorted(said, key=lambda row: row.at)))
        for said in by_worker.values()
        if rules.is_pattern({row.elder_id: row.at for row in said})
    ]
    return sorted(found, key=lambda row: (-row.elders, row.worker.name, row.worker.pk))
