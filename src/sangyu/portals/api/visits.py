"""The worker comes and goes: what is to be done, check in, check out."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from sangyu.access.models import User
from sangyu.access.queries import NotAllowed
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders.rules import WrongStage
from sangyu.portals.api.days import BEIJING, today
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.orders import OrderTold
from sangyu.portals.api.orders import told as order_told
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Day, Id, Place, Said, Told, Versioned, point, written
from sangyu.portals.clock import now
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits import rules
from sangyu.visits.models import Visit

router = Router()
TAG = "上门 visits"
TASKS_MAX = 30


class VisitLine(Told):
    """A visit (上门) in a list: who came to whom for which order."""

    id: UUID
    order_id: UUID
    worker_id: UUID
    enterprise_id: UUID
    arrived_at: datetime


class VisitTold(Versioned):
    """A visit with its end, the grade of its proof and the charge it became."""

    id: UUID
    order_id: UUID
    worker_id: UUID
    enterprise_id: UUID
    arrived_at: datetime
    left_at: datetime | None
    minutes: int | None
    tasks_done: list[str]
    grade: str = Field(description="证明等级 A、B、C、D；未签退为空")
    because: str
    charge_id: UUID | None


class ToDo(Told):
    """The visits that a worker has before them on a day, soonest first."""

    items: list[OrderTold]


class OnDay(BaseModel):
    """Of which day."""

    on: Annotated[Day | None, Field(default=None, description="哪一天；不填为今天")]


class Arrival(Said):
    """The worker is there; a bad place is kept and graded, never refused."""

    order_id: Id
    place: Place | None = None
    door_code: written(8, description="门牌上的号码") = ""  # type: ignore[valid-type]


class Leaving(Said):
    """The worker goes."""

    place: Place | None = None
    tasks_done: Annotated[list[written(30, shortest=1)], Field(default_factory=list, max_length=TASKS_MAX)]  # type: ignore[valid-type]
    note: written(200) = ""  # type: ignore[valid-type]


def line(visit: Visit) -> VisitLine:
    """Show a visit in a list."""
    return VisitLine(
        id=visit.pk,
        order_id=visit.order_id,
        worker_id=visit.worker_id,
        enterprise_id=visit.enterprise_id,
        arrived_at=visit.arrived_at,
    )


def seen(viewer: User, visit_id: UUID) -> VisitTold:
    """Return one visit as its viewer sees it.

    Raises: NotFound.
    """
    facts = visits_read.six_facts(viewer, visits_read.get_visit(viewer, visit_id))
    visit, departure = facts.visit, facts.departure
    return VisitTold(
        id=visit.pk,
        order_id=visit.order_id,
        worker_id=visit.worker_id,
        enterprise_id=visit.enterprise_id,
        arrived_at=visit.arrived_at,
        left_at=departure.left_at if departure else None,
        minutes=departure.minutes if departure else None,
        tasks_done=list(departure.tasks_done) if departure else [],
        grade=departure.grade if departure else "",
        because=departure.because if departure else "",
        charge_id=facts.charge_id,
    )


VISIT = State(
    seen=seen,
    lock=lambda viewer, visit_id: orders.lock(
        order_id=visits_read.get_visit(viewer, visit_id).order_id, by=viewer, elder_too=True
    ),
)


@reads(router, "/visits/to-do", scope="visits:read", name="listVisitsToDo", answer=ToDo, tag=TAG)
def list_visits_to_do(request: HttpRequest, day: Query[OnDay]) -> ToDo:
    """List what the worker whom the token stands for has to do on a day."""
    begins_at = datetime.combine(day.on or today(), time(0), BEIJING)
    rows = dispatch_read.visits_to_do(viewer_of(request), begins_at, begins_at + timedelta(days=1))
    return ToDo(items=[order_told(row.dispatch.order) for row in rows])


@reads(router, "/visits", scope="visits:read", name="listVisits", answer=Page[VisitLine], tag=TAG)
def list_visits(request: HttpRequest, where: Query[Where]) -> Page[VisitLine]:
    """List visits, newest first: all for the operator, one's own for an enterprise or a worker."""
    rows = visits_read.visits(viewer_of(request))
    return page(
        request, rows, where, by="arrived_at", newest_first=True, show=lambda found: [line(row) for row in found]
    )


@reads(router, "/visits/{uuid:visit_id}", scope="visits:read", name="getVisit", answer=VisitTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_visit(request: HttpRequest, visit_id: UUID) -> VisitTold:
    """Read one visit, with the grade of its proof."""
    return seen(viewer_of(request), visit_id)


@writes(router, "/visits", scope="visits:write", name="checkIn", answer=VisitTold, tag=TAG, status=201,
        refuses=(NotAllowed, NotFound, rules.NotYours, rules.TooEarly, WrongStage))  # fmt: skip
def check_in(request: HttpRequest, body: Arrival) -> VisitTold:
    """Note that the worker has arrived, with whatever proof there is."""
    viewer = viewer_of(request)
    visit = visits.check_in(
        order_id=body.order_id, by=viewer, at=now(), place=point(body.place), door_code=body.door_code
    )
    return seen(viewer, visit.pk)


@writes(router, "/visits/{uuid:visit_id}/departure", scope="visits:write", name="checkOut", answer=VisitTold, tag=TAG,
        of=VISIT, refuses=(NotAllowed, NotFound, rules.LeftBeforeArrival))  # fmt: skip
def check_out(request: HttpRequest, visit_id: UUID, body: Leaving) -> VisitTold:
    """Close a visit: its proof is graded, it is charged, and its order is served."""
    viewer = viewer_of(request)
    visits.check_out(
        visit_id=visit_id,
        by=viewer,
        at=now(),
        place=point(body.place),
        tasks_done=body.tasks_done,
        note=body.note,
    )
    return seen(viewer, visit_id)
