"""What a month came to, counted from the stored rows alone: none of the verbs that wrote them is asked.

The money identity must show here: charges, of services and of meals, are the elders' and the public part; the public
part stood on holds, of which the statements' net was posted and the rest voided; statements less deductions are what
was paid and what the file told the bank.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import connection

from sangyu.city.blueprint import BEIJING
from sangyu.city.words import UNSERVED
from sangyu.kit.month import Month

# A portion that was given back was never sold: its charge is reversed and its hold void.
_STANDS = """
           AND NOT EXISTS (SELECT FROM benefits_reversal gone WHERE gone.charge_id = charge.id)"""
_SUMS = {
    "orders": """
        SELECT count(*) FROM orders_order
         WHERE programme_id = %(programme)s AND wanted_from >= %(begins_at)s AND wanted_from < %(ends_at)s""",
    "visits": """
        SELECT count(*) FROM visits_visit
         WHERE programme_id = %(programme)s AND arrived_at >= %(begins_at)s AND arrived_at < %(ends_at)s""",
    "meals": """
        SELECT count(*) FROM benefits_charge charge
         WHERE charge.programme_id = %(programme)s AND charge.cause_kind = 'MEAL'
           AND charge.service_on >= %(first_day)s AND charge.service_on < %(until)s"""
    + _STANDS,
    "charges_fen": """
        SELECT coalesce(sum(charge.price_fen), 0) FROM benefits_charge charge
         WHERE charge.programme_id = %(programme)s
           AND charge.service_on >= %(first_day)s AND charge.service_on < %(until)s"""
    + _STANDS,
    "elder_fen": """
        SELECT coalesce(sum(share.amount_fen), 0)
          FROM benefits_chargeshare share JOIN benefits_charge charge ON charge.id = share.charge_id
         WHERE charge.programme_id = %(programme)s AND share.payer = 'elder'
           AND charge.service_on >= %(first_day)s AND charge.service_on < %(until)s"""
    + _STANDS,
    "public_fen": """
        SELECT coalesce(sum(share.amount_fen), 0)
          FROM benefits_chargeshare share JOIN benefits_charge charge ON charge.id = share.charge_id
         WHERE charge.programme_id = %(programme)s AND share.payer <> 'elder'
           AND charge.service_on >= %(first_day)s AND charge.service_on < %(until)s"""
    + _STANDS,
    "held_fen": """
        SELECT coalesce(sum(hold_end.posted_fen + hold_end.voided_fen), 0)
          FROM benefits_charge charge JOIN ledger_holdend hold_end ON hold_end.hold_id = charge.hold_id
         WHERE charge.programme_id = %(programme)s
           AND charge.service_on >= %(first_day)s AND charge.service_on < %(until)s"""
    + _STANDS,
    "statements_fen": """
        SELECT coalesce(sum(statement.gross_fen), 0)
          FROM settlement_statement statement JOIN settlement_run run ON run.id = statement.run_id
         WHERE run.programme_id = %(programme)s AND run.month = %(month)s
           AND NOT EXISTS (SELECT FROM settlement_withdrawal gone WHERE gone.statement_id = statement.id)""",
    "deducted_fen": """
        SELECT coalesce(sum(line.deducted_fen), 0)
          FROM settlement_line line
          JOIN settlement_statement statement ON statement.id = line.statement_id
          JOIN settlement_run run ON run.id = statement.run_id
         WHERE run.programme_id = %(programme)s AND run.month = %(month)s AND NOT line.withdrawn""",
    "paid_fen": """
        SELECT coalesce(sum(entry.amount_fen), 0)
          FROM ledger_entry entry JOIN ledger_account account ON account.id = entry.account_id
         WHERE account.programme_id = %(programme)s AND account.kind = 'BANK' AND account.period = %(month)s""",
}
_UNASSIGNED = """
    SELECT cancellation.reason, count(*)
      FROM orders_order booked JOIN orders_cancellation cancellation ON cancellation.order_id = booked.id
     WHERE booked.programme_id = %(programme)s
       AND booked.wanted_from >= %(begins_at)s AND booked.wanted_from < %(ends_at)s
     GROUP BY cancellation.reason ORDER BY cancellation.reason"""
_FILE = """
    SELECT file.content, file.encoding
      FROM settlement_paymentfile file JOIN settlement_run run ON run.id = file.run_id
     WHERE run.programme_id = %(programme)s AND run.month = %(month)s"""


def summary(programme_id: UUID, month: Month) -> dict[str, object]:
    """Count a month of a programme.

    Shape: counts, sums in fen, and under `unassigned` how many orders nobody went to, by reason.
    """
    words = {
        "programme": programme_id,
        "month": str(month),
        "first_day": month.first_day,
        "until": month.next().first_day,
        "begins_at": datetime.combine(month.first_day, time(0), BEIJING),
        "ends_at": datetime.combine(month.next().first_day, time(0), BEIJING),
    }
    told: dict[str, object] = {}
    with connection.cursor() as cursor:
        for name, query in _SUMS.items():
            cursor.execute(query, words)
            told[name] = int(cursor.fetchone()[0])
        cursor.execute(_FILE, words)
        told["payment_file_fen"] = sum(_file_fen(bytes(content), encoding) for content, encoding in cursor.fetchall())
        cursor.execute(_UNASSIGNED, words)
        codes = {sentence: code for code, sentence in UNSERVED.items()}
        told["unassigned"] = {codes.get(reason, reason): many for reason, many in cursor.fetchall()}
    return told


def _file_fen(content: bytes, encoding: str) -> int:
    """Add up a payment file from its bytes, as a bank would, without our own reader."""
    rows = list(csv.reader(io.StringIO(content.decode(encoding))))
    column = next(n for n, title in enumerate(rows[1]) if title.startswith("金额"))
    return int(sum(Decimal(row[column]) for row in rows[2:]) * 100)
