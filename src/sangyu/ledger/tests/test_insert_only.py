from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from sangyu.ledger.insert_only import INSERT_ONLY_TABLES
from sangyu.ledger.tests.cast import AGENT_MA, FINANCE, NOON, PAYABLE, TODAY, grant, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    from sangyu.ledger import actions as ledger

    grant()
    ledger.post_hold(hold_id=reserve(2000).pk, to=PAYABLE, service_on=TODAY, at=NOON, by_id=FINANCE)
    ledger.void_hold(hold_id=reserve(1000).pk, reason="取消", at=NOON, by_id=AGENT_MA)


@pytest.mark.parametrize("table", INSERT_ONLY_TABLES)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET {} = {}",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
    ],
)
def test_what_is_booked_is_neither_changed_nor_deleted(books, table, change):
    column = "hold_id" if table == "ledger_holdend" else "id"
    statement = change.format(table, column, column)
    # The serving log-in lacks the right (ProgrammingError); an owner meets the trigger (IntegrityError).
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_every_book_carries_both_triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'ledger%'")
        triggers = set(cursor.fetchall())
    assert triggers == {
        (table, f"{table}_{what}") for table in INSERT_ONLY_TABLES for what in ("no_change", "no_empty")
    }
