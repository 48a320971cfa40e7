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
    before = _end_of("tell", at)
    since = (
        Removal.objects.filter(programme_id=programme_id, purpose="tell")
        .order_by("-at", "-id")
        .values_list("before", flat=True)
        .first()
    )
    done = 0
    while gone := outbox.forget_texts(programme_id=programme_id, since=since, before=before, limit=BATCH):
        done += gone
    note_removal(programme_id=programme_id, purpose="tell", what="短信的号码和内容", rows=done, at=at)
    return done


def note_removal(
    *, purpose: str, what: str, rows: int, at: datetime, programme_id: UUID | None = None
) -> Removal | None:
    """Note that rows of a purpose that were older than its days were taken away; nothing taken is nothing noted.

    Without a programme it is noted for the house as a whole.
    Raises: KeyError, for a purpose that is not in the register or that it does not let a round take away.
    """
    before = _end_of(purpose, at)
    if not rows:
        return None
    return Removal.objects.create(
        programme_id=programme_id, purpose=purpose, what=what, before=before, rows=rows, at=at
    )


def _end_of(purpose: str, at: datetime) -> datetime:
    found = privacy_read.register().purpose(purpose)
    if found.days is None or not found.swept:
        raise KeyError(purpose)
    return at - timedelta(days=found.days)
