"""Reads of settlement: the run of a month, a statement with its lines, and the trace of a fen both ways."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.ledger.models import Hold, HoldEnd
from sangyu.settlement.models import (
    Answer,
    Approval,
    Confirmation,
    Line,
    Payment,
    PaymentFile,
    PaymentReturn,
    Run,
    Statement,
    StatementObjection,
    Withdrawal,
    Withheld,
)


def runs(viewer: User) -> QuerySet[Run]:
    """The runs of the viewer's programme, newest month first, for those who see all of it."""
    rows = Run.objects.filter(programme_id=viewer.programme_id).order_by("-month")
    return rows if sees_whole_programme(viewer) else rows.none()


def get_run(viewer: User, month: str) -> Run | None:
    """Return the run of a month, if it was drawn up and the viewer may see it."""
    return runs(viewer).filter(month=month).select_related("drawn_by").first()


@dataclass(frozen=True)
class MonthSums:
    """The run of a month in short: how many statements, how far, and how much."""

    run: Run
    statements: int
    confirmed: int
    approved: bool
    payments: int
    returned: int
    failed: int
    gross_fen: int
    deducted_fen: int
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
        if self.statements and self.confirmed == self.statements:
            return "待审批"
        return "对账中" if self.statements else "无结算单"


def month_sums(viewer: User, year: int) -> dict[str, MonthSums]:
    """Add up the runs of a year by month; a fixed number of queries."""
    found = {row.pk: row for row in runs(viewer).filter(month__startswith=f"{year:04d}-")}
    in_force = statements(viewer).filter(run__in=found).order_by()
    confirmed = Confirmation.objects.filter(statement__in=in_force)
    sums = {
        row["run"]: row
        for row in in_force.values("run").annotate(
            n=Count("pk"), gross=Sum("gross_fen"), deducted=Sum("deducted_fen"), net=Sum("net_fen")
        )
    }
    confirmed_by = dict(confirmed.order_by().values_list("statement__run").annotate(n=Count("pk")))
    approved = set(Approval.objects.filter(run__in=found).values_list("run_id", flat=True))
    sent = dict(Payment.objects.filter(file__run__in=found).order_by().values_list("file__run").annotate(n=Count("pk")))
    answers: dict[tuple[UUID, bool], int] = {}
    for run_id, paid, n in (
        PaymentReturn.objects.filter(payment__file__run__in=found)
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
            approved=pk in approved,
            payments=sent.get(pk, 0),
            returned=answers.get((pk, True), 0) + answers.get((pk, False), 0),
            failed=answers.get((pk, False), 0),
            gross_fen=sums.get(pk, {}).get("gross", 0),
            deducted_fen=sums.get(pk, {}).get("deducted", 0),
            net_fen=sums.get(pk, {}).get("net", 0),
        )
        for pk, run in found.items()
    }


def statements(viewer: User) -> QuerySet[Statement]:
    """The statements in force that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = (
        Statement.objects.filter(run__programme_id=viewer.programme_id)
        .filter(~Exists(Withdrawal.objects.filter(statement=OuterRef("pk"))))
        .select_related("run", "enterprise")
        .order_by("-run__month", "enterprise__name")
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()


def get_statement(viewer: User, statement_id: UUID) -> Statement:
    """Return one statement.

    Raises: NotFound, also for another enterprise's.
    """
    found = statements(viewer).filter(pk=statement_id).first()
    if found is None:
        raise NotFound("没有找到这份结算单。")
    return found


@dataclass(frozen=True)
class Standing:
    """A statement with how far it has come."""

    statement: Statement
    confirmation: Confirmation | None
    objection: StatementObjection | None
    answer: Answer | None
    payment: Payment | None
    returned: PaymentReturn | None

    @property
    def label(self) -> str:
        """The state in Chinese."""
        if self.returned:
            return "已到账" if self.returned.paid else "银行退回"
        if self.payment:
            return "已送银行"
        if self.confirmation:
            return "已对账"
        if self.objection and not self.answer:
            return "有异议"
        return "待对账"


def standings(viewer: User, rows: list[Statement]) -> list[Standing]:
    """Return how far statements have come; a fixed number of queries, same order."""
    allowed = set(statements(viewer).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    rows = [row for row in rows if row.pk in allowed]
    confirmations = {x.statement_id: x for x in Confirmation.objects.filter(statement__in=rows).select_related("by")}
    objections = {x.statement_id: x for x in StatementObjection.objects.filter(statement__in=rows).select_related("by")}
    answers = {x.objection_id: x for x in Answer.objects.filter(objection__statement__in=rows).select_related("by")}
    payments = {x.statement_id: x for x in Payment.objects.filter(statement__in=rows).select_related("file")}
    returns = {
        x.payment.statement_id: x
        for x in PaymentReturn.objects.filter(payment__statement__in=rows).select_related("payment")
    }
    standing = []
    for row in rows:
        objection = objections.get(row.pk)
        standing.append(
            Standing(
                row,
                confirmations.get(row.pk),
                objection,
                answers.get(objection.pk) if objection else None,
                payments.get(row.pk),
                returns.get(row.pk),
            )
        )
    return standing


def lines(viewer: User, statement: Statement, *, after: int = 0, limit: int = 50) -> list[Line]:
    """Return the lines of a statement behind line number `after`."""
    statement = get_statement(viewer, statement.pk)
    rows = Line.objects.filter(statement=statement, n__gt=after).select_related(
        "charge", "charge__elder", "charge__item", "charge__enterprise"
    )
    return list(rows.order_by("n")[:limit])


def get_line(viewer: User, line_id: UUID) -> Line:
    """Return one line of a statement that the viewer may see.

    Raises: NotFound.
    """
    found = (
        Line.objects.filter(pk=line_id, statement__in=statements(viewer))
        .select_related(
            "statement", "statement__run", "statement__enterprise", "charge", "charge__elder", "charge__item"
        )
        .first()
    )
    if found is None:
        raise NotFound("没有找到这一行。")
    return found


def line_of_charge(viewer: User, charge_id: UUID) -> Line | None:
    """Return the line on which a charge was settled, if it was."""
    return Line.objects.filter(charge_id=charge_id, withdrawn=False, statement__in=statements(viewer)).first()


@dataclass(frozen=True)
class Totals:
    """The sums of a run in fen, by independent queries over statements, payments and the bank's answers."""

    statements: int
    orders: int
    charged_fen: int
    elder_fen: int
    gross_fen: int
    deducted_fen: int
    net_fen: int
    file_fen: int
    paid_fen: int


def totals(viewer: User, run: Run) -> Totals:
    """Add up a run."""
    rows = statements(viewer).filter(run=run).order_by()
    sums = rows.aggregate(
        orders=Sum("orders"),
        charged=Sum("charged_fen"),
        elder=Sum("elder_fen"),
        gross=Sum("gross_fen"),
        deducted=Sum("deducted_fen"),
        net=Sum("net_fen"),
    )
    sent = Payment.objects.filter(file__run=run)
    return Totals(
        statements=rows.count(),
        orders=sums["orders"] or 0,
        charged_fen=sums["charged"] or 0,
        elder_fen=sums["elder"] or 0,
        gross_fen=sums["gross"] or 0,
        deducted_fen=sums["deducted"] or 0,
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
    """Add up the holds behind the lines of a run and how they ended, from the ledger's own rows."""
    settled = Line.objects.filter(statement__in=statements(viewer).filter(run=run).order_by(), gross_fen__gt=0)
    holds = settled.values("charge__hold_id")
    ends = HoldEnd.objects.filter(hold__in=holds).aggregate(posted=Sum("posted_fen"), voided=Sum("voided_fen"))
    return LedgerSums(
        held_fen=Hold.objects.filter(pk__in=holds).aggregate(sum=Sum("amount_fen"))["sum"] or 0,
        posted_fen=ends["posted"] or 0,
        voided_fen=ends["voided"] or 0,
    )


@dataclass(frozen=True)
class ItemSum:
    """The lines of a statement that are for one catalogue item, added up."""

    item: str
    orders: int
    gross_fen: int
    deducted_fen: int
    net_fen: int


def item_sums(viewer: User, statement: Statement) -> list[ItemSum]:
    """Add up a statement by catalogue item, for the printed sheet."""
    rows = Line.objects.filter(statement=get_statement(viewer, statement.pk)).order_by()
    groups = rows.values_list("charge__item__name").annotate(
        n=Count("pk"), gross=Sum("gross_fen"), deducted=Sum("deducted_fen"), net=Sum("net_fen")
    )
    return [ItemSum(*group) for group in groups.order_by("charge__item__name")]


def withdrawals(viewer: User, run: Run) -> list[Withdrawal]:
    """Return the statements of a run that were taken back, with the reasons; newest first."""
    rows = Withdrawal.objects.filter(statement__run=run, statement__run__in=runs(viewer))
    return list(rows.select_related("statement", "statement__enterprise", "by").order_by("-at"))


def get_objection(viewer: User, objection_id: UUID) -> StatementObjection:
    """Return one objection to a statement that the viewer may see.

    Raises: NotFound.
    """
    rows = StatementObjection.objects.filter(pk=objection_id, statement__in=statements(viewer))
    found = rows.select_related("statement", "statement__run").first()
    if found is None:
        raise NotFound("没有找到这项异议。")
    return found


def approval_of(viewer: User, run: Run) -> Approval | None:
    """Return the approval of a run, if there is one."""
    return Approval.objects.filter(run__in=runs(viewer), run=run).select_related("by").first()


def file_of(viewer: User, run: Run) -> PaymentFile | None:
    """Return the payment file of a run, if it was made."""
    return PaymentFile.objects.filter(run__in=runs(viewer), run=run).select_related("by").first()


def payments(viewer: User, file: PaymentFile) -> list[Payment]:
    """Return the payments of a file, in its order."""
    rows = Payment.objects.filter(file=file, file__run__in=runs(viewer))
    return list(rows.select_related("statement", "statement__enterprise").order_by("number"))


def withheld_in(viewer: User, run: Run) -> list[Withheld]:
    """Return the charges that a run left out, and why."""
    rows = Withheld.objects.filter(run=run, run__in=runs(viewer))
    return list(rows.select_related("charge", "charge__elder", "charge__enterprise", "charge__item").order_by("id"))
