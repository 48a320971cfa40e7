"""Indexes and foreign keys laid aside while tens of millions of rows go in, and put back after: checked once, not row
by row. All of it is one transaction: a build that is broken off leaves neither rows nor a missing index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2"""
_UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'u' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2"""
_INDEXES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype = 'u') ORDER BY 1, 2"""
_PRIMARY_KEYS = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index i
 WHERE i.indrelid = ANY(%s::regclass[]) AND i.indisprimary ORDER BY 1"""
# For the length of the build: an index is sorted in memory as far as it fits, and since no statistics know the rows
# that have just been written, a join of what looks like one row must not become a loop over thousands.
_ROOM = """
SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'; SET LOCAL enable_nestloop = off"""


@contextmanager
def laid_aside(
    tables: Sequence[str], *, timed: Callable[[str], AbstractContextManager[None]], progress: Callable[[str], None]
) -> Iterator[None]:
    """Do without the indexes and foreign keys of some tables for the length of a block, inside a transaction.

    Afterwards all of them are there again, and every foreign key has been checked over all rows; `timed` is entered
    with the name of each of these two steps.
    """
    before = shape_of(tables)
    keys, unique, indexes = before
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        for table, name, _ in (*keys, *unique):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for _, name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        _begin_anew(cursor, tables)
    yield
    with connection.cursor() as cursor:
        progress(f"正在建立{len(unique) + len(indexes)}个索引……")
        with timed("indexes"):
            for _, _, definition in indexes:
                cursor.execute(definition)
            for table, name, definition in unique:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        progress(f"正在核对{len(keys)}个外键……")
        with timed("foreign keys"):
            for table, name, definition in keys:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    # By name: PostgreSQL writes the condition of an index a little differently once it has read it again.
    lost = {row[:2] for part in before for row in part} ^ {row[:2] for part in shape_of(tables) for row in part}
    if lost:
        raise RuntimeError(f"indexes or foreign keys are not as they were: {sorted(lost)}")


def _begin_anew(cursor: Any, tables: Sequence[str]) -> None:
    """Write tables into files of this transaction's own, which a server of `wal_level=minimal` does not log."""
    cursor.execute(_PRIMARY_KEYS, [list(tables)])
    for table, key in cursor.fetchall():
        cursor.execute(f"CLUSTER {table} USING {key}")
        cursor.execute(f"ALTER TABLE {table} SET WITHOUT CLUSTER")


def shape_of(tables: Sequence[str]) -> tuple[list[tuple[str, str, str]], ...]:
    """Return the foreign keys, unique constraints and other indexes of some tables: table, name, definition."""
    found = []
    with connection.cursor() as cursor:
        for query in (_FOREIGN_KEYS, _UNIQUE, _INDEXES):
            cursor.execute(query, [list(tables)])
            found.append(list(cursor.fetchall()))
    return tuple(found)
