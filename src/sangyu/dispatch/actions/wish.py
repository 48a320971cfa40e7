"""Whom an elder would like to come, or not to come again (换人不投诉): nobody is blamed by it. Locks: the elder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch.models import Wish, WishKind
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.orders.models import Order
from sangyu.providers.models import Worker
from sangyu.registry.models import Elder


@transaction.atomic
def wish(*, elder_id: UUID, worker_id: UUID, kind: str, by: User, at: datetime, order_id: UUID | None = None) -> Wish:
    """Write down that an elder names a worker (WANTED), asks for somebody else (NOT_AGAIN), or takes it back (NONE).

    The last word of an elder about a worker counts; the same word again changes nothing. No complaint is made and no
    point is taken off: only patterns over several elders are looked at (`queries.patterns`).
    Raises: NotAllowed; NotFound, for an elder, worker or order of another programme, or an order of another elder.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.QUALITY)
    elder = Elder.objects.select_for_update().filter(pk=elder_id, programme_id=by.programme_id).first()
    if elder is None:
        raise NotFound("没有找到这位老人，请重新查找。")
    worker = Worker.objects.filter(pk=worker_id, enterprise__programme_id=by.programme_id).first()
    if worker is None:
        raise NotFound("没有找到这位服务人员，请重新选择。")
    if order_id is not None and not Order.objects.filter(pk=order_id, elder=elder).exists():
        raise NotFound(f"没有找到{elder.name}的这张工单。")
    said = Wish.objects.filter(elder=elder, worker=worker).order_by("n")
    last = said.last()
    if last is not None and last.kind == WishKind(kind):
        return last
    n = last.n + 1 if last is not None else 1
    row = Wish.objects.create(
        id=derived_id("wish", elder.pk, worker.pk, n),
        elder=elder,
        worker=worker,
        n=n,
        kind=WishKind(kind),
        order_id=order_id,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.wish",
        object_kind="elder",
        object_id=elder.pk,
        facts={"worker": worker.pk, "kind": str(row.kind)},
    )
    return row
