"""What became visible since a cursor.

Ids alone would skip a message whose transaction began early and committed late, so the cursor is
(transaction id, message id) and only transactions below every one still running are read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection


class Cursor(NamedTuple):
    """How far a reader has read."""

    transaction: int
    message: UUID

    def __str__(self) -> str:
        return f"{self.transaction}-{self.message}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Read `transaction-message`; None when the text is not one (a stranger's header, say)."""
        number, _, message = text.partition("-")
        try:
            cursor = cls(int(number), UUID(message))
        except ValueError:
            return None
        return cursor if cursor.transaction <= LAST_TRANSACTION else None


class Told(NamedTuple):
    """One message as readers get it."""

    cursor: Cursor
    programme_id: UUID
    topic: str
    kind: str
    body: str
    at: datetime


START = UUID(int=0)
LAST_TRANSACTION = 2**63 - 1


def end() -> Cursor:
    """Return the cursor behind everything that is settled now: the place for a new reader."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return Cursor(cursor.fetchone()[0], START)


def since(cursor: Cursor, *, limit: int = 500) -> list[Told]:
    """Return the settled messages after a cursor, in order; empty when there is nothing new."""
    with connection.cursor() as db:
        db.execute(
            "SELECT written_in::text::bigint, id, programme_id, topic, kind, body::text, at FROM outbox_message"
            " WHERE (written_in, id) > (%s::text::xid8, %s)"
            " AND written_in < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY written_in, id LIMIT %s",
            [str(cursor.transaction), cursor.message, limit],
        )
        return [Told(Cursor(row[0], row[1]), *row[2:]) for row in db.fetchall()]


def visible(cursor: Cursor, *, without: Collection[UUID] = (), limit: int = 500) -> tuple[list[Told], int]:
    """Return every message after a cursor that can be seen now, settled or not, and where unsettled ones begin.

    A long transaction keeps everything after its begin unsettled, and a ringing telephone cannot wait for it. The
    reader must remember which unsettled messages it has had (`without`) and keep its cursor below them.
    Shape: in order; the second is the transaction id below which all are settled.
    """
    with connection.cursor() as db:
        db.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        floor = db.fetchone()[0]
        db.execute(
            "SELECT written_in::text::bigint, id, programme_id, topic, kind, body::text, at FROM outbox_message"
            " WHERE (written_in, id) > (%s::text::xid8, %s) AND NOT id = ANY(%s)"
            " ORDER BY written_in, id LIMIT %s",
            [str(cursor.transaction), cursor.message, list(without), limit],
        )
        return [Told(Cursor(row[0], row[1]), *row[2:]) for row in db.fetchall()], floor
