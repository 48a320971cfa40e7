"""The worker comes and goes: check in, check out. Locks: order, then accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.benefits import actions as benefits
from sangyu.benefits.rules import Quote
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.point import Point
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.orders.rules import ElderDied, ensure_alive
from sangyu.visits import queries as visits_read
from sangyu.visits import rules
from sangyu.visits.actions.places import place_facts
from sangyu.visits.models import Departure, Evidence, EvidenceKind, Visit, VisitCharge

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def check_in(*, order_id: UUID, by: User, at: datetime, place: Point | None = None, door_code: str = "") -> Visit:
    """Note that the worker has arrived, with whatever proof there is; a second report changes nothing.

    A missing or distant `place` is kept and graded at the end, never refused.
    Raises: NotYours, TooEarly, WrongStage.
    """
    ensure_role(by, Role.WORKER)
    order = orders.lock(order_id=order_id, by=by)
    assignment = dispatch_read.assignment_of(order)
    if assignment is None or assignment.worker.user_id != by.pk:
        raise rules.NotYours("这张工单没有派给您，可能已换人。请刷新今日任务。")
    left_on = assignment.worker.left_on
    if left_on is not None and left_on <= at.astimezone(BEIJING).date():
        raise rules.NotYours(f"您已于{left_on}离职，不能再签到。如登记有误，请联系企业管理员更正。")
    existing = Visit.objects.filter(order=order).first()
    if existing is not None:
        return existing
    rules.ensure_due(
        wanted_from=order.wanted_from, at=at, clock=f"{order.wanted_from.astimezone(BEIJING):%m月%d日 %H:%M}"
    )
    orders.move(order=order, to=Stage.IN_SERVICE, at=at)
    visit = Visit.objects.create(
        id=derived_id("visit", order.pk),
        programme_id=order.programme_id,
        order=order,
        worker=assignment.worker,
        enterprise_id=assignment.dispatch.enterprise_id,
        arrived_at=at,
        by=by,
    )
    if place is not None:
        _keep(visit, EvidenceKind.ARRIVAL_PLACE, place_facts(order, place), at)
    if door_code.strip():
        _keep(visit, EvidenceKind.DOOR_CODE, {"right": door_code.strip() == order.elder.door_code}, at)
    access.record(by=by, at=at, verb="visits.check_in", object_kind="order", object_id=order.pk)
    return visit


@transaction.atomic
def check_out(
    *,
    visit_id: UUID,
    by: User,
    at: datetime,
    place: Point | None = None,
    tasks_done: Iterable[str] = (),
    note: str = "",
) -> Departure:
    """Close a visit, grade its proof, charge it and mark its order served; a second report changes nothing.

    A visit that may not be charged (the elder has died) is still closed; its money is given back with the reason.
    Raises: NotFound, LeftBeforeArrival.
    """
    ensure_role(by, Role.WORKER)
    visit = Visit.objects.select_related("order").filter(pk=visit_id, worker__user=by).first()
    if visit is None:
        raise NotFound("没有找到这次上门记录。")
    order = orders.lock(order_id=visit.order_id, by=by)
    existing = Departure.objects.filter(visit=visit).first()
    if existing is not None:
        return existing
    minutes = rules.minutes_between(arrived_at=visit.arrived_at, left_at=at)
    if place is not None:
        _keep(visit, EvidenceKind.DEPARTURE_PLACE, place_facts(order, place), at)
    graded, because = visits_read.graded(visit, Evidence.objects.filter(visit=visit))
    refused = _charge(visit, order, by, at)
    orders.mark_served(order=order, by=by, at=at)
    departure = Departure.objects.create(
        id=derived_id("departure", visit.pk),
        visit=visit,
        left_at=at,
        minutes=minutes,
        tasks_done=list(tasks_done),
        note=note.strip(),
        grade=graded,
        because=because,
        not_charged=refused,
        by=by,
    )
    access.record(
        by=by,
        at=at,
        verb="visits.check_out",
        object_kind="order",
        object_id=order.pk,
        facts={"grade": graded, "minutes": minutes, "not_charged": refused},
    )
    return departure


def _charge(visit: Visit, order: Order, by: User, at: datetime) -> str:
    # The day of the service is the day of the arrival: the year and month whose money was held are the order's.
    quote = Quote.from_json(order.quote)
    on = visit.arrived_at.astimezone(BEIJING).date()
    try:
        ensure_alive(name=order.elder.name, died_on=order.elder.died_on, on=on)
    except ElderDied as refusal:
        benefits.release(order_id=order.pk, quote=quote, reason=f"不予结算：{refusal}", by=by, at=at)
        return str(refusal)
    charge = benefits.charge(
        order_id=order.pk,
        elder=order.elder,
        enterprise=visit.enterprise,
        item=order.item,
        quote=quote,
        service_on=on,
        by=by,
        at=at,
    )
    VisitCharge.objects.create(id=derived_id("visit-charge", visit.pk), visit=visit, charge=charge)
    return ""


def _keep(visit: Visit, kind: str, facts: dict, at: datetime) -> None:
    Evidence.objects.create(id=derived_id("evidence", visit.pk, kind), visit=visit, kind=kind, facts=facts, at=at)
