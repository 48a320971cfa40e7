"""The settlement of a copied month: statements, lines, what was posted of the holds, signatures, file and bank.

The sums are worked out anew from the month's own charges, by the policy and the rules that the verbs ask; only the
writing of many rows is left to the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sangyu import policy
from sangyu.access.models import Programme, User
from sangyu.adoption import queries as adoption_read
from sangyu.city.blueprint import BEIJING
from sangyu.city.scale.books import copy_in, journals_of, open_accounts
from sangyu.city.scale.months import cell_range
from sangyu.city.scale.shape import Piece
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger.rules import AccountKey, Reference, journal_hash
from sangyu.providers.models import Enterprise
from sangyu.quality.models import Finalisation
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Approval,
    Confirmation,
    Explanation,
    Payment,
    PaymentFile,
    PaymentForm,
    PaymentReturn,
    Run,
    Statement,
)

TABLES = ("settlement_line",)

# Made once and emptied month by month: what a transaction drops stays on the disk until it ends.
_BESIDE = """
CREATE TEMP TABLE IF NOT EXISTS due (
    charge_id uuid, enterprise_id uuid, service_on date, gross_fen bigint, price_fen bigint, elder_fen bigint,
    hold_id uuid, cause_kind text, cause_id uuid, is_meal bool, n bigint) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS agreed (
    enterprise_id uuid, is_meal bool, statement_id uuid, gross_fen bigint, net_fen bigint, reason text) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS settled (
    charge_id uuid, enterprise_id uuid, service_on date, gross_fen bigint, hold_id uuid, cause_kind text,
    cause_id uuid, n bigint, statement_id uuid, reason text, net_fen bigint) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS payable (enterprise_id uuid, account_id uuid) ON COMMIT DROP;
TRUNCATE due, agreed, settled, payable
"""
_DUE = """
INSERT INTO due (charge_id, enterprise_id, service_on, gross_fen, price_fen, elder_fen, hold_id, cause_kind, cause_id,
                 is_meal, n)
SELECT charge.id, charge.enterprise_id, charge.service_on, charge.public_fen, charge.price_fen, charge.elder_fen,
       charge.hold_id, charge.cause_kind, charge.cause_id, charge.cause_kind = 'MEAL',
       row_number() OVER (PARTITION BY charge.enterprise_id ORDER BY charge.service_on, charge.id)
  FROM benefits_charge charge
 WHERE charge.id >= %(least)s AND charge.id < %(end)s
   AND NOT EXISTS (SELECT FROM benefits_reversal gone
                    WHERE gone.charge_id = charge.id AND gone.id >= %(least)s AND gone.id < %(end)s)
"""
_SUMS = """
SELECT enterprise_id, coalesce(array_agg(gross_fen ORDER BY n) FILTER (WHERE NOT is_meal), '{}'),
       coalesce(array_agg(gross_fen ORDER BY n) FILTER (WHERE is_meal), '{}'),
       sum(price_fen)::bigint, sum(elder_fen)::bigint
  FROM due GROUP BY enterprise_id ORDER BY enterprise_id
"""
# The largest remainder, as `kit.money.apportion` has it: whole parts first, then a fen each to the largest rests.
_LINES = """
INSERT INTO settled (charge_id, enterprise_id, service_on, gross_fen, hold_id, cause_kind, cause_id, n, statement_id,
                     reason, net_fen)
WITH part AS (
    SELECT due.*, agreed.statement_id, agreed.reason, agreed.net_fen AS to_spread,
           coalesce(due.gross_fen * agreed.net_fen / nullif(agreed.gross_fen, 0), 0) AS least_fen,
           coalesce(due.gross_fen * agreed.net_fen %% nullif(agreed.gross_fen, 0), 0) AS rest
      FROM due JOIN agreed ON agreed.enterprise_id = due.enterprise_id AND agreed.is_meal = due.is_meal
)
SELECT charge_id, enterprise_id, service_on, gross_fen, hold_id, cause_kind, cause_id, n, statement_id, reason,
       least_fen + (row_number() OVER (PARTITION BY statement_id, is_meal ORDER BY rest DESC, n)
                    <= to_spread - sum(least_fen) OVER (PARTITION BY statement_id, is_meal))::int
  FROM part
"""
_WRITE_LINES = """
INSERT INTO settlement_line (id, statement_id, charge_id, n, gross_fen, deducted_fen, net_fen, leaf, withdrawn)
SELECT charge_id, statement_id, charge_id, n, gross_fen, gross_fen - net_fen, net_fen,
       encode(sha256('\\x00'::bytea || convert_to(charge_id || '|' || service_on || '|' || gross_fen || '|' || net_fen,
                                                  'UTF8')), 'hex'), false
  FROM settled
"""
_LEAVES = "SELECT statement_id, leaf FROM settlement_line WHERE id >= %(least)s AND id < %(end)s ORDER BY 1, n"
# A hold is posted by a journal of its own, whose id follows from the hold's.
_POSTED = journals_of(
    """
    SELECT hold_id AS id, %(programme)s::uuid AS programme_id, 'HOLD_POSTED' AS kind, cause_kind, cause_id,
           service_on, %(paid_at)s::timestamptz AS posted_at, %(by)s::uuid AS by_id,
           CASE WHEN net_fen < gross_fen THEN reason ELSE '' END AS reason, '' AS rule_version,
           %(budget)s::uuid AS from_id, -net_fen AS from_fen, payable.account_id AS to_id, net_fen AS to_fen,
           overlay(hold_id::text PLACING '8' FROM 15 FOR 1)::uuid AS from_entry,
           overlay(hold_id::text PLACING '9' FROM 15 FOR 1)::uuid AS to_entry
      FROM settled JOIN payable ON payable.enterprise_id = settled.enterprise_id WHERE net_fen > 0"""
)
_ENDED = """
INSERT INTO ledger_holdend (hold_id, kind, posted_fen, voided_fen, journal_id, reason, at, by_id)
SELECT hold_id, CASE WHEN net_fen > 0 THEN 'POSTED' ELSE 'VOIDED' END, net_fen, gross_fen - net_fen,
       CASE WHEN net_fen > 0 THEN hold_id END, CASE WHEN net_fen < gross_fen THEN reason ELSE '' END,
       %(paid_at)s, %(by)s
  FROM settled WHERE gross_fen > 0
"""
_PAYMENT_JOURNAL = """
INSERT INTO ledger_journal (id, programme_id, kind, cause_kind, cause_id, service_on, posted_at, period, by_id,
                            reason, rule_version, body_hash)
VALUES (%s, %s, 'PAYMENT', 'PAYMENT', %s, %s, %s, %s, %s, '', '', %s)
"""
_ENTRY = "INSERT INTO ledger_entry (id, journal_id, n, account_id, amount_fen) VALUES (%s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class People:
    """Who settles: finance draws up and pays, three others sign, every enterprise confirms."""

    programme: Programme
    finance: User
    signers: tuple[User, User, User]
    managers: Mapping[UUID, UUID]
    enterprises: Mapping[UUID, Enterprise]
    fund: str
    fund_title: str


def settle(piece: Piece, people: People) -> None:
    """Settle a month that has been copied, to the bank's answer that all of it arrived."""
    least, end = cell_range(piece)
    words: dict[str, Any] = {"least": least, "end": end}
    drawn_at = datetime.combine(piece.month.next().first_day, time(14), BEIJING) + timedelta(days=11)
    paid_at = drawn_at + timedelta(hours=4)
    run = Run.objects.create(
        id=derived_id("run", people.programme.pk, piece.month),
        programme=people.programme,
        month=str(piece.month),
        drawn_by=people.finance,
        drawn_at=drawn_at,
    )
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE)
        cursor.execute(_DUE, words)
        cursor.execute("ANALYZE due")
        cursor.execute(_SUMS)
        rows = _statements(run, piece.month, cursor.fetchall())
        copy_in(
            cursor,
            "agreed (enterprise_id, is_meal, statement_id, gross_fen, net_fen, reason)",
            [
                (row.enterprise_id, is_meal, row.pk, gross_fen, net_fen, _reason(row, run))
                for row, parts in rows
                for is_meal, (gross_fen, net_fen) in enumerate(parts)
            ],
        )
        cursor.execute(_LINES, {})
    statements = [row for row, _ in rows]
    _write_statements(run, statements, words)
    of_fund = (people.programme.pk, people.fund)
    budget = AccountKey(*of_fund, "APPROPRIATION", str(piece.month.year), None)
    bank = AccountKey(*of_fund, "BANK", str(piece.month), None)
    payable = {
        row.enterprise_id: AccountKey(
            people.programme.pk, people.fund, "PROVIDER_PAYABLE", str(piece.month), row.enterprise_id
        )
        for row in statements
    }
    open_accounts({key.id: key for key in (budget, bank, *payable.values())})
    with connection.cursor() as cursor:
        copy_in(cursor, "payable (enterprise_id, account_id)", [(one, key.id) for one, key in payable.items()])
        more: dict[str, Any] = {
            "programme": people.programme.pk,
            "paid_at": paid_at,
            "by": people.finance.pk,
            "budget": budget.id,
        }
        cursor.execute(_POSTED, more)
        cursor.execute(_ENDED, more)
    _sign(run, statements, people, drawn_at)
    _pay(run, [row for row in statements if row.net_fen], people, paid_at, payable, bank)


def _reason(row: Statement, run: Run) -> str:
    return f"{run.month}考核得分{rules.points(row.score_tenths)}分，按系数核减" if row.deducted_fen else ""


def _statements(
    run: Run, month: Month, sums: list[tuple[UUID, list[int], list[int], int, int]]
) -> list[tuple[Statement, tuple[tuple[int, int], tuple[int, int]]]]:
    """Decide every statement by the pack in force, with the gross and net of its services and of its meals."""
    scores = dict(
        Finalisation.objects.filter(appraisal__programme=run.programme_id, appraisal__month=str(month)).values_list(
            "appraisal__enterprise_id", "total_tenths"
        )
    )
    adopted = adoption_read.in_force(run.programme_id, month.first_day)
    pack = adoption_read.pack_of(adopted)

    def decided(orders: list[int], meals: list[int], score_tenths: int) -> policy.Decision:
        facts = {"order_subsidies_fen": orders, "meal_subsidies_fen": meals, "score_tenths": score_tenths}
        on = month.first_day
        return policy.decide(pack, "settlement", {**facts, "on": on.isoformat()}, on, adopted.parameters)

    rows = []
    for enterprise_id, orders, meals, price_fen, elder_fen in sums:
        score = scores[enterprise_id]
        decision = decided(orders, meals, score)
        meals_net_fen = decided([], meals, score).amount_fen or 0 if meals else 0
        net_fen = decision.amount_fen or 0
        gross_fen = sum(orders) + sum(meals)
        row = Statement(
            id=derived_id("statement", run.pk, enterprise_id, 1),
            run=run,
            enterprise_id=enterprise_id,
            orders=len(orders),
            meals=len(meals),
            meals_fen=sum(meals),
            charged_fen=price_fen,
            elder_fen=elder_fen,
            gross_fen=gross_fen,
            deducted_fen=gross_fen - net_fen,
            net_fen=net_fen,
            score_tenths=score,
            decision=decision.to_json(),
        )
        rows.append((row, ((sum(orders), net_fen - meals_net_fen), (sum(meals), meals_net_fen))))
    return rows


def _write_statements(run: Run, rows: list[Statement], words: Mapping[str, Any]) -> None:
    leaves: dict[UUID, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_LINES)
        cursor.execute(_LEAVES, words)
        for statement_id, leaf in cursor:
            leaves.setdefault(statement_id, []).append(leaf)
    for row in rows:
        row.root = rules.root(leaves[row.pk])
    Statement.objects.bulk_create(rows)
    run.root = rules.root([row.root for row in sorted(rows, key=lambda row: row.enterprise_id)])
    run.save(update_fields=["root"])


def _sign(run: Run, rows: list[Statement], people: People, drawn_at: datetime) -> None:
    confirmed_at, explained_at = drawn_at + timedelta(hours=2), drawn_at + timedelta(hours=2, minutes=50)
    Confirmation.objects.bulk_create(
        Confirmation(
            statement=row,
            invoice_number=f"示{run.month.replace('-', '')}{n:04d}",
            by_id=people.managers[row.enterprise_id],
            at=confirmed_at,
        )
        for n, row in enumerate(rows, 1)
    )
    before = dict(
        Statement.objects.filter(
            run__programme=run.programme_id, run__month=str(Month.parse(run.month).previous())
        ).values_list("enterprise_id", "net_fen")
    )
    Explanation.objects.bulk_create(
        Explanation(
            run=run,
            enterprise_id=row.enterprise_id,
            text="服务单数与上月不同，已逐单核对。",
            by=people.finance,
            at=explained_at,
        )
        for row in rows
        if rules.must_be_explained(now_fen=row.net_fen, before_fen=before.get(row.enterprise_id, 0))
    )
    Approval.objects.bulk_create(
        Approval(
            id=derived_id("city-approval", run.pk, step.code),
            run=run,
            step=step.code,
            net_fen=sum(row.net_fen for row in rows),
            root=run.root,
            by=signer,
            at=drawn_at + timedelta(hours=3, minutes=n),
        )
        for n, (step, signer) in enumerate(zip(rules.CHAIN, people.signers, strict=True))
    )


def _pay(
    run: Run,
    rows: list[Statement],
    people: People,
    paid_at: datetime,
    payable: Mapping[UUID, AccountKey],
    bank: AccountKey,
) -> None:
    month = run.month.replace("-", "")
    transfers = [
        rules.Transfer(
            number=f"SY{month}{n:05d}",
            account_name=people.enterprises[row.enterprise_id].account_name,
            account=people.enterprises[row.enterprise_id].bank_account,
            bank=people.enterprises[row.enterprise_id].bank_name,
            amount_fen=row.net_fen,
            purpose=f"{run.month}居家养老服务补贴",
            budget_item=people.fund_title,
        )
        for n, row in enumerate(rows, 1)
    ]
    content = rules.treasury_request(
        transfers, applicant=people.programme.name, number=rules.request_number(run.month, 1), encoding="gb18030"
    )
    file = PaymentFile.objects.create(
        id=derived_id("payment-file", run.pk, 1),
        run=run,
        form=PaymentForm.TREASURY_REQUEST,
        name=f"支付申请-{run.month}.csv",
        encoding="gb18030",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        payments=len(transfers),
        total_fen=sum(transfer.amount_fen for transfer in transfers),
        by=people.finance,
        at=paid_at,
    )
    answered_at = datetime.combine(paid_at.date() + timedelta(days=1), time(9), BEIJING)
    payments = [
        Payment(
            id=derived_id("payment", row.pk),
            file=file,
            statement=row,
            number=transfer.number,
            account_name=transfer.account_name,
            account=transfer.account,
            bank=transfer.bank,
            amount_fen=transfer.amount_fen,
        )
        for row, transfer in zip(rows, transfers, strict=True)
    ]
    Payment.objects.bulk_create(payments)
    PaymentReturn.objects.bulk_create(
        PaymentReturn(
            id=derived_id("payment-return", payment.pk),
            payment=payment,
            paid=True,
            bank_reference=f"BK{payment.number[2:]}",
            by=people.finance,
            at=answered_at,
        )
        for payment in payments
    )
    _clear(run, rows, payments, people, answered_at, payable, bank)


def _clear(
    run: Run,
    rows: list[Statement],
    payments: list[Payment],
    people: People,
    at: datetime,
    payable: Mapping[UUID, AccountKey],
    bank: AccountKey,
) -> None:
    first_day, period = Month.parse(run.month).first_day, str(Month.of(at.date()))
    journals, entries = [], []
    for row, payment in zip(rows, payments, strict=True):
        journal_id, owed = derived_id("clearing", payment.pk, people.fund), payable[row.enterprise_id]
        body_hash = journal_hash(
            programme_id=run.programme_id,
            kind="PAYMENT",
            amounts=[(owed.id, -row.net_fen), (bank.id, row.net_fen)],
            cause=Reference("PAYMENT", payment.pk),
            service_on=first_day,
            by_id=people.finance.pk,
            reason="",
            rule_version="",
            reverses=None,
        )
        journals.append(
            (
                journal_id,
                run.programme_id,
                payment.pk,
                first_day,
                at,
                period,
                people.finance.pk,
                body_hash,
            )
        )
        entries.append((derived_id("entry", journal_id, 0), journal_id, 0, owed.id, -row.net_fen))
        entries.append((derived_id("entry", journal_id, 1), journal_id, 1, bank.id, row.net_fen))
    with connection.cursor() as cursor:
        cursor.executemany(_PAYMENT_JOURNAL, journals)
        cursor.executemany(_ENTRY, entries)
