"""Take out of old texts whom they reached and what they said; that they were sent, and how it went, stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Value, When

from sangyu.kit.insert_only import FORGOTTEN
from sangyu.outbox.models import Text


@transaction.atomic
def forget_texts(*, programme_id: UUID, before: datetime, limit: int, since: datetime | None = None) -> int:
    """Forget the number and the words of texts written before a moment, the oldest first; return how many.

    `since` spares reading again what was forgotten up to then. A text without a number keeps saying that there was
    none, so where it stands does not change.
    """
    old = Text.objects.filter(programme_id=programme_id, at__lt=before).exclude(body=FORGOTTEN)
    if since is not None:
        old = old.filter(at__gte=since)
    return _forget(list(old.order_by("at", "id").values_list("pk", flat=True)[:limit]))


@transaction.atomic
def forget_texts_of(*, programme_id: UUID, elder_ids: list[UUID]) -> int:
    """Forget the number and the words of every text about some elders; return how many."""
    mine = Text.objects.filter(programme_id=programme_id, elder_id__in=elder_ids).exclude(body=FORGOTTEN)
    return _forget(list(mine.values_list("pk", flat=True)))


def _forget(text_ids: list[UUID]) -> int:
    phone = Case(When(phone="", then=Value("")), default=Value(FORGOTTEN))
    return Text.objects.filter(pk__in=text_ids).update(phone=phone, body=FORGOTTEN)
