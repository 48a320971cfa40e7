"""A fresh database gets at once what the migrations leave; `tests/upgrade` shows that it is the same tables."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AddField, Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import IntegerField
from psycopg import sql

from sangyu.config.database.fresh import UnknownOperation, beside_models, is_fresh, lay_out
from sangyu.config.processes.embedded import Cluster

NAME = f"fresh_{os.getpid()}"
IN_THE_WAY = "settlement_statement"


@pytest.fixture
def empty(db: None, cluster: Cluster | None) -> Iterator[BaseDatabaseWrapper]:
    """The owner's connection to a database with nothing in it."""
    if cluster is None:
        pytest.skip("needs a server on which it may make a database: run without SANGYU_DATABASE_URL")
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    made = connection.copy("empty")
    made.settings_dict.update(connection.settings_dict["OWNER"], NAME=NAME)
    connections["empty"] = made
    yield made
    made.close()
    del connections["empty"]
    with psycopg.connect(cluster.url("owner", "postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))


def done(where: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    return set(MigrationRecorder(where).applied_migrations())


def test_our_tables_come_whole_or_not_at_all_and_then_nothing_is_left_to_do(empty: BaseDatabaseWrapper) -> None:
    with empty.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {IN_THE_WAY} (id int)")
    assert not is_fresh(empty)  # somebody's tables stand here: migration after migration, as Django does it
    with pytest.raises(ProgrammingError, match=IN_THE_WAY):
        lay_out(empty)
    made = set(empty.introspection.table_names())
    assert "procrastinate_jobs" in made  # those of the libraries, which may stay
    assert {name for name in made if name.startswith(("access_", "settlement_", "ledger_"))} == {IN_THE_WAY}
    with empty.cursor() as cursor:
        cursor.execute(f"DROP TABLE {IN_THE_WAY}")
    assert is_fresh(empty)

    lay_out(empty)

    every = set(MigrationLoader(None).disk_migrations)
    assert done(empty) == every
    assert not is_fresh(empty)
    call_command("migrate", check_unapplied=True, database="empty", verbosity=0)
    with connection.cursor() as cursor:
        assert set(empty.introspection.table_names()) == set(connection.introspection.table_names(cursor))


def test_who_names_a_migration_gets_that_far_and_no_further(empty: BaseDatabaseWrapper) -> None:
    call_command("migrate", "calendar", "0001", database="empty", verbosity=0)
    assert {label for label, _ in done(empty)} == {"calendar"}
    assert not is_fresh(empty)


@pytest.mark.django_db
def test_the_database_of_the_tests_is_such_a_one() -> None:
    assert done(connection) == set(MigrationLoader(None).disk_migrations)


def one(*operations: Operation) -> Migration:
    migration = Migration("0007_one", "visits")
    migration.operations = list(operations)
    return migration


def test_what_models_do_not_tell_is_run_and_what_only_moves_rows_is_not() -> None:
    trigger, sums = RunSQL("CREATE TRIGGER …"), RunPython(RunPython.noop)
    moves = [RunSQL("UPDATE …", elidable=True), RunPython(RunPython.noop, elidable=True)]
    column = AddField("visit", "minutes", IntegerField())
    assert list(beside_models(one(column, trigger, *moves, sums))) == [trigger, sums]


def test_an_operation_that_nobody_tells_of_is_refused() -> None:
    with pytest.raises(UnknownOperation, match=r"visits\.0007_one: what SeparateDatabaseAndState does"):
        list(beside_models(one(SeparateDatabaseAndState())))
