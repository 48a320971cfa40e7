"""Reads of settlement: the run of a month, a statement with its lines, and the trace of a fen both ways."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
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
