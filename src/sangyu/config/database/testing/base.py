"""Empty the tables between tests that commit, as the owner and past the insert-only triggers.

Tests run as the log-in that serves, which has no right to TRUNCATE; and a trigger that refuses to forget would refuse
the test runner too. So the flush alone goes over a connection of the owner's, with user triggers off for its duration.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from sangyu.config.database import base

OUR_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tableowner = current_user AND tablename <> 'django_migrations'
"""
WITH_TRUNCATE_TRIGGERS = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0
"""


class DatabaseOperations(base.DatabaseOperations):
    def sql_flush(
        self, style: object, tables: list[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        """Answer the statements that empty every table with rows in it; Django's `tables` leave out the job queue's."""
        with self._owner() as owner:
            ours = [row[0] for row in owner.execute(OUR_TABLES)]
            used = [name for name in ours if _has_rows(owner, name)]
            guarded = [row[0] for row in owner.execute(WITH_TRUNCATE_TRIGGERS)]
        if not used:
            return []
        # What refers to a full table is empty or named as well: CASCADE only saves naming the empty ones.
        names = ", ".join(self.quote_name(name) for name in used)
        identity = " RESTART IDENTITY" if reset_sequences else ""
        return [
            *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in guarded),
            f"TRUNCATE {names}{identity} CASCADE",
            *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in guarded),
        ]

    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Run the flush in one transaction of the owner's."""
        with self._owner() as owner, owner.transaction():
            for statement in sql_list:
                owner.execute(statement)

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


def _has_rows(connection: psycopg.Connection[tuple[str]], table: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))
    return connection.execute(query).fetchone() is not None


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
