"""How an act is hashed and chained; pure, so that a verifier outside the system can repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


def entry_hash(
    *, entry_id: UUID, at: datetime, by_id: UUID, verb: str, object_kind: str, object_id: UUID, facts: Mapping[str, Any]
) -> str:
    """Hash one act: SHA-256 over its canonical JSON (sorted keys, UTC time in microseconds)."""
    body = {
        "id": str(entry_id),
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": str(by_id),
        "verb": verb,
        "object_kind": object_kind,
        "object_id": str(object_id),
        "facts": facts,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def link_hash(*, previous_hash: str, n: int, entry_hash: str) -> str:
    """Hash one link of the chain from the link before it, its place and the act it seals."""
    return hashlib.sha256(f"{previous_hash}:{n}:{entry_hash}".encode()).hexdigest()
