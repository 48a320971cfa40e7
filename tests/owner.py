"""An intruder with every right: the owner of the tables, with the guards off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.apps import apps
from django.db import connection


def insert_only_tables() -> list[str]:
    """List the guarded tables of every room."""
    from importlib import import_module
    from importlib.util import find_spec

    names = [f"{config.name}.insert_only" for config in apps.get_app_configs() if config.name.startswith("sangyu.")]
    return [table for name in names if find_spec(name) for table in import_module(name).INSERT_ONLY_TABLES]


@contextmanager
def past_the_guards() -> Iterator[psycopg.Connection]:
    """Log in as the owner and lift the insert-only triggers meanwhile; needs a test whose rows are committed."""
    settings = connection.settings_dict
    who = settings.get("OWNER", settings)
    tables = insert_only_tables()
    with psycopg.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=who["USER"],
        password=who["PASSWORD"] or None,
        autocommit=True,
    ) as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield owner
        finally:
            for table in tables:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
