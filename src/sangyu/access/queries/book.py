"""What was done, and is the audit book whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from sangyu.access.models import AuditEntry, AuditHead, AuditLink, User
from sangyu.access.queries.viewer import sees_whole_programme
from sangyu.access.rules import entry_hash, link_hash


def audit_of(viewer: User, object_id: UUID) -> QuerySet[AuditEntry]:
    """What was done to one object, oldest first; for those who see the whole programme."""
    return audit_of_all(viewer, [object_id])


def audit_of_all(viewer: User, object_ids: Iterable[UUID]) -> QuerySet[AuditEntry]:
    """What was done to several objects, oldest first, each with its place `n` in the chain (None before the seal)."""
    if not sees_whole_programme(viewer):
        return AuditEntry.objects.none()
    place = AuditLink.objects.filter(entry=OuterRef("pk")).values("n")
    return (
        AuditEntry.objects.filter(programme_id=viewer.programme_id, object_id__in=list(object_ids))
        .annotate(n=Subquery(place))
        .select_related("by")
        .order_by("at", "id")
    )


@dataclass(frozen=True)
class ChainFault:
    """Where the audit book does not hold, and how."""

    n: int
    what: str


def verify_chain(programme_id: UUID) -> list[ChainFault]:
    """Recompute every hash of the audit book; an empty list means that it is whole."""
    faults: list[ChainFault] = []
    previous, expected = "0" * 64, 0
    links = AuditLink.objects.filter(programme_id=programme_id).select_related("entry").order_by("n")
    for link in links.iterator(chunk_size=2000):
        expected += 1
        entry = link.entry
        if link.n != expected:
            faults.append(ChainFault(expected, f"缺少第{expected}环，接着的是第{link.n}环"))
            expected = link.n
        body = entry_hash(
            entry_id=entry.pk,
            at=entry.at,
            by_id=entry.by_id,
            verb=entry.verb,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            facts=entry.facts,
        )
        if body != entry.body_hash:
            faults.append(ChainFault(link.n, "记录内容与当时的摘要不符"))
        if link.previous_hash != previous or link.hash != link_hash(previous_hash=previous, n=link.n, entry_hash=body):
            faults.append(ChainFault(link.n, "与前一环不衔接"))
        previous = link.hash
    head = AuditHead.objects.get(programme_id=programme_id)
    if (head.n, head.hash) != (expected, previous):
        faults.append(ChainFault(expected, f"链尾被截断：应有{head.n}环"))
    return faults
