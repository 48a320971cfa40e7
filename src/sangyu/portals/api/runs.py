"""The month in money: runs, signatures, payments and the bank's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.quality import OfMonth
from sangyu.portals.api.shapes import Id, Said, Told, Versioned, written
from sangyu.portals.clock import now
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import Run

router = Router()
TAG = "结算 settlement"
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


RUN = State(seen=run_seen, lock=lambda viewer, run_id: lock(run_id, viewer))


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
