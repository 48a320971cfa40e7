"""Write down how an elder is and what they like, as whoever was there tells it (健康、兴趣)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.registry.actions.elders import lock
from sangyu.registry.models import Elder

WORDS_MAX = 200


@transaction.atomic
def describe(*, elder_id: UUID, health: str, interests: str, by: User, at: datetime) -> Elder:
    """Keep an elder's health and interests in a few words each; the same words again change nothing.

    The words stand in the record alone: the audit book says which of them changed, not what was written.
    Raises: NotAllowed, NotFound.
    """
    elder = lock(elder_id, by)
    said = {"health": " ".join(health.split())[:WORDS_MAX], "interests": " ".join(interests.split())[:WORDS_MAX]}
    changed = [name for name, words in said.items() if getattr(elder, name) != words]
    if not changed:
        return elder
    elder.health, elder.interests = said["health"], said["interests"]
    elder.save(update_fields=changed)
    facts = {"changed": changed}
    access.record(by=by, at=at, verb="registry.describe", object_kind="elder", object_id=elder.pk, facts=facts)
    return elder
