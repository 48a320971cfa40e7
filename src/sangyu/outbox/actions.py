"""Verbs of the outbox: tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sangyu.outbox.models import Message


def tell(*, programme_id: UUID, topic: str, kind: str, body: Mapping, at: datetime) -> Message:
    """Leave a message for a topic, inside the transaction of what it tells.

    Bodies are thin: ids and numbers, never a name, a phone or an address; the reader fetches those as itself.
    """
    return Message.objects.create(programme_id=programme_id, topic=topic, kind=kind, body=dict(body), at=at)
