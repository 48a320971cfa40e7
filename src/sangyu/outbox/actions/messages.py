"""Leave a message, and read on from a bookmark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.outbox import queries as outbox_read
from sangyu.outbox.models import Bookmark, Message
from sangyu.outbox.queries import Cursor, Told


def tell(*, programme_id: UUID, topic: str, kind: str, body: Mapping[str, object], at: datetime) -> Message:
    """Leave a message for a topic, inside the transaction of what it tells.

    Bodies are thin: ids and numbers, never a name, a phone or an address; the reader fetches those as itself.
    """
    return Message.objects.create(programme_id=programme_id, topic=topic, kind=kind, body=dict(body), at=at)


@transaction.atomic
def read_on(*, reader: str, limit: int = 200) -> list[Told]:
    """Return the next settled messages behind a reader's bookmark and move the bookmark behind them.

    Call it inside the transaction that writes what the messages lead to: both are kept or neither, and a second
    machine of the same name waits until then. A new reader begins with what happens from now on, and so does one
    whose database was restored in another cluster.
    """
    begin = outbox_read.end()
    Bookmark.objects.get_or_create(reader=reader, defaults={"transaction": begin.transaction, "message": begin.message})
    bookmark = Bookmark.objects.select_for_update().get(pk=reader)
    end = outbox_read.end()
    if bookmark.transaction > end.transaction:
        # Transactions are counted anew in a database restored elsewhere; the old place would hide all that comes.
        bookmark.transaction, bookmark.message = end
        bookmark.save(update_fields=["transaction", "message"])
    told = outbox_read.since(Cursor(bookmark.transaction, bookmark.message), limit=limit)
    if told:
        bookmark.transaction, bookmark.message = told[-1].cursor
        bookmark.save(update_fields=["transaction", "message"])
    return told
