"""Opening, locking and moving accounts: the ground the other verbs stand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from psycopg import sql

from sangyu.kit.money import Fen
from sangyu.ledger import rules
from sangyu.ledger.models import Account, Hold, HoldEnd, Journal
from sangyu.ledger.rules import AccountKey, NotEnough

CHUNK = 5_000
Row = TypeVar("Row", Account, Hold, HoldEnd, Journal)
Done = TypeVar("Done")


@transaction.atomic
def open_account(*, key: AccountKey) -> Account:
    """Open an account with the floor of its kind, or return it as it is.

    The other verbs open what they need themselves; this one is for showing an account that is still empty.
    """
    _open_missing([key])
    return Account.objects.get(pk=key.id)


def lock(*, keys: Iterable[AccountKey], ids: Iterable[UUID] = ()) -> dict[UUID, Account]:
    """Lock accounts until the end of the caller's transaction, opening those that do not exist yet.

    `ids` are accounts known to exist already, locked in the same order with the others.
    Shape: account id -> account.
    """
    wanted = {key.id: key for key in set(keys)}
    _open_missing(wanted.values())
    return lock_ids([*wanted, *ids])


def lock_ids(account_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Lock accounts in the order of their ids, which is what keeps two batches from waiting for each other."""
    ordered = sorted(set(account_ids))
    locked: dict[UUID, Account] = {}
    for start in range(0, len(ordered), CHUNK):
        chunk = Account.objects.filter(pk__in=ordered[start : start + CHUNK]).order_by("pk").select_for_update()
        locked |= {account.pk: account for account in chunk}
    return locked


def look_twice(work: Callable[[], Done]) -> Done:
    """Run one transaction; if somebody wrote the same id between our look and our insert, look again."""
    try:
        with transaction.atomic():
            return work()
    except IntegrityError:
        with transaction.atomic():
            return work()


@dataclass(slots=True)
class Change:
    """What is about to be added to the caches of one account."""

    debit_fen: Fen = 0
    credit_fen: Fen = 0
    held_fen: Fen = 0

    def add(self, amount_fen: Fen) -> None:
        if amount_fen > 0:
            self.credit_fen += amount_fen
        else:
            self.debit_fen -= amount_fen

    @property
    def taken_fen(self) -> Fen:
        return self.debit_fen + self.held_fen - self.credit_fen


Changes = defaultdict[UUID, Change]


def move(accounts: dict[UUID, Account], changes: Changes) -> None:
    """Add to the caches of accounts just locked, in one statement.

    Raises: NotEnough, before anything is written. The check constraint of the table is the second lock.
    """
    for account_id, change in changes.items():
        account = accounts[account_id]
        if account.floor_fen is not None and change.taken_fen > max(account.available_fen, 0):
            raise NotEnough(account.key, available_fen=account.available_fen, needed_fen=change.taken_fen)
    ids = sorted(changes)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE ledger_account AS account
               SET debit_fen = account.debit_fen + change.debit_fen,
                   credit_fen = account.credit_fen + change.credit_fen,
                   held_fen = account.held_fen + change.held_fen
              FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[])
                   AS change (id, debit_fen, credit_fen, held_fen)
             WHERE account.id = change.id
            """,
            [
                ids,
                [changes[account_id].debit_fen for account_id in ids],
                [changes[account_id].credit_fen for account_id in ids],
                [changes[account_id].held_fen for account_id in ids],
            ],
        )


def by_id(model: type[Row], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Read rows by primary key, leaving out those that do not exist."""
    found: dict[UUID, Row] = {}
    for start in range(0, len(ids), CHUNK):
        found |= model._default_manager.in_bulk(list(ids[start : start + CHUNK]))
    return found


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert rows by COPY: a district's month is five rows for each of 81,000 lines, and objects would take half of it.

    Raises: IntegrityError, as an INSERT would.
    """
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _open_missing(keys: Iterable[AccountKey]) -> None:
    """Insert the accounts that do not exist yet, in id order; of two at once, one inserts and both go on."""
    wanted = {key.id: key for key in keys}
    missing = sorted(wanted.keys() - by_id(Account, list(wanted)).keys())
    Account.objects.bulk_create(
        [
            Account(
                id=account_id,
                programme_id=wanted[account_id].programme_id,
                fund=wanted[account_id].fund,
                kind=wanted[account_id].kind,
                period=wanted[account_id].period,
                party_id=wanted[account_id].party_id,
                floor_fen=rules.kind_of(wanted[account_id].kind).floor_fen,
            )
            for account_id in missing
        ],
        batch_size=CHUNK,
        ignore_conflicts=True,
    )
