"""Who goes: candidates with their reasons, dispatches, the enterprise's answer and the worker it names."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import AfterValidator, Field

from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Dispatch
from sangyu.dispatch.queries import REASONS_TO_REFUSE, Attempt
from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders.rules import WrongStage
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.orders import ORDER, OrderTold
from sangyu.portals.api.orders import told as order_told
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Id, Said, Told, Versioned, written
from sangyu.portals.clock import now

router = Router()
TAG = "派单 dispatches"
REASONS = tuple(code for code, _ in REASONS_TO_REFUSE)


class CandidateTold(Told):
    """An enterprise that was looked at: its rank and score, or the first rule it fails, with the figure."""

    enterprise_id: UUID
    name: str
    rank: int | None
    score: int | None
    terms: dict[str, int]
    failed: str = Field(description="没有通过的第一条规则；通过的为空")
    figure: str


class CandidatesTold(Told):
    """Every enterprise for an order, best first."""

    items: list[CandidateTold]


class DispatchTold(Versioned):
    """An order sent to an enterprise (派单), and what became of it."""

    id: UUID
    n: int = Field(description="第几次派单")
    enterprise_id: UUID
    sent_at: datetime
    answer_by: datetime
    accepted_at: datetime | None
    refused_at: datetime | None
    refusal_reason: str
    worker_id: UUID | None
    assigned_at: datetime | None
    order: OrderTold


class DispatchesTold(Told):
    """Every attempt to send an order, first attempt first."""

    items: list[DispatchTold]


class WorkerTold(Told):
    """A worker of the enterprise for an order: free and fit, or the reason why not."""

    worker_id: UUID
    name: str
    distance_m: int
    usual: int = Field(description="服务过这位老人的次数")
    reason: str


class WorkersTold(Told):
    """The workers for an order, the fit ones first."""

    items: list[WorkerTold]


def _is_a_reason(value: str) -> str:
    if value not in REASONS:
        raise ValueError(f"应为 {'、'.join(REASONS)} 之一")
    return value


class Sending(Said):
    """To whom an order is sent; without a name to the best."""

    enterprise_id: Id | None = None


class Refusing(Said):
    """Why an enterprise gives an order back."""

    reason: Annotated[str, AfterValidator(_is_a_reason), Field(json_schema_extra={"enum": list(REASONS)})]
    note: written(200) = ""  # type: ignore[valid-type]


class Naming(Said):
    """Who goes."""

    worker_id: Id


def told(attempt: Attempt) -> DispatchTold:
    """Show a dispatch."""
    row, acceptance, refusal, assignment = attempt.dispatch, attempt.acceptance, attempt.refusal, attempt.assignment
    return DispatchTold(
        id=row.pk,
        n=row.n,
        enterprise_id=row.enterprise_id,
        sent_at=row.sent_at,
        answer_by=row.answer_by,
        accepted_at=acceptance.at if acceptance else None,
        refused_at=refusal.at if refusal else None,
        refusal_reason=refusal.reason if refusal else "",
        worker_id=assignment.worker_id if assignment else None,
        assigned_at=assignment.at if assignment else None,
        order=order_told(row.order),
    )


def shown(viewer: User, rows: list[Dispatch]) -> list[DispatchTold]:
    """Show some dispatches in their order; a fixed number of queries."""
    tried = dispatch_read.attempts(viewer, [row.order for row in rows])
    by_id = {attempt.dispatch.pk: attempt for attempts in tried.values() for attempt in attempts}
    return [told(by_id[row.pk]) for row in rows if row.pk in by_id]


def seen(viewer: User, dispatch_id: UUID) -> DispatchTold:
    """Return one dispatch as its viewer sees it.

    Raises: NotFound.
    """
    return shown(viewer, [dispatch_read.get_dispatch(viewer, dispatch_id)])[0]


DISPATCH = State(
    seen=seen,
    lock=lambda viewer, dispatch_id: orders.lock(
        order_id=dispatch_read.get_dispatch(viewer, dispatch_id).order_id, by=viewer, elder_too=True
    ),
)


@reads(router, "/orders/{uuid:order_id}/candidates", scope="dispatch:read", name="listCandidates",
       answer=CandidatesTold, tag=TAG, refuses=(NotAllowed, NotFound))  # fmt: skip
def list_candidates(request: HttpRequest, order_id: UUID) -> CandidatesTold:
    """List every enterprise for an order with its rank and score, or the rule it fails and the figure."""
    viewer = viewer_of(request)
    ensure_role(viewer, Role.DISPATCHER)
    verdicts = dispatch_read.candidates(orders_read.get_order(viewer, order_id))
    return CandidatesTold(
        items=[
            CandidateTold(
                enterprise_id=verdict.enterprise_id,
                name=verdict.name,
                rank=verdict.rank,
                score=verdict.score,
                terms=dict(verdict.terms),
                failed=verdict.failed,
                figure=verdict.figure,
            )
            for verdict in verdicts
        ]
    )


@reads(router, "/orders/{uuid:order_id}/dispatches", scope="dispatch:read", name="listDispatchesOfOrder",
       answer=DispatchesTold, tag=TAG, refuses=(NotFound,))  # fmt: skip
def list_dispatches_of_order(request: HttpRequest, order_id: UUID) -> DispatchesTold:
    """List every attempt to send an order that the caller may see."""
    viewer = viewer_of(request)
    rows = list(dispatch_read.dispatches(viewer).filter(order_id=order_id).order_by("n"))
    if not rows:
        orders_read.get_order(viewer, order_id)
    return DispatchesTold(items=shown(viewer, rows))


@writes(router, "/orders/{uuid:order_id}/dispatches", scope="dispatch:write", name="sendOrder", answer=DispatchTold,
        tag=TAG, status=201, of=ORDER,
        refuses=(NotAllowed, NotFound, rules.AlreadySent, rules.TooLate, rules.NobodyFits, rules.DoesNotFit,
                 WrongStage))  # fmt: skip
def send_order(request: HttpRequest, order_id: UUID, body: Sending) -> DispatchTold:
    """Send an order to the best enterprise, or to the one that is named; everybody's reasons are kept."""
    viewer = viewer_of(request)
    sent = dispatch.send(order_id=order_id, by=viewer, at=now(), enterprise_id=body.enterprise_id)
    return seen(viewer, sent.pk)


@reads(router, "/dispatches", scope="dispatch:read", name="listDispatches", answer=Page[DispatchTold], tag=TAG)
def list_dispatches(request: HttpRequest, where: Query[Where]) -> Page[DispatchTold]:
    """List what was sent, newest first: all for the operator, what it still has for an enterprise."""
    viewer = viewer_of(request)
    rows = dispatch_read.dispatches(viewer)
    return page(request, rows, where, by="sent_at", newest_first=True, show=lambda found: shown(viewer, found))


@reads(router, "/dispatches/{uuid:dispatch_id}", scope="dispatch:read", name="getDispatch", answer=DispatchTold,
       tag=TAG, refuses=(NotFound,))  # fmt: skip
def get_dispatch(request: HttpRequest, dispatch_id: UUID) -> DispatchTold:
    """Read one dispatch."""
    return seen(viewer_of(request), dispatch_id)


@reads(router, "/dispatches/{uuid:dispatch_id}/workers", scope="dispatch:read", name="listWorkers", answer=WorkersTold,
       tag=TAG, refuses=(NotFound,))  # fmt: skip
def list_workers(request: HttpRequest, dispatch_id: UUID) -> WorkersTold:
    """List the enterprise's workers for an order: the fit ones first, the others with the reason."""
    viewer = viewer_of(request)
    choices = dispatch_read.worker_choices(viewer, dispatch_read.get_dispatch(viewer, dispatch_id))
    return WorkersTold(
        items=[
            WorkerTold(
                worker_id=choice.worker.pk,
                name=choice.worker.name,
                distance_m=choice.distance_m,
                usual=choice.usual,
                reason=choice.reason,
            )
            for choice in choices
        ]
    )


@writes(router, "/dispatches/{uuid:dispatch_id}/acceptance", scope="dispatch:write", name="acceptDispatch",
        answer=DispatchTold, tag=TAG, of=DISPATCH, refuses=(NotAllowed, NotFound, rules.AnswerTooLate))  # fmt: skip
def accept_dispatch(request: HttpRequest, dispatch_id: UUID) -> DispatchTold:
    """Take an order for one's enterprise, in time."""
    viewer = viewer_of(request)
    dispatch.accept(dispatch_id=dispatch_id, by=viewer, at=now())
    return seen(viewer, dispatch_id)


@writes(router, "/dispatches/{uuid:dispatch_id}/refusal", scope="dispatch:write", name="refuseDispatch",
        answer=DispatchTold, tag=TAG, of=DISPATCH,
        refuses=(NotAllowed, NotFound, rules.AnswerTooLate, dispatch.NoteMissing))  # fmt: skip
def refuse_dispatch(request: HttpRequest, dispatch_id: UUID, body: Refusing) -> DispatchTold:
    """Give an order back with a reason; from then on it is no longer the enterprise's to read."""
    viewer = viewer_of(request)
    refusal = dispatch.refuse(dispatch_id=dispatch_id, reason=body.reason, by=viewer, at=now(), note=body.note)
    return told(Attempt(dispatch_read.ever_sent(viewer).get(pk=dispatch_id), None, refusal, ()))


@writes(router, "/dispatches/{uuid:dispatch_id}/assignment", scope="dispatch:write", name="assignWorker",
        answer=DispatchTold, tag=TAG, of=DISPATCH,
        refuses=(NotAllowed, NotFound, rules.NotAccepted, rules.WorkerUnfit, rules.WorkerUnwanted, rules.WorkerBusy,
                 WrongStage))  # fmt: skip
def assign_worker(request: HttpRequest, dispatch_id: UUID, body: Naming) -> DispatchTold:
    """Name the worker who goes; naming another one replaces the first."""
    viewer = viewer_of(request)
    dispatch.assign(dispatch_id=dispatch_id, worker_id=body.worker_id, by=viewer, at=now())
    return seen(viewer, dispatch_id)
