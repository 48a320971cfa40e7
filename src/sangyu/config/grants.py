"""What the serving log-in may do: read and write everywhere, but only add where a room says rows are for ever.

A room names such tables in its `insert_only.py`, as `INSERT_ONLY_TABLES`. Rights are given anew after every migration,
so a table becomes insert-only by being named and stays so for any process that serves, whatever its code tries.
`FORGETTABLE_COLUMNS` of such a file (table -> columns) may be overwritten, which a trigger allows for one value only.
"""

from __future__ import annotations

import importlib
import importlib.util

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql


def insert_only_tables() -> frozenset[str]:
    """Collect the tables that only grow, over all installed rooms."""
    found: set[str] = set()
    for room in apps.get_app_configs():
        name = f"{room.name}.insert_only"
        if importlib.util.find_spec(name) is not None:
            found.update(importlib.import_module(name).INSERT_ONLY_TABLES)
    return frozenset(found)


def forgettable_columns() -> dict[str, tuple[str, ...]]:
    """Collect the columns of insert-only tables that may be forgotten, over all installed rooms."""
    found: dict[str, tuple[str, ...]] = {}
    for room in apps.get_app_configs():
        name = f"{room.name}.insert_only"
        if importlib.util.find_spec(name) is not None:
            found.update(getattr(importlib.import_module(name), "FORGETTABLE_COLUMNS", {}))
    return found


def grant_to_app(using: str = DEFAULT_DB_ALIAS, **_signal: object) -> None:
    """Give the serving log-in its rights on every table the current log-in owns.

    With one log-in for both there is nothing to give; and a log-in that owns nothing has nothing to give.
    """
    connection = connections[using]
    app = connection.settings_dict["APP"]["USER"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == app:
            return
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        owned = {row[0] for row in cursor.fetchall()}
        if not owned:
            return
        only_added = insert_only_tables() & owned  # that every name is a table's is a test's concern
        to_app = sql.Identifier(app)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(to_app))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(to_app))
        changed = sorted(owned - only_added)
        cursor.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(_tables(changed), to_app))
        if only_added:
            for_ever = _tables(sorted(only_added))
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(for_ever, to_app))
            cursor.execute(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(for_ever, to_app))
        for table, columns in forgettable_columns().items():
            if table in only_added:
                named = sql.SQL(", ").join(map(sql.Identifier, columns))
                told = {"columns": named, "table": _tables([table]), "app": to_app}
                cursor.execute(sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {app}").format(**told))


def _tables(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("public", name) for name in names)
