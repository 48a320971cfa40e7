"""Remember what was done, and seal the memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sangyu.access.models import AuditEntry, AuditHead, AuditLink, User
from sangyu.access.rules import entry_hash, link_hash
from sangyu.kit.ids import new_id

SEAL_CHUNK = 2000


def record(
    *, by: User, at: datetime, verb: str, object_kind: str, object_id: UUID, facts: Mapping | None = None
) -> AuditEntry:
    """Write one act into the audit book, inside the transaction of the act itself."""
    entry = _entry(by, at, verb, object_kind, object_id, facts or {})
    entry.save(force_insert=True)
    return entry


def record_many(
    *, by: User, at: datetime, verb: str, object_kind: str, facts: Iterable[tuple[UUID, Mapping[str, object]]]
) -> None:
    """Write one act done to many objects, each with facts of its own: an entry for each, in one statement."""
    AuditEntry.objects.bulk_create(_entry(by, at, verb, object_kind, object_id, told) for object_id, told in facts)


def _entry(by: User, at: datetime, verb: str, object_kind: str, object_id: UUID, facts: Mapping) -> AuditEntry:
    plain = json.loads(json.dumps(facts, ensure_ascii=False, default=str))
    entry_id = new_id()
    return AuditEntry(
        id=entry_id,
        programme_id=by.programme_id,
        at=at,
        by=by,
        verb=verb,
        object_kind=object_kind,
        object_id=object_id,
        facts=plain,
        body_hash=entry_hash(
            entry_id=entry_id,
            at=at,
            by_id=by.pk,
            verb=verb,
            object_kind=object_kind,
            object_id=object_id,
            facts=plain,
        ),
    )


def seal(*, programme_id: UUID) -> int:
    """Link the acts that are not chained yet, in the order of time and id; return how many were linked.

    Acts are written unchained so that no verb waits for another at the end of the chain
    (docs/decisions/0005-audit-chain.md); the clock calls this every minute.
    """
    linked = 0
    while True:
        with transaction.atomic():
            head = AuditHead.objects.select_for_update().get(programme_id=programme_id)
            loose = list(
                AuditEntry.objects.filter(programme_id=programme_id)
                .filter(~Exists(AuditLink.objects.filter(entry_id=OuterRef("pk"))))
                .order_by("at", "id")[:SEAL_CHUNK]
            )
            links = []
            for entry in loose:
                hashed = link_hash(previous_hash=head.hash, n=head.n + 1, entry_hash=entry.body_hash)
                head.n += 1
                links.append(
                    AuditLink(programme_id=programme_id, n=head.n, entry=entry, previous_hash=head.hash, hash=hashed)
                )
                head.hash = hashed
            AuditLink.objects.bulk_create(links)
            head.save(update_fields=["n", "hash"])
        linked += len(links)
        if len(links) < SEAL_CHUNK:
            return linked
