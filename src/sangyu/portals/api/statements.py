"""What an enterprise earned in a month: statements, their lines, confirmation and objection."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BeforeValidator, Field

from sangyu.access.models import User
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.runs import TAG, Words
from sangyu.portals.api.shapes import Said, Told, Versioned, whole_only, written
from sangyu.portals.clock import now
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import Line, Statement

router = Router()
LINES_MAX = 200


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


class FromLine(Where):
    """Which lines."""

    after: Annotated[str, Field(default="0", pattern=r"^[0-9]{1,7}$", description="上一页最后一行的序号")]


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
