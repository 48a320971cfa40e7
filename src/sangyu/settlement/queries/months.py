"""Reads of whole months: their sums, what the ledger says of them, and whose sum has moved far."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Sum

from sangyu.access.models import User
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Confirmation,
    Decline,
    Explanation,
    LedgerSum,
    Payment,
    PaymentReturn,
    Run,
    Withdrawal,
)
from sangyu.settlement.queries.payments import living_payments
from sangyu.settlement.queries.signing import standing_approvals
from sangyu.settlement.queries.statements import runs, statements


@dataclass(frozen=True)
class MonthSums:
    """The run of a month in short: how many statements, how far, and how much."""

    run: Run
    statements: int
    confirmed: int
    approved: bool
    signatures: int
    declined: bool
    payments: int
    returned: int
    failed: int
    gross_fen: int
    deducted_fen: int
    taken_back_fen: int
    net_fen: int

    @property
    def label(self) -> str:
        """The state in Chinese."""
        if self.failed:
            return f"银行退回{self.failed}笔"
        if self.payments and self.returned == self.payments:
            return "已到账"
        if self.payments:
            return "待回单"
        if self.approved:
            return "待拨付"
        if self.signatures:
            return f"待{rules.CHAIN[self.signatures].label}签字"
        if self.declined:
            return "已退回"
        if self.statements and self.confirmed == self.statements:
            return "待审批"
        return "对账中" if self.statements else "无结算单"


def month_sums(viewer: User, year: int) -> dict[str, MonthSums]:
    """Add up the runs of a year by month; a fixed number of queries."""
    found = {row.pk: row for row in runs(viewer).filter(month__startswith=f"{year:04d}-")}
    in_force = statements(viewer).filter(run__in=found).order_by()
    # Each is counted from its own month's statements: asked of all statements in force, it would join them twice.
    withdrawn = Withdrawal.objects.filter(statement=OuterRef("statement"))
    confirmed = Confirmation.objects.filter(~Exists(withdrawn), statement__run__in=found)
    sums = {
        row["run"]: row
        for row in in_force.values("run").annotate(
            n=Count("pk"),
            gross=Sum("gross_fen"),
            deducted=Sum("deducted_fen"),
            taken=Sum("taken_back_fen"),
            net=Sum("net_fen"),
        )
    }
    confirmed_by = dict(confirmed.order_by().values_list("statement__run").annotate(n=Count("pk")))
    signed = dict(standing_approvals().filter(run__in=found).order_by().values_list("run").annotate(n=Count("pk")))
    declined = set(Decline.objects.filter(run__in=found).values_list("run_id", flat=True))
    alive = living_payments().filter(file__run__in=found).order_by()
    sent = dict(alive.values_list("file__run").annotate(n=Count("pk")))
    answers: dict[tuple[UUID, bool], int] = {}
    again = Payment.objects.filter(again_of=OuterRef("payment"))
    for run_id, paid, n in (
        PaymentReturn.objects.filter(~Exists(again), payment__file__run__in=found)
        .order_by()
        .values_list("payment__file__run", "paid")
        .annotate(n=Count("pk"))
    ):
        answers[run_id, paid] = n
    return {
        run.month: MonthSums(
            run=run,
            statements=sums.get(pk, {}).get("n", 0),
            confirmed=confirmed_by.get(pk, 0),
            approved=signed.get(pk, 0) == len(rules.CHAIN),
            signatures=signed.get(pk, 0),
            declined=pk in declined,
            payments=sent.get(pk, 0),
            returned=answers.get((pk, True), 0) + answers.get((pk, False), 0),
            failed=answers.get((pk, False), 0),
            gross_fen=sums.get(pk, {}).get("gross", 0),
            deducted_fen=sums.get(pk, {}).get("deducted", 0),
            taken_back_fen=sums.get(pk, {}).get("taken", 0),
            net_fen=sums.get(pk, {}).get("net", 0),
        )
        for pk, run in found.items()
    }


@dataclass(frozen=True)
class Totals:
    """The sums of a run in fen, by independent queries over statements, payments and the bank's answers.

    A payment that was refused and made again counts once; what came in late has a statement of its own, so an
    enterprise may have several.
    """

    statements: int
    enterprises: int
    orders: int
    meals: int
    charged_fen: int
    elder_fen: int
    gross_fen: int
    deducted_fen: int
    taken_back_fen: int
    net_fen: int
    file_fen: int
    paid_fen: int


def totals(viewer: User, run: Run) -> Totals:
    """Add up a run."""
    rows = statements(viewer).filter(run=run).order_by()
    sums = rows.aggregate(
        enterprises=Count("enterprise", distinct=True),
        orders=Sum("orders"),
        meals=Sum("meals"),
        taken=Sum("taken_back_fen"),
        charged=Sum("charged_fen"),
        elder=Sum("elder_fen"),
        gross=Sum("gross_fen"),
        deducted=Sum("deducted_fen"),
        net=Sum("net_fen"),
    )
    sent = living_payments().filter(file__run=run)
    return Totals(
        statements=rows.count(),
        enterprises=sums["enterprises"],
        orders=sums["orders"] or 0,
        meals=sums["meals"] or 0,
        charged_fen=sums["charged"] or 0,
        elder_fen=sums["elder"] or 0,
        gross_fen=sums["gross"] or 0,
        deducted_fen=sums["deducted"] or 0,
        taken_back_fen=sums["taken"] or 0,
        net_fen=sums["net"] or 0,
        file_fen=sent.aggregate(sum=Sum("amount_fen"))["sum"] or 0,
        paid_fen=PaymentReturn.objects.filter(payment__file__run=run, paid=True).aggregate(
            sum=Sum("payment__amount_fen")
        )["sum"]
        or 0,
    )


@dataclass(frozen=True)
class LedgerSums:
    """What the ledger itself says of the holds behind a run's lines, in fen."""

    held_fen: int
    posted_fen: int
    voided_fen: int

    @property
    def open_fen(self) -> int:
        """What is still promised: neither posted nor given back."""
        return self.held_fen - self.posted_fen - self.voided_fen


def ledger_sums(viewer: User, run: Run) -> LedgerSums:
    """Add up the holds behind the lines of a run and how they ended, from the ledger's own rows.

    A statement whose holds have all ended was added up once and for all (`actions.keep_ledger_sums`).
    """
    in_force = list(statements(viewer).filter(run=run).order_by().values_list("pk", flat=True))
    kept = LedgerSum.objects.filter(statement__in=in_force)
    parts = {row.statement_id: LedgerSums(row.held_fen, row.posted_fen, row.voided_fen) for row in kept}
    for row in holds_of([pk for pk in in_force if pk not in parts]):
        parts[row.statement_id] = row.sums
    return LedgerSums(
        held_fen=sum(part.held_fen for part in parts.values()),
        posted_fen=sum(part.posted_fen for part in parts.values()),
        voided_fen=sum(part.voided_fen for part in parts.values()),
    )


@dataclass(frozen=True)
class Holds:
    """The holds behind a statement, added up; `open` of them have not ended."""

    statement_id: UUID
    sums: LedgerSums
    open: int


_HOLDS = """
SELECT line.statement_id, coalesce(sum(hold.amount_fen), 0)::bigint, coalesce(sum(ended.posted_fen), 0)::bigint,
       coalesce(sum(ended.voided_fen), 0)::bigint, count(*) - count(ended.hold_id)
  FROM settlement_line AS line
  JOIN benefits_charge AS charge ON charge.id = line.charge_id
  JOIN ledger_hold AS hold ON hold.id = charge.hold_id
  LEFT JOIN ledger_holdend AS ended ON ended.hold_id = hold.id
 WHERE line.statement_id = ANY(%s) AND line.gross_fen > 0
 GROUP BY line.statement_id
"""


def holds_of(statement_ids: list[UUID]) -> list[Holds]:
    """Add up the holds behind statements, line by line; statements without any are left out."""
    if not statement_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [statement_ids])
        return [Holds(pk, LedgerSums(*sums), left) for pk, *sums, left in cursor.fetchall()]


@dataclass(frozen=True)
class Swing:
    """An enterprise whose sum differs from last month's by more than a fifth, with the words that explain it."""

    enterprise: Enterprise
    before_fen: int
    now_fen: int
    moved_pm: int
    explanation: Explanation | None


def net_before(viewer: User, run: Run) -> dict[UUID, int]:
    """Return what each enterprise was paid for the month before a run: enterprise id -> fen."""
    before = str(Month.parse(run.month).previous())
    rows = statements(viewer).filter(run__programme_id=run.programme_id, run__month=before).order_by()
    return dict(rows.values_list("enterprise").annotate(sum=Sum("net_fen")))


def swings(viewer: User, run: Run) -> list[Swing]:
    """Return the enterprises of a run whose sum must be explained before anybody signs, by name."""
    before = net_before(viewer, run)
    rows = statements(viewer).filter(run=run).order_by().values_list("enterprise").annotate(sum=Sum("net_fen"))
    far = {
        enterprise_id: now_fen
        for enterprise_id, now_fen in rows
        if rules.must_be_explained(now_fen=now_fen, before_fen=before.get(enterprise_id, 0))
    }
    words = {row.enterprise_id: row for row in Explanation.objects.filter(run=run).select_related("by").order_by("at")}
    return [
        Swing(
            enterprise=enterprise,
            before_fen=before[enterprise.pk],
            now_fen=far[enterprise.pk],
            moved_pm=rules.swing_pm(now_fen=far[enterprise.pk], before_fen=before[enterprise.pk]) or 0,
            explanation=words.get(enterprise.pk),
        )
        for enterprise in Enterprise.objects.filter(pk__in=far).order_by("name")
    ]
