"""Recompute the books from their first row: nothing here trusts a cache, a constraint or a verb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sangyu.kit.money import yuan
from sangyu.ledger import rules
from sangyu.ledger.models import Account, Entry, Hold, Journal

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be; `code` for machines, `message` for the accountant."""

    code: str
    subject_id: UUID
    message: str


def verify(programme_id: UUID | None = None) -> list[Finding]:
    """Check the books of one programme, or of all, against themselves as they stand at one moment.

    Shape: findings in the order of the checks; empty when the books are sound.
    """
    if connection.in_atomic_block:
        return list(_findings(programme_id))
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Otherwise a transfer booked between two checks would look like a fault.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return list(_findings(programme_id))


def _findings(programme_id: UUID | None) -> Iterator[Finding]:
    for check in (
        _journals,
        _foreign_entries,
        _caches,
        _ends,
        _reversals,
        _account_ids,
        _journal_bodies,
        _hold_bodies,
    ):
        yield from check(programme_id)


def _journals(programme_id: UUID | None) -> Iterator[Finding]:
    query = """
        SELECT journal.id, count(entry.id), coalesce(sum(entry.amount_fen), 0)::bigint
          FROM ledger_journal AS journal LEFT JOIN ledger_entry AS entry ON entry.journal_id = journal.id
         WHERE %(programme)s::uuid IS NULL OR journal.programme_id = %(programme)s
         GROUP BY journal.id
        HAVING count(entry.id) < 2 OR coalesce(sum(entry.amount_fen), 0) <> 0
         ORDER BY journal.id
    """
    for journal_id, entries, sum_fen in _rows(query, programme_id):
        yield Finding(
            "JOURNAL_UNBALANCED", journal_id, f"转账进出不等：共 {entries} 条分录，合计 {yuan(sum_fen)} 元，应为零。"
        )


def _foreign_entries(programme_id: UUID | None) -> Iterator[Finding]:
    query = """
        SELECT DISTINCT journal.id
          FROM ledger_entry AS entry
          JOIN ledger_journal AS journal ON journal.id = entry.journal_id
          JOIN ledger_account AS account ON account.id = entry.account_id
         WHERE account.programme_id <> journal.programme_id
           AND (%(programme)s::uuid IS NULL OR %(programme)s IN (account.programme_id, journal.programme_id))
         ORDER BY journal.id
    """
    for (journal_id,) in _rows(query, programme_id):
        yield Finding("FOREIGN_ENTRY", journal_id, "转账记入了其他运营主体的账户。")


def _caches(programme_id: UUID | None) -> Iterator[Finding]:
    """Find accounts whose caches differ from their entries and open holds, or that lie below their floor by them."""
    query = """
        WITH moved AS (
            SELECT account_id,
                   coalesce(sum(-amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS debit_fen,
                   coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS credit_fen
              FROM ledger_entry GROUP BY account_id
        ), held AS (
            SELECT hold.account_id, sum(hold.amount_fen)::bigint AS held_fen
              FROM ledger_hold AS hold
             WHERE NOT EXISTS (SELECT FROM ledger_holdend AS hold_end WHERE hold_end.hold_id = hold.id)
             GROUP BY hold.account_id
        )
        SELECT * FROM (
            SELECT account.id, account.floor_fen, account.debit_fen, account.credit_fen, account.held_fen,
                   coalesce(moved.debit_fen, 0), coalesce(moved.credit_fen, 0), coalesce(held.held_fen, 0)
              FROM ledger_account AS account
              LEFT JOIN moved ON moved.account_id = account.id
              LEFT JOIN held ON held.account_id = account.id
             WHERE %(programme)s::uuid IS NULL OR account.programme_id = %(programme)s
        ) AS compared (id, floor, debit, credit, held, true_debit, true_credit, true_held)
         WHERE (debit, credit, held) <> (true_debit, true_credit, true_held)
            OR true_credit - true_debit - true_held < floor
         ORDER BY id
    """
    for account_id, floor_fen, *sums in _rows(query, programme_id):
        cached, (debit_fen, credit_fen, held_fen) = sums[:3], sums[3:]
        if cached != sums[3:]:
            stored, true = (" / ".join(yuan(fen) for fen in part) for part in (cached, sums[3:]))
            yield Finding(
                "CACHE_WRONG", account_id, f"账户余额与明细不符：借 / 贷 / 预留记为 {stored} 元，按明细应为 {true} 元。"
            )
        left_fen = credit_fen - debit_fen - held_fen
        if floor_fen is not None and left_fen < floor_fen:
            yield Finding(
                "BELOW_FLOOR", account_id, f"账户扣除预留后为 {yuan(left_fen)} 元，低于下限 {yuan(floor_fen)} 元。"
            )


def _ends(programme_id: UUID | None) -> Iterator[Finding]:
    """Find holds that ended twice, in part, or were posted by a journal that moves another sum."""
    query = """
        SELECT hold.id, hold.amount_fen, count(*),
               sum(hold_end.posted_fen)::bigint, sum(hold_end.voided_fen)::bigint,
               coalesce(sum(-entry.amount_fen), 0)::bigint
          FROM ledger_hold AS hold
          JOIN ledger_holdend AS hold_end ON hold_end.hold_id = hold.id
          LEFT JOIN ledger_entry AS entry
            ON entry.journal_id = hold_end.journal_id AND entry.account_id = hold.account_id
         WHERE %(programme)s::uuid IS NULL OR hold.programme_id = %(programme)s
         GROUP BY hold.id
        HAVING count(*) <> 1
            OR sum(hold_end.posted_fen) + sum(hold_end.voided_fen) <> hold.amount_fen
            OR sum(hold_end.posted_fen) <> coalesce(sum(-entry.amount_fen), 0)
         ORDER BY hold.id
    """
    for hold_id, amount_fen, ends, posted_fen, voided_fen, moved_fen in _rows(query, programme_id):
        yield Finding(
            "HOLD_END_WRONG",
            hold_id,
            f"预留 {yuan(amount_fen)} 元终结 {ends} 次：入账 {yuan(posted_fen)} 元（转账实付 {yuan(moved_fen)} 元），"
            f"释放 {yuan(voided_fen)} 元，合计应等于预留金额且只终结一次。",
        )


def _reversals(programme_id: UUID | None) -> Iterator[Finding]:
    """Find reversals that leave something on an account, answer another reversal, or answer a journal again."""
    query = """
        WITH pairs AS (
            SELECT reversal.id AS reversal_id, mistaken.id AS mistaken_id,
                   mistaken.reverses_id IS NOT NULL
                   OR count(*) OVER (PARTITION BY mistaken.id) > 1 AS not_allowed
              FROM ledger_journal AS reversal JOIN ledger_journal AS mistaken ON mistaken.id = reversal.reverses_id
             WHERE %(programme)s::uuid IS NULL OR reversal.programme_id = %(programme)s
        ), left_over AS (
            SELECT pairs.reversal_id
              FROM pairs JOIN ledger_entry AS entry ON entry.journal_id IN (pairs.reversal_id, pairs.mistaken_id)
             GROUP BY pairs.reversal_id, entry.account_id
            HAVING sum(entry.amount_fen) <> 0
        )
        SELECT reversal_id FROM pairs WHERE not_allowed UNION SELECT reversal_id FROM left_over ORDER BY 1
    """
    for (reversal_id,) in _rows(query, programme_id):
        yield Finding("REVERSAL_WRONG", reversal_id, "冲正与原转账没有逐户相抵，或对同一转账重复冲正。")


def _account_ids(programme_id: UUID | None) -> Iterator[Finding]:
    accounts = Account.objects.order_by("pk")
    if programme_id is not None:
        accounts = accounts.filter(programme_id=programme_id)
    for account in accounts.iterator(_CHUNK):
        if account.key.id != account.pk:
            yield Finding("ACCOUNT_ID_WRONG", account.pk, "账户编号与其运营主体、资金、类别、期间、归属不符。")


def _journal_bodies(programme_id: UUID | None) -> Iterator[Finding]:
    journals = Journal.objects.order_by("pk")
    entries = Entry.objects.order_by("journal_id", "n")
    if programme_id is not None:
        journals = journals.filter(programme_id=programme_id)
        entries = entries.filter(journal__programme_id=programme_id)
    # Both run in the order of the journal id, so one pass through each is enough at any size.
    legs = groupby(
        entries.values_list("journal_id", "account_id", "amount_fen").iterator(_CHUNK), key=lambda row: row[0]
    )
    ahead = next(legs, None)
    for journal in journals.iterator(_CHUNK):
        amounts: list[tuple[UUID, int]] = []
        if ahead is not None and ahead[0] == journal.pk:
            amounts = [(account_id, amount_fen) for _, account_id, amount_fen in ahead[1]]
            ahead = next(legs, None)
        body_hash = rules.journal_hash(
            programme_id=journal.programme_id,
            kind=journal.kind,
            amounts=amounts,
            cause=journal.cause,
            service_on=journal.service_on,
            by_id=journal.by_id,
            reason=journal.reason,
            rule_version=journal.rule_version,
            reverses=journal.reverses_id,
        )
        if body_hash != journal.body_hash or journal.period != rules.booking_month(journal.posted_at):
            yield Finding("JOURNAL_BODY_WRONG", journal.pk, "转账内容与记账时留下的校验值不符，可能被改动过。")


def _hold_bodies(programme_id: UUID | None) -> Iterator[Finding]:
    holds = Hold.objects.order_by("pk")
    if programme_id is not None:
        holds = holds.filter(programme_id=programme_id)
    for hold in holds.iterator(_CHUNK):
        body_hash = rules.hold_hash(
            programme_id=hold.programme_id,
            account_id=hold.account_id,
            amount_fen=hold.amount_fen,
            cause=hold.cause,
            by_id=hold.by_id,
            expires_at=hold.expires_at,
        )
        if body_hash != hold.body_hash:
            yield Finding("HOLD_BODY_WRONG", hold.pk, "预留内容与记账时留下的校验值不符，可能被改动过。")


def _rows(query: str, programme_id: UUID | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"programme": programme_id})
        return list(cursor.fetchall())
