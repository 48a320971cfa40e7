"""The audit book as a file that anybody can check without this software (`tools/verify_audit.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db.models import Exists, OuterRef

from sangyu.access.models import AuditEntry, AuditHead, AuditLink, Programme

FORM = 1
_CHUNK = 2_000


def book(programme: Programme) -> Iterator[str]:
    """Yield the book of a programme, one line of JSON at a time: its title, every link in order, the acts not linked.

    Run it in one REPEATABLE READ transaction while the system is in use. It holds what acts were about: keep it as
    you keep the database.
    """
    head = AuditHead.objects.get(programme=programme)
    acts = AuditEntry.objects.filter(programme=programme)
    loose = acts.filter(~Exists(AuditLink.objects.filter(entry_id=OuterRef("pk")))).order_by("at", "id")
    yield _line(
        {
            "book": "sangyu audit book",
            "form": FORM,
            "programme": {"id": str(programme.pk), "slug": programme.slug, "name": programme.name},
            "head": {"n": head.n, "hash": head.hash},
            "unsealed": loose.count(),
        }
    )
    links = AuditLink.objects.filter(programme=programme).select_related("entry").order_by("n")
    for link in links.iterator(chunk_size=_CHUNK):
        yield _line({"n": link.n, "previous": link.previous_hash, "hash": link.hash, **_act(link.entry)})
    for entry in loose.iterator(chunk_size=_CHUNK):
        yield _line({"n": None, **_act(entry)})


def _act(entry: AuditEntry) -> dict[str, Any]:
    return {
        "act_hash": entry.body_hash,
        "act": {
            "id": str(entry.pk),
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "by": str(entry.by_id),
            "verb": entry.verb,
            "object_kind": entry.object_kind,
            "object_id": str(entry.object_id),
            "facts": entry.facts,
        },
    }


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"
