"""What the tables held before numbers of accounts were encrypted is encrypted by the migration, row for row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sangyu.allowances import numbers
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import AccountNumber, FileContent, PayAccount
from sangyu.kit.month import Month

ROOM, BEFORE, AFTER = "allowances", "0001_runs_and_payments", "0002_accounts_encrypted"
NOVEMBER = Month(2026, 11)


@contextmanager
def as_owner() -> Iterator[None]:
    """Log in as who migrates, and leave the tables as they were."""
    log_in("OWNER")
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        log_in("APP")


def log_in(who: str) -> None:
    connection.close()
    connection.settings_dict.update(connection.settings_dict[who])


def rows(question: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_rows_in_the_clear_are_encrypted_and_read_as_before(months):
    for serial in (1, 2):
        months.elder(f"老{serial}", date(1940, 3, 5), serial)
    run = months.sent(NOVEMBER)
    told = numbers.numbers_of(PayAccount.objects.values_list("pk", flat=True))
    file, content = allowances_read.get_file(months.troupe.qian, run)
    with as_owner():
        loader = MigrationExecutor(connection).loader
        migration, state = loader.get_migration(ROOM, AFTER), loader.project_state((ROOM, BEFORE))
        with connection.schema_editor() as editor:
            migration.unapply(state.clone(), editor)
        # As the release before left them: in the clear, and nothing beside.
        assert dict(rows("SELECT id, account FROM allowances_payaccount")) == told
        assert [bytes(sent) for (sent,) in rows("SELECT content FROM allowances_paymentfile")] == [content]
        assert "allowances_accountnumber" not in connection.introspection.table_names()
        with connection.schema_editor() as editor:
            migration.apply(state, editor)
        assert numbers.numbers_of(told) == told
        assert {row.pk: row.account_tail for row in PayAccount.objects.all()} == {pk: n[-4:] for pk, n in told.items()}
        assert allowances_read.get_file(months.troupe.qian, run) == (file, content)
        assert numbers.unreadable() == (2, 1, [])
        ciphers = AccountNumber.objects.values_list("number_cipher", flat=True)
        kept = [*ciphers, FileContent.objects.get().content_cipher]
        assert not any(number in cipher for number in told.values() for cipher in kept)
