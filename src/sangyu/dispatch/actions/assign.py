"""The enterprise names the worker who goes. Locks: order, then worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.actions.steps import is_newest, own, tell
from sangyu.dispatch.models import Acceptance, Assignment, WishKind
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import Certificate, Worker

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def assign(*, dispatch_id: UUID, worker_id: UUID, by: User, at: datetime) -> Assignment:
    """Name the worker who goes; naming the same one again changes nothing, another one replaces the first.

    Raises: NotFound, NotAccepted, WorkerUnfit, WorkerUnwanted, WorkerBusy, WrongStage.
    """
    dispatch = own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    if not is_newest(dispatch, order) or not Acceptance.objects.filter(dispatch=dispatch).exists():
        raise rules.NotAccepted(f"工单{order.number}没有由贵企业接单，不能派人。请先接单；如已改派，则不用再处理。")
    worker = (
        Worker.objects.select_for_update()
        .filter(pk=worker_id, enterprise_id=dispatch.enterprise_id, left_on=None)
        .first()
    )
    if worker is None:
        raise NotFound("没有找到这位服务人员，可能已离职。")
    now = dispatch_read.assignment_of(order)
    if now is not None and now.dispatch_id == dispatch.pk and now.worker_id == worker.pk:
        return now
    _ensure_fit(worker, order)
    on = order.wanted_from.astimezone(BEIJING).date()
    lacks = dispatch_read.not_ready(order.programme_id, [worker], on).get(worker.pk)
    if lacks:
        raise rules.WorkerUnfit(f"{worker.name}还不能接单：{lacks}。请先在人员档案里补齐，或换一位服务人员。")
    wished = dispatch_read.wishes_of([order.elder_id]).get((order.elder_id, worker.pk))
    rules.ensure_wanted(
        elder=order.elder.name, name=worker.name, not_again=wished is not None and wished.kind == WishKind.NOT_AGAIN
    )
    rules.ensure_worker_free(
        name=worker.name,
        wanted=(order.wanted_from, order.wanted_until),
        taken=[
            (row.begins_at, row.ends_at, row.dispatch.order.number)
            for row in dispatch_read.taken([worker], order.wanted_from, order.wanted_until)
            if row.dispatch.order_id != order.pk
        ],
    )
    orders.move(order=order, to=Stage.ASSIGNED, at=at)
    n = Assignment.objects.filter(dispatch=dispatch).count() + 1
    assignment = Assignment.objects.create(
        id=derived_id("assignment", dispatch.pk, n),
        dispatch=dispatch,
        n=n,
        worker=worker,
        begins_at=order.wanted_from,
        ends_at=order.wanted_until,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.assign",
        object_kind="order",
        object_id=order.pk,
        facts={"worker": worker.pk, "n": n},
    )
    tell(dispatch, "dispatch.assigned", at)
    return assignment


def _ensure_fit(worker: Worker, order: Order) -> None:
    on = order.wanted_from.astimezone(BEIJING).date()
    item = order.item
    if item.skill and item.skill not in worker.skills:
        raise rules.WorkerUnfit(f"{worker.name}没有“{item.skill}”技能，不能承担“{item.name}”。请换一位服务人员。")
    if item.certificate:
        newest = (
            Certificate.objects.filter(worker=worker, kind=item.certificate, valid_from__lte=on)
            .order_by("-valid_until")
            .first()
        )
        if newest is None:
            raise rules.WorkerUnfit(f"{worker.name}没有{item.certificate}，不能承担“{item.name}”。请换一位服务人员。")
        if newest.valid_until <= on:
            raise rules.WorkerUnfit(
                f"{worker.name}的{item.certificate}已于{newest.valid_until.month}月{newest.valid_until.day}日过期，请换一位服务人员。"
            )
