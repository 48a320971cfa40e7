"""The month in money: runs, statements, signatures, payments and the bank's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BeforeValidator, Field

from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.quality import OfMonth
from sangyu.portals.api.shapes import Id, Said, Told, Versioned, whole_only, written
from sangyu.portals.clock import now
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import Line, Run, Statement

router = Router()
TAG = "结算 settlement"
LINES_MAX = 200
RETURN_MAX = 60_000


class RunLine(Told):
    """The settlement of a month (结算) in a list."""

    id: UUID
    month: str
    root: str
    drawn_at: datetime


class SignatureTold(Told):
    """One signature under a run."""

    step: str
    by_id: UUID
    at: datetime
    net_fen: int


class PaymentFileTold(Told):
    """A file that asks for payment, with its control sum."""

    id: UUID
    n: int
    form: str
    name: str
    sha256: str
    payments: int
    total_fen: int
    at: datetime


class RunTold(Versioned):
    """The settlement of a month: its sums, who has signed, who signs next, and its payment files."""

    id: UUID
    month: str
    root: str = Field(description="总根：签字所认的摘要")
    drawn_at: datetime
    statements: int
    confirmed: int
    gross_fen: int
    deducted_fen: int
    net_fen: int
    signatures: list[SignatureTold]
    signs_next: str = Field(description="下一步由谁签字：REVIEW、DEPUTY、HEAD；签完为空")
    files: list[PaymentFileTold]
    returned: int = Field(description="银行已答复的笔数")
    failed: int = Field(description="银行退回的笔数")


class StatementTold(Versioned):
    """What an enterprise earned in a month in public money (结算单), and how far it has come."""

    id: UUID
    run_id: UUID
    month: str
    enterprise_id: UUID
    revision: int
    orders: int
    meals: int
    charged_fen: int
    elder_fen: int
    gross_fen: int
    deducted_fen: int
    taken_back_fen: int
    net_fen: int
    score_tenths: int
    root: str
    confirmed_at: datetime | None
    objection_id: UUID | None
    answered: bool
    payment_number: str
    arrived: bool | None = Field(description="银行是否到账；未答复为空")


class StatementLine(Told):
    """One line of a statement: a charge, what it earned, what the appraisal deducts."""

    id: UUID
    n: int
    charge_id: UUID
    service_on: str
    item_name: str
    gross_fen: int
    deducted_fen: int
    net_fen: int
    leaf: str


class LinesTold(Told):
    """Lines of a statement in their order."""

    items: list[StatementLine]


class Confirming(Said):
    """The invoice for a statement."""

    invoice_number: written(40, shortest=1)  # type: ignore[valid-type]


class Disputing(Said):
    """Why an enterprise disagrees with its statement, and with which lines; none means the whole."""

    text: written(400, shortest=1)  # type: ignore[valid-type]
    lines: Annotated[
        list[Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(whole_only)]],
        Field(default_factory=list, max_length=LINES_MAX),
    ]


class Words(Said):
    """Why."""

    text: written(400, shortest=1)  # type: ignore[valid-type]


class Explaining(Said):
    """Why an enterprise's sum is far from last month's."""

    enterprise_id: Id
    text: written(400, shortest=1)  # type: ignore[valid-type]


class Paying(Said):
    """In which form the payment is asked for."""

    form: Literal["TREASURY_REQUEST", "BANK_FILE"] = "TREASURY_REQUEST"


class BankAnswer(Said):
    """The bank's return file, as text."""

    content: written(RETURN_MAX, shortest=1, description="回单文件的文本（CSV）")  # type: ignore[valid-type]


class FromLine(Where):
    """Which lines."""

    after: Annotated[str, Field(default="0", pattern=r"^[0-9]{1,7}$", description="上一页最后一行的序号")]


def get_own_run(viewer: User, run_id: UUID) -> Run:
    """Return one run that the viewer may see.

    Raises: NotFound.
    """
    found = settlement_read.runs(viewer).filter(pk=run_id).first()
    if found is None:
        raise NotFound("没有找到这次结算。")
    return found


def run_seen(viewer: User, run_id: UUID) -> RunTold:
    """Return one run as its viewer sees it.

    Raises: NotFound.
    """
    run = get_own_run(viewer, run_id)
    sums = settlement_read.month_sums(viewer, int(run.month[:4]))[run.month]
    due = settlement_read.due_step(viewer, run)
    return RunTold(
        id=run.pk,
        month=run.month,
        root=run.root,
        drawn_at=run.drawn_at,
        statements=sums.statements,
        confirmed=sums.confirmed,
        gross_fen=sums.gross_fen,
        deducted_fen=sums.deducted_fen,
        net_fen=sums.net_fen,
        signatures=[
            SignatureTold(step=row.step, by_id=row.by_id, at=row.at, net_fen=row.net_fen)
            for row in settlement_read.approvals(viewer, run)
        ],
        signs_next=due.code if due else "",
        files=[
            PaymentFileTold(
                id=row.pk,
                n=row.n,
                form=row.form,
                name=row.name,
                sha256=row.sha256,
                payments=row.payments,
                total_fen=row.total_fen,
                at=row.at,
            )
            for row in settlement_read.files_of(viewer, run)
        ],
        returned=sums.returned,
        failed=sums.failed,
    )


def statements_told(viewer: User, rows: list[Statement]) -> list[StatementTold]:
    """Show statements in their order; a fixed number of queries."""
    return [
        StatementTold(
            id=row.statement.pk,
            run_id=row.statement.run_id,
            month=row.statement.run.month,
            enterprise_id=row.statement.enterprise_id,
            revision=row.statement.revision,
            orders=row.statement.orders,
            meals=row.statement.meals,
            charged_fen=row.statement.charged_fen,
            elder_fen=row.statement.elder_fen,
            gross_fen=row.statement.gross_fen,
            deducted_fen=row.statement.deducted_fen,
            taken_back_fen=row.statement.taken_back_fen,
            net_fen=row.statement.net_fen,
            score_tenths=row.statement.score_tenths,
            root=row.statement.root,
            confirmed_at=row.confirmation.at if row.confirmation else None,
            objection_id=row.objection.pk if row.objection else None,
            answered=row.answer is not None,
            payment_number=row.payment.number if row.payment else "",
            arrived=row.returned.paid if row.returned else None,
        )
        for row in settlement_read.standings(viewer, rows)
    ]


def statement_seen(viewer: User, statement_id: UUID) -> StatementTold:
    """Return one statement as its viewer sees it.

    Raises: NotFound.
    """
    return statements_told(viewer, [settlement_read.get_statement(viewer, statement_id)])[0]


def line_told(row: Line) -> StatementLine:
    """Show a line of a statement; for whom it was is known to the charge."""
    return StatementLine(
        id=row.pk,
        n=row.n,
        charge_id=row.charge_id,
        service_on=row.charge.service_on.isoformat(),
        item_name=row.charge.item.name,
        gross_fen=row.gross_fen,
        deducted_fen=row.deducted_fen,
        net_fen=row.net_fen,
        leaf=row.leaf,
    )


def _statement_of_objection(viewer: User, objection_id: UUID) -> StatementTold:
    return statement_seen(viewer, settlement_read.get_objection(viewer, objection_id).statement_id)


RUN = State(seen=run_seen, lock=lambda viewer, run_id: lock(run_id, viewer))
STATEMENT = State(
    seen=statement_seen,
    lock=lambda viewer, statement_id: lock(settlement_read.get_statement(viewer, statement_id).run_id, viewer),
)
STATEMENT_OF_OBJECTION = State(
    seen=_statement_of_objection,
    lock=lambda viewer, objection_id: lock(
        settlement_read.get_objection(viewer, objection_id).statement.run_id, viewer
    ),
)


@reads(router, "/runs", scope="settlement:read", name="listRuns", answer=Page[RunLine], tag=TAG)
def list_runs(request: HttpRequest, where: Query[Where]) -> Page[RunLine]:
    """List the settlements of the programme, newest month first."""
    rows = settlement_read.runs(viewer_of(request))
    return page(request, rows, where, by="month", newest_first=True, show=lambda found: [
        RunLine(id=row.pk, month=row.month, root=row.root, drawn_at=row.drawn_at) for row in found
    ])  # fmt: skip


@reads(router, "/runs/{uuid:run_id}", scope="settlement:read", name="getRun", answer=RunTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_run(request: HttpRequest, run_id: UUID) -> RunTold:
    """Read the settlement of a month: sums, signatures, payment files."""
    return run_seen(viewer_of(request), run_id)


@writes(router, "/runs", scope="settlement:write", name="drawUpRun", answer=RunTold, tag=TAG, status=201,
        refuses=(NotAllowed, rules.MonthNotOver, rules.NotYet, rules.AlreadyApproved, rules.MoreThanHeld))  # fmt: skip
def draw_up_run(request: HttpRequest, body: OfMonth) -> RunTold:
    """Draw up the statements of a month for every charge that stands on none."""
    viewer = viewer_of(request)
    return run_seen(viewer, settlement.draw_up(month=Month.parse(body.month), by=viewer, at=now()).pk)


@writes(router, "/runs/{uuid:run_id}/explanations", scope="settlement:write", name="explainSwing", answer=RunTold,
        tag=TAG, of=RUN, refuses=(NotAllowed, NotFound, rules.TextMissing, rules.AlreadyApproved))  # fmt: skip
def explain_swing(request: HttpRequest, run_id: UUID, body: Explaining) -> RunTold:
    """Say why an enterprise's sum is far from last month's; nobody signs before that."""
    viewer = viewer_of(request)
    settlement.explain(run_id=run_id, enterprise_id=body.enterprise_id, text=body.text, by=viewer, at=now())
    return run_seen(viewer, run_id)


@writes(router, "/runs/{uuid:run_id}/approval", scope="settlement:sign", name="approveRun", answer=RunTold, tag=TAG,
        of=RUN,
        refuses=(NotAllowed, NotFound, rules.SamePerson, rules.OutOfTurn, rules.NotYet, rules.NotExplained,
                 rules.AlreadyApproved))  # fmt: skip
def approve_run(request: HttpRequest, run_id: UUID) -> RunTold:
    """Sign the next step of a run; each step is another person's, by that person's own token."""
    viewer = viewer_of(request)
    settlement.approve(run_id=run_id, by=viewer, at=now())
    return run_seen(viewer, run_id)


@writes(router, "/runs/{uuid:run_id}/decline", scope="settlement:sign", name="declineRun", answer=RunTold, tag=TAG,
        of=RUN, refuses=(NotAllowed, NotFound, rules.TextMissing, rules.OutOfTurn, rules.AlreadyApproved))  # fmt: skip
def decline_run(request: HttpRequest, run_id: UUID, body: Words) -> RunTold:
    """Send a run back to its maker with the reason; its signatures stand no more."""
    viewer = viewer_of(request)
    settlement.decline(run_id=run_id, reason=body.text, by=viewer, at=now())
    return run_seen(viewer, run_id)


@writes(router, "/runs/{uuid:run_id}/payment", scope="settlement:write", name="payRun", answer=RunTold, tag=TAG,
        of=RUN,
        refuses=(NotAllowed, NotFound, rules.NotYet, rules.AccountChanged, rules.CannotBeWritten,
                 rules.SamePerson))  # fmt: skip
def pay_run(request: HttpRequest, run_id: UUID, body: Paying) -> RunTold:
    """Post what was held and write the payment file, once."""
    viewer = viewer_of(request)
    settlement.pay(run_id=run_id, by=viewer, at=now(), form=body.form)
    return run_seen(viewer, run_id)


@writes(router, "/runs/{uuid:run_id}/returns", scope="settlement:write", name="takeReturn", answer=RunTold, tag=TAG,
        of=RUN, refuses=(NotAllowed, NotFound, rules.BadReturnFile))  # fmt: skip
def take_return(request: HttpRequest, run_id: UUID, body: BankAnswer) -> RunTold:
    """Take the bank's answer: what was paid leaves the enterprise's account, what failed stays owed."""
    viewer = viewer_of(request)
    settlement.take_return(run_id=run_id, content=body.content.encode(), by=viewer, at=now(), encoding="utf-8")
    return run_seen(viewer, run_id)


@reads(router, "/runs/{uuid:run_id}/payment-files/{int:n}", scope="settlement:read", name="getPaymentFile",
       answer=str, tag=TAG, media="text/csv", refuses=(NotAllowed, NotFound))  # fmt: skip
def get_payment_file(request: HttpRequest, run_id: UUID, n: int) -> HttpResponse:
    """Download a payment file of a run, byte for byte; its SHA-256 stands in the run."""
    viewer = viewer_of(request)
    ensure_role(viewer, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
    found = next((row for row in settlement_read.files_of(viewer, get_own_run(viewer, run_id)) if row.n == n), None)
    if found is None:
        raise NotFound("没有找到这个付款文件。")
    response = HttpResponse(bytes(found.content), content_type=f"text/csv; charset={found.encoding}")
    response["Content-Disposition"] = f'attachment; filename="payment-{run_id}-{n}.csv"'
    return response


@reads(router, "/statements", scope="settlement:read", name="listStatements", answer=Page[StatementTold], tag=TAG)
def list_statements(request: HttpRequest, where: Query[Where]) -> Page[StatementTold]:
    """List the statements in force: all for the operator, one's own for an enterprise."""
    viewer = viewer_of(request)
    rows = settlement_read.statements(viewer)
    return page(request, rows, where, by="id", show=lambda found: statements_told(viewer, found))


@reads(router, "/statements/{uuid:statement_id}", scope="settlement:read", name="getStatement", answer=StatementTold,
       tag=TAG, refuses=(NotFound,))  # fmt: skip
def get_statement(request: HttpRequest, statement_id: UUID) -> StatementTold:
    """Read one statement."""
    return statement_seen(viewer_of(request), statement_id)


@reads(router, "/statements/{uuid:statement_id}/lines", scope="settlement:read", name="listStatementLines",
       answer=LinesTold, tag=TAG, refuses=(NotFound,))  # fmt: skip
def list_statement_lines(request: HttpRequest, statement_id: UUID, where: Query[FromLine]) -> LinesTold:
    """List the lines of a statement behind a number; each is a leaf of the statement's root."""
    viewer = viewer_of(request)
    statement = settlement_read.get_statement(viewer, statement_id)
    rows = settlement_read.lines(viewer, statement, after=int(where.after), limit=where.limit)
    return LinesTold(items=[line_told(row) for row in rows])


@writes(router, "/statements/{uuid:statement_id}/confirmation", scope="settlement:write", name="confirmStatement",
        answer=StatementTold, tag=TAG, of=STATEMENT,
        refuses=(NotAllowed, NotFound, rules.TextMissing, rules.NotYet))  # fmt: skip
def confirm_statement(request: HttpRequest, statement_id: UUID, body: Confirming) -> StatementTold:
    """Agree with one's own statement and name the invoice."""
    viewer = viewer_of(request)
    settlement.confirm(statement_id=statement_id, invoice_number=body.invoice_number, by=viewer, at=now())
    return statement_seen(viewer, statement_id)


@writes(router, "/statements/{uuid:statement_id}/objection", scope="settlement:write", name="objectToStatement",
        answer=StatementTold, tag=TAG, of=STATEMENT,
        refuses=(NotAllowed, NotFound, rules.AlreadyApproved, rules.TextMissing, rules.NoSuchLine))  # fmt: skip
def object_to_statement(request: HttpRequest, statement_id: UUID, body: Disputing) -> StatementTold:
    """Disagree with one's own statement, or with some of its lines, before confirming it."""
    viewer = viewer_of(request)
    settlement.object_to(statement_id=statement_id, text=body.text, by=viewer, at=now(), lines=body.lines)
    return statement_seen(viewer, statement_id)


@writes(router, "/statement-objections/{uuid:objection_id}/answer", scope="settlement:write",
        name="answerStatementObjection", answer=StatementTold, tag=TAG, of=STATEMENT_OF_OBJECTION,
        refuses=(NotAllowed, NotFound, rules.TextMissing))  # fmt: skip
def answer_statement_objection(request: HttpRequest, objection_id: UUID, body: Words) -> StatementTold:
    """Answer an objection that does not change the statement."""
    viewer = viewer_of(request)
    settlement.answer(objection_id=objection_id, text=body.text, by=viewer, at=now())
    return _statement_of_objection(viewer, objection_id)
