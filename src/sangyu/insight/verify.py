"""Recompute what is kept twice: stages, shares, statements, postings, roots, the books, the audit chain, the texts,
the tallies of days.

Every check is one query (or one pass) that trusts no cache and no verb; an empty answer means that it holds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db import connection, transaction

from sangyu.access import queries as access_read
from sangyu.adoption import queries as adoption_read
from sangyu.allowances import verify as allowances_verify
from sangyu.benefits import verify as benefits_verify
from sangyu.insight.queries import tallies
from sangyu.ledger import verify as ledger_verify
from sangyu.outbox import queries as outbox_read
from sangyu.quality import verify as quality_verify
from sangyu.safety import verify as safety_verify
from sangyu.settlement import rules as settlement_rules


@dataclass(frozen=True)
class Fault:
    """One place where two records of the same thing differ, in Chinese for whoever must look."""

    check: str
    subject: str
    what: str


@dataclass(frozen=True)
class Outcome:
    """One check with what it found and how long it took."""

    check: str
    label: str
    faults: tuple[Fault, ...]
    seconds: float


STAGES = """
SELECT o.number, o.stage || ' / ' || told.stage
  FROM orders_order AS o
  LEFT JOIN orders_cancellation AS cancelled ON cancelled.order_id = o.id
  LEFT JOIN orders_served AS served ON served.order_id = o.id
  LEFT JOIN visits_visit AS visit ON visit.order_id = o.id
  LEFT JOIN LATERAL (
        SELECT * FROM dispatch_dispatch AS d WHERE d.order_id = o.id ORDER BY d.n DESC LIMIT 1) AS sent ON true
  LEFT JOIN dispatch_refusal AS refused ON refused.dispatch_id = sent.id
  LEFT JOIN dispatch_acceptance AS accepted ON accepted.dispatch_id = sent.id
  LEFT JOIN LATERAL (
        SELECT 1 AS one FROM dispatch_assignment AS a WHERE a.dispatch_id = sent.id LIMIT 1) AS named ON true
 CROSS JOIN LATERAL (SELECT CASE
        WHEN cancelled.id IS NOT NULL THEN 'CANCELLED'
        WHEN served.id IS NOT NULL THEN 'SERVED'
        WHEN visit.id IS NOT NULL THEN 'IN_SERVICE'
        WHEN sent.id IS NULL OR refused.id IS NOT NULL THEN 'PLACED'
        WHEN named.one IS NOT NULL THEN 'ASSIGNED'
        WHEN accepted.id IS NOT NULL THEN 'ACCEPTED'
        ELSE 'SENT' END AS stage) AS told
 WHERE o.stage <> told.stage
"""

SHARES = """
SELECT charge.id::text, 'shares ' || coalesce(sum(share.amount_fen), 0) || ', price ' || charge.price_fen
  FROM benefits_charge AS charge LEFT JOIN benefits_chargeshare AS share ON share.charge_id = charge.id
 GROUP BY charge.id
HAVING coalesce(sum(share.amount_fen), 0) <> charge.price_fen
    OR coalesce(sum(share.amount_fen) FILTER (WHERE share.payer = 'elder'), 0) <> charge.elder_fen
"""

CHARGED_AS_TOLD = """
SELECT o.number,
       'told ' || o.price_fen || '/' || o.elder_fen || ', charged ' || charge.price_fen || '/' || charge.elder_fen
  FROM benefits_charge AS charge JOIN orders_order AS o ON o.id = charge.cause_id AND charge.cause_kind = 'ORDER'
 WHERE (o.price_fen, o.elder_fen, o.public_fen) <> (charge.price_fen, charge.elder_fen, charge.public_fen)
"""

HELD = """
SELECT charge.id::text, 'public ' || charge.public_fen || ', held ' || coalesce(hold.amount_fen, 0)
  FROM benefits_charge AS charge LEFT JOIN ledger_hold AS hold ON hold.id = charge.hold_id
 WHERE charge.public_fen <> coalesce(hold.amount_fen, 0)
"""

STATEMENTS = """
SELECT statement.id::text, 'statement ' || statement.net_fen || ', lines ' || coalesce(sum(line.net_fen), 0)
  FROM settlement_statement AS statement LEFT JOIN settlement_line AS line ON line.statement_id = statement.id
 GROUP BY statement.id
HAVING (statement.orders + statement.meals, statement.gross_fen, statement.deducted_fen,
        statement.net_fen + statement.taken_back_fen)
    <> (count(line.id), coalesce(sum(line.gross_fen), 0),
        coalesce(sum(line.deducted_fen), 0), coalesce(sum(line.net_fen), 0))
"""

LINES = """
SELECT line.id::text, 'line ' || line.gross_fen || ', charge ' || charge.public_fen
  FROM settlement_line AS line JOIN benefits_charge AS charge ON charge.id = line.charge_id
 WHERE line.gross_fen <> charge.public_fen
"""

POSTED = """
SELECT line.id::text,
       'net ' || line.net_fen || ', posted ' || coalesce(ended.posted_fen, 0)
       || ', voided ' || coalesce(ended.voided_fen, 0)
  FROM settlement_line AS line
  JOIN settlement_payment AS payment ON payment.statement_id = line.statement_id
  JOIN benefits_charge AS charge ON charge.id = line.charge_id
  LEFT JOIN ledger_holdend AS ended ON ended.hold_id = charge.hold_id
 WHERE line.gross_fen > 0
   AND (line.net_fen, line.deducted_fen) <> (coalesce(ended.posted_fen, -1), coalesce(ended.voided_fen, -1))
"""

KEPT_SUMS = """
SELECT kept.statement_id::text, 'kept ' || kept.held_fen || '/' || kept.posted_fen || '/' || kept.voided_fen
       || ', the ledger says ' || coalesce(sum(hold.amount_fen) || '/' || sum(ended.posted_fen) || '/'
       || sum(ended.voided_fen), 'nothing')
  FROM settlement_ledgersum AS kept
  LEFT JOIN settlement_line AS line ON line.statement_id = kept.statement_id AND line.gross_fen > 0
  LEFT JOIN benefits_charge AS charge ON charge.id = line.charge_id
  LEFT JOIN ledger_hold AS hold ON hold.id = charge.hold_id
  LEFT JOIN ledger_holdend AS ended ON ended.hold_id = hold.id
 GROUP BY kept.statement_id
HAVING (kept.held_fen, kept.posted_fen, kept.voided_fen)
    IS DISTINCT FROM (sum(hold.amount_fen), sum(ended.posted_fen), sum(ended.voided_fen))
"""

DIFFERENCES = """
SELECT statement.id::text,
       'taken back ' || statement.taken_back_fen || ', differences ' || coalesce(sum(difference.amount_fen), 0)
  FROM settlement_statement AS statement
  LEFT JOIN settlement_difference AS difference ON difference.statement_id = statement.id
 GROUP BY statement.id
HAVING statement.taken_back_fen <> coalesce(sum(difference.amount_fen), 0)
UNION ALL
SELECT correction.id::text,
       'to take back ' || correction.amount_fen || ', taken ' || sum(difference.amount_fen)
  FROM settlement_correction AS correction
  JOIN settlement_difference AS difference ON difference.correction_id = correction.id AND NOT difference.withdrawn
 GROUP BY correction.id
HAVING sum(difference.amount_fen) > correction.amount_fen
"""

PAYMENTS = """
SELECT payment.number, 'payment ' || payment.amount_fen || ', statement ' || statement.net_fen
  FROM settlement_payment AS payment JOIN settlement_statement AS statement ON statement.id = payment.statement_id
 WHERE payment.amount_fen <> statement.net_fen
UNION ALL
SELECT file.name, 'file ' || file.total_fen || ', payments ' || coalesce(sum(payment.amount_fen), 0)
  FROM settlement_paymentfile AS file LEFT JOIN settlement_payment AS payment ON payment.file_id = file.id
 GROUP BY file.id
HAVING file.total_fen <> coalesce(sum(payment.amount_fen), 0) OR file.payments <> count(payment.id)
"""

REVERSED = """
SELECT charge.id::text,
       'reversed ' || charge.public_fen || ', voided ' || coalesce(ended.voided_fen, 0)
       || ', on a statement ' || count(line.id)
  FROM benefits_reversal AS reversal
  JOIN benefits_charge AS charge ON charge.id = reversal.charge_id
  LEFT JOIN ledger_holdend AS ended ON ended.hold_id = charge.hold_id
  LEFT JOIN settlement_line AS line ON line.charge_id = charge.id AND NOT line.withdrawn
 GROUP BY charge.id, ended.hold_id
HAVING count(line.id) > 0 OR charge.public_fen <> coalesce(ended.voided_fen, 0)
"""

MEALS = """
SELECT sale.id::text,
       'sold ' || sale.price_fen || '/' || sale.elder_fen || ', charged '
       || coalesce(charge.price_fen || '/' || charge.elder_fen, 'nothing')
       || CASE WHEN (refund.id IS NULL) <> (reversal.id IS NULL) THEN ', given back on one side only' ELSE '' END
  FROM meals_sale AS sale
  LEFT JOIN meals_salecharge AS link ON link.sale_id = sale.id
  LEFT JOIN benefits_charge AS charge
    ON charge.id = link.charge_id AND charge.cause_kind = 'MEAL' AND charge.cause_id = sale.id
  LEFT JOIN meals_refund AS refund ON refund.sale_id = sale.id
  LEFT JOIN benefits_reversal AS reversal ON reversal.charge_id = charge.id
 WHERE (sale.elder_id, sale.sold_on, sale.price_fen, sale.elder_fen, sale.public_fen)
    IS DISTINCT FROM (charge.elder_id, charge.service_on, charge.price_fen, charge.elder_fen, charge.public_fen)
    OR (refund.id IS NULL) <> (reversal.id IS NULL)
"""

CANTEEN_DAYS = """
SELECT close.id::text, close.day || ' closed ' || close.price_fen || ', sold ' || coalesce(sum(sale.price_fen), 0)
       || CASE WHEN close.agrees THEN '' ELSE ', not what the rule of the day says' END
  FROM meals_dayclose AS close
  LEFT JOIN meals_sale AS sale
    ON sale.canteen_id = close.canteen_id AND sale.sold_on = close.day
   AND NOT EXISTS (SELECT 1 FROM meals_refund AS refund WHERE refund.sale_id = sale.id)
 GROUP BY close.id
HAVING NOT close.agrees
    OR (close.sold, close.price_fen, close.elder_fen, close.public_fen)
    <> (count(sale.id), coalesce(sum(sale.price_fen), 0),
        coalesce(sum(sale.elder_fen), 0), coalesce(sum(sale.public_fen), 0))
"""


DECISIONS = """
SELECT subject, decision FROM (
    SELECT min('charge ' || charge.id) AS subject, decision
      FROM benefits_charge AS charge, jsonb_array_elements(charge.decisions) AS decision GROUP BY decision
    UNION ALL
    SELECT 'statement ' || id, decision FROM settlement_statement
    UNION ALL
    SELECT 'appraisal ' || appraisal_id, decision FROM quality_finalisation
    UNION ALL
    SELECT 'sample ' || id, decision FROM quality_sample
) AS stored WHERE decision ? 'rule'
"""


def _by_query(name: str, sql: str) -> Callable[[], Iterator[Fault]]:
    def check() -> Iterator[Fault]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            for subject, what in cursor:
                yield Fault(name, subject, what)

    return check


def _decisions() -> Iterator[Fault]:
    """Take every stored decision again by the tables it names; of equal ones, one."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(DECISIONS)
        for subject, stored in cursor:
            found = adoption_read.decided_again(stored if isinstance(stored, dict) else json.loads(stored))
            if not found.same:
                yield Fault("decisions", subject, found.why or f"重新判定的{'、'.join(found.different)}不同")


def _roots() -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_id::text, correction_id, amount_fen FROM settlement_difference ORDER BY n")
        taken_back = cursor.fetchall()
    differences: dict[str, list[str]] = {}
    for statement, correction_id, amount_fen in taken_back:
        differences.setdefault(statement, []).append(
            settlement_rules.difference_leaf(correction_id=correction_id, amount_fen=amount_fen)
        )
    with connection.chunked_cursor() as cursor:  # seven years have millions of lines: one statement at a time is held
        cursor.execute(
            "SELECT statement.id::text, statement.root, line.charge_id, charge.service_on, line.gross_fen, line.net_fen"
            "  FROM settlement_statement AS statement"
            "  JOIN settlement_line AS line ON line.statement_id = statement.id"
            "  JOIN benefits_charge AS charge ON charge.id = line.charge_id"
            " ORDER BY statement.id, line.n"
        )
        for (statement, root), lines in groupby(cursor, key=itemgetter(0, 1)):
            hashes = [
                settlement_rules.leaf(charge_id=charge_id, service_on=service_on, gross_fen=gross_fen, net_fen=net_fen)
                for _, _, charge_id, service_on, gross_fen, net_fen in lines
            ]
            if settlement_rules.root(hashes + differences.get(statement, [])) != root:
                yield Fault("roots", statement, "明细与结算单的根摘要不符")


def _books() -> Iterator[Fault]:
    for finding in ledger_verify.verify():
        yield Fault("books", str(finding.subject_id), finding.message)


def _allowances() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for what in allowances_verify.verify(programme.pk):
            yield Fault("allowances", programme.slug, what)


def _by_hand() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for what in benefits_verify.verify(programme.pk):
            yield Fault("benefits", programme.slug, what)


def _still_to_do() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for what in (*quality_verify.verify(programme.pk), *safety_verify.verify(programme.pk)):
            yield Fault("still-to-do", programme.slug, what)


def _chains() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for fault in access_read.verify_chain(programme.pk):
            yield Fault("chain", f"{programme.slug} {fault.n}", fault.what)


def _anchors() -> Iterator[Fault]:
    for programme in access_read.programmes() if settings.ANCHORS else ():
        for fault in access_read.verify_anchors(programme, settings.ANCHORS):
            yield Fault("anchors", f"{programme.slug} {fault.n}", fault.what)


def _texts() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for text_id in outbox_read.misplaced(programme.pk):
            yield Fault("texts", str(text_id), "短信状态与发送、回执记录不符")


def _pushes() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for push_id in outbox_read.misplaced_pushes(programme.pk):
            yield Fault("pushes", str(push_id), "推送状态与尝试记录不符")


def _tallies() -> Iterator[Fault]:
    for programme in access_read.programmes():
        for subject, what in tallies.wrong_tallies(programme.pk):
            yield Fault("tallies", f"{programme.slug} {subject}", what)


CHECKS: dict[str, tuple[str, Callable[[], Iterator[Fault]]]] = {
    "stages": ("工单状态与各环节记录", _by_query("stages", STAGES)),
    "shares": ("费用与各方承担", _by_query("shares", SHARES)),
    "told": ("费用与电话里告知的价格", _by_query("told", CHARGED_AS_TOLD)),
    "decisions": ("判定与当时的表", _decisions),
    "held": ("政府补贴与预算占用", _by_query("held", HELD)),
    "reversed": ("退回的费用与释放、结算", _by_query("reversed", REVERSED)),
    "meals": ("就餐与费用、退餐", _by_query("meals", MEALS)),
    "canteen-days": ("餐厅日结与逐笔合计", _by_query("canteen-days", CANTEEN_DAYS)),
    "lines": ("结算明细与费用", _by_query("lines", LINES)),
    "statements": ("结算单与明细合计", _by_query("statements", STATEMENTS)),
    "differences": ("以前月份差额与扣回", _by_query("differences", DIFFERENCES)),
    "posted": ("实付与账簿核销、释放", _by_query("posted", POSTED)),
    "kept-sums": ("已终结的账簿合计与逐笔合计", _by_query("kept-sums", KEPT_SUMS)),
    "payments": ("付款与结算单、付款文件", _by_query("payments", PAYMENTS)),
    "allowances": ("按期发放与账簿", _allowances),
    "benefits": ("入住天数、设备与账簿", _by_hand),
    "still-to-do": ("待回访、未结案、未阅与记录", _still_to_do),
    "roots": ("明细的根摘要", _roots),
    "books": ("账簿", _books),
    "chain": ("审计链", _chains),
    "anchors": ("审计链与库外的根", _anchors),
    "texts": ("短信状态与发送、回执", _texts),
    "pushes": ("推送状态与尝试", _pushes),
    "tallies": ("日计数与逐行重数", _tallies),
}


def verify() -> list[Outcome]:
    """Run every check against one moment of the database.

    Shape: one outcome per check, in the order of `CHECKS`.
    """
    if connection.in_atomic_block:
        return [_outcome(name) for name in CHECKS]
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Otherwise a visit that ends between two checks would look like a fault.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return [_outcome(name) for name in CHECKS]


def _outcome(name: str) -> Outcome:
    label, check = CHECKS[name]
    began = time.perf_counter()
    faults = tuple(check())
    return Outcome(name, label, faults, round(time.perf_counter() - began, 3))
