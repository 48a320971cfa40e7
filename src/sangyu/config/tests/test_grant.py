"""The serving log-in may add to the books that are evidence, and nothing more."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from sangyu.config.grants import insert_only_tables

pytestmark = pytest.mark.django_db


def _one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_tests_run_as_the_log_in_that_serves() -> None:
    assert _one("SELECT current_user") == connection.settings_dict["APP"]["USER"]
    assert _one("SELECT current_user") != connection.settings_dict["OWNER"]["USER"]


def test_every_table_named_insert_only_exists() -> None:
    assert insert_only_tables() <= set(connection.introspection.table_names())


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_nobody_who_serves_may_change_or_empty_an_insert_only_table(right: str) -> None:
    for table in insert_only_tables():
        assert not _one(f"SELECT has_table_privilege('{table}', '{right}')"), table
        assert _one(f"SELECT has_table_privilege('{table}', 'SELECT, INSERT')"), table


def test_the_serving_log_in_makes_no_tables() -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")
    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_no_constraint_waits_for_the_commit() -> None:
    assert _one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") > 0
    assert _one("SELECT count(*) FROM pg_constraint WHERE condeferrable OR condeferred") == 0


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_nothing_behind() -> None:
    from django.core.management import call_command
    from procrastinate.contrib.django import app

    job = app.configure_task("nothing", queue="q", allow_unknown=True).defer()
    assert _one(f"SELECT count(*) FROM procrastinate_jobs WHERE id = {job}") == 1
    call_command("flush", interactive=False, verbosity=0)
    assert _one("SELECT count(*) FROM procrastinate_jobs") == 0
