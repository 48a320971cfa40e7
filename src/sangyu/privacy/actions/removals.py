"""Take away what is past its days, and keep the count of what went."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sangyu.outbox import actions as outbox
from sangyu.privacy import queries as privacy_read
from sangyu.privacy.models import Removal

BATCH = 2_000


def forget_texts(*, programme_id: UUID, at: datetime) -> int:
    """Take numbers and words out of texts that are older than the register of purposes says; return how many.

    A step is a transaction of its own, so a round that is stopped goes on where it was.
    """
    purpose = privacy_read.register().purpose("tell")
    assert purpose.days is not None
    before = at - timedelta(days=purpose.days)
    since = (
        Removal.objects.filter(programme_id=programme_id, purpose="tell")
        .order_by("-at", "-id")
        .values_list("before", flat=True)
        .first()
    )
    done = 0
    while gone := outbox.forget_texts(programme_id=programme_id, since=since, before=before, limit=BATCH):
        done += gone
    note_removal(programme_id=programme_id, purpose="tell", what="短信的号码和内容", before=before, rows=done, at=at)
    return done


def note_removal(
    *, programme_id: UUID | None, purpose: str, what: str, before: datetime, rows: int, at: datetime
) -> Removal | None:
    """Note that rows of a purpose were taken away; nothing taken is nothing noted.

    Raises: KeyError, for a purpose that is not in the register.
    """
    privacy_read.register().purpose(purpose)
    if not rows:
        return None
    return Removal.objects.create(
        programme_id=programme_id, purpose=purpose, what=what, before=before, rows=rows, at=at
    )
