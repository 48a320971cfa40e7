"""Reads of runs and statements: what an enterprise earned, line by line, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.settlement.models import (
    Answer,
    Confirmation,
    Line,
    Payment,
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
    # Of a payment that was refused and made again, the newest tells how far the statement has come.
    sent = Payment.objects.filter(statement__in=rows).select_related("file").order_by("file__n")
    payments = {x.statement_id: x for x in sent}
    returns = {x.payment_id: x for x in PaymentReturn.objects.filter(payment__in=payments.values())}
    standing = []
    for row in rows:
        objection, payment = objections.get(row.pk), payments.get(row.pk)
        standing.append(
            Standing(
                row,
                confirmations.get(row.pk),
                objection,
                answers.get(objection.pk) if objection else None,
                payment,
                returns.get(payment.pk) if payment else None,
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


def withheld_in(viewer: User, run: Run) -> list[Withheld]:
    """Return the charges that a run left out, and why."""
    rows = Withheld.objects.filter(run=run, run__in=runs(viewer))
    return list(rows.select_related("charge", "charge__elder", "charge__enterprise", "charge__item").order_by("id"))
