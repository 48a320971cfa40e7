"""Encrypt the numbers of accounts and the files for the bank anew after a change of keys."""

from __future__ import annotations

from django.db import connection, models, transaction

from sangyu.access.cipher import field_cipher
from sangyu.allowances import numbers
from sangyu.allowances.models import AccountNumber, FileContent

NUMBERS_AT_ONCE, FILES_AT_ONCE = 2_000, 20


def renew_numbers() -> tuple[int, int]:
    """Encrypt with the key of today whatever another key encrypted; return how many numbers and files there were.

    A step is a transaction of its own, so it may be stopped and goes on where it was.
    Raises: Unreadable, for a number or a file whose key is not there.
    """
    old = field_cipher().ring.first.name + "."
    done = files = 0
    while step := _numbers(old):
        done += step
    while step := _files(old):
        files += step
    return done, files


@transaction.atomic
def _numbers(old: str) -> int:
    rows = AccountNumber.objects.select_for_update().exclude(number_cipher__startswith=old).order_by("pk")
    made = {row.pk: numbers.sealed_number(row.pk, numbers.number_of(row)) for row in rows[:NUMBERS_AT_ONCE]}
    return _write(AccountNumber, "number_cipher", made)


@transaction.atomic
def _files(old: str) -> int:
    rows = FileContent.objects.select_for_update(of=("self",)).select_related("file")
    rows = rows.exclude(content_cipher__startswith=old).order_by("pk")
    made = {row.pk: numbers.sealed_content(row.pk, numbers.content_of(row)) for row in rows[:FILES_AT_ONCE]}
    return _write(FileContent, "content_cipher", made)


def _write(model: type[models.Model], column: str, made: dict[object, str]) -> int:
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} row SET {column} = made.cipher"
            f" FROM unnest(%s::uuid[], %s::text[]) AS made (id, cipher) WHERE row.{key} = made.id",
            [list(made), list(made.values())],
        )
    return len(made)
