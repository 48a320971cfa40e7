"""Whether this process can do its work: the database answers, its tables are this code's, the clock goes its rounds.

A `SELECT 1` still answers when the server's libraries were exchanged under it and no procedure runs any more; so a
procedure is run.
"""

from __future__ import annotations

from functools import cache

from django.db import Error, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader

PATIENCE_MS = 2000
HEARTBEAT_S_MAX = 60  # the worker says every ten seconds that it lives
ROUND_S_MAX = 180  # the audit book is sealed every minute
ROUND = "sangyu.portals.rounds.tasks.seal_audit_book"

CLOCK = """
SELECT extract(epoch FROM now() - max(last_heartbeat))::float8,
       (SELECT extract(epoch FROM now())::float8 - max(defer_timestamp)
          FROM procrastinate_periodic_defers WHERE task_name = %s AND periodic_id = '')
  FROM procrastinate_workers
"""


def examine() -> dict[str, str]:
    """Answer what stands in the way, check by check.

    Shape: `database` (ok, away), `tables` (ok, behind, unknown), `clock` (ok, late, unknown).
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            cursor.execute("DO $$ BEGIN PERFORM 1; END $$")
            cursor.execute("SELECT app, name FROM django_migrations")
            if not _last_migrations() <= set(cursor.fetchall()):
                return {"database": "ok", "tables": "behind", "clock": "unknown"}
            return {"database": "ok", "tables": "ok", "clock": "ok" if _goes(cursor) else "late"}
    except Error:
        return {"database": "away", "tables": "unknown", "clock": "unknown"}


def clock_age_s() -> float | None:
    """Answer how long ago the last round was due; None when there has been none."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK, [ROUND])
        age_s: float | None = cursor.fetchone()[1]
        return None if age_s is None else max(0.0, age_s)  # a round may be put down for the second that begins


def _goes(cursor: CursorWrapper) -> bool:
    cursor.execute(CLOCK, [ROUND])
    heartbeat_s, round_s = cursor.fetchone()
    return None not in (heartbeat_s, round_s) and heartbeat_s < HEARTBEAT_S_MAX and round_s < ROUND_S_MAX


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """Read from the code, once a process, the last migration of each app: with it every earlier one was made."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
