"""Empty the tables between tests that commit, past the rights and triggers that refuse to forget.

Tests run as the log-in that serves, which may only add to many tables. So the emptying alone goes over a connection of
its own: on a throw-away cluster the superuser's, as `EMPTIED_BY`, who deletes rows, which with the few of a test is a
tenth of the work of making two hundred tables anew; on somebody's server the owner's, with user triggers off.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from sangyu.config.database import base

OUR_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tableowner = %s AND tablename <> ALL (%s)
"""
# What the migrations wrote and no test changes: the table of them, and the kinds that Django knows by number.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]
WITH_TRUNCATE_TRIGGERS = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0
"""
DELETE_EVERY_ROW = """
    DO $$
    DECLARE
        name text;
    BEGIN
        PERFORM set_config('session_replication_role', 'replica', true);  -- no trigger and no foreign key asks
        FOREACH name IN ARRAY {names}::text[] LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
    END $$
"""
PAGES_MAX = 32  # a table that has grown larger gives its room back


class DatabaseOperations(base.DatabaseOperations):
    def sql_flush(
        self, style: object, tables: list[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        """Answer no statement, so that Django does not write and grant anew what is kept; sequences go on counting."""
        return []

    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Empty every table of the owner's with rows in it; Django's list leaves out the job queue's."""
        settings = self.connection.settings_dict
        if by := settings.get("EMPTIED_BY"):
            with psycopg.connect(by, dbname=settings["NAME"], autocommit=True) as superuser:
                _delete(superuser, settings["OWNER"]["USER"])
        else:
            with self._owner() as owner:
                _truncate(owner, settings["OWNER"]["USER"])

    def _owner(self) -> psycopg.Connection[tuple[str]]:
        settings = self.connection.settings_dict
        return psycopg.connect(
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
            dbname=settings["NAME"],
            user=settings["OWNER"]["USER"],
            password=settings["OWNER"]["PASSWORD"] or None,
            autocommit=True,
        )


def _delete(superuser: psycopg.Connection[tuple[str]], owner: str) -> None:
    """Delete every row in one transaction, which waits for whoever is still writing and keeps new writers out."""
    ours = [row[0] for row in superuser.execute(OUR_TABLES, [owner, KEPT])]
    with superuser.transaction():
        superuser.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(_named(ours)))
        sized = superuser.execute(
            "SELECT relname, pg_relation_size(oid) / 8192 FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s) AND pg_relation_size(oid) > 0",
            [ours],
        ).fetchall()
        used = sql.Literal([name for name, _ in sized])
        superuser.execute(sql.SQL(DELETE_EVERY_ROW).format(names=used))
    large = [name for name, pages in sized if pages > PAGES_MAX]
    if large:
        superuser.execute(sql.SQL("VACUUM {}").format(_named(large)))


def _truncate(owner: psycopg.Connection[tuple[str]], name: str) -> None:
    """Truncate every table with rows in it in one transaction."""
    ours = [row[0] for row in owner.execute(OUR_TABLES, [name, KEPT])]
    used = [table for table in ours if _has_rows(owner, table)]
    if not used:
        return
    guarded = [sql.SQL(row[0]) for row in owner.execute(WITH_TRUNCATE_TRIGGERS)]
    with owner.transaction():
        for table in guarded:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        # What refers to a full table is empty or named as well: CASCADE only saves naming the empty ones.
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(_named(used)))
        for table in guarded:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def _named(tables: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))


def _has_rows(connection: psycopg.Connection[tuple[str]], table: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))
    return connection.execute(query).fetchone() is not None


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
