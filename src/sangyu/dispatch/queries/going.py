"""Who is to go: the workers of an enterprise for an order, and the visits a worker has before them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from sangyu.access.models import User
from sangyu.dispatch.models import Assignment, Dispatch, WishKind
from sangyu.dispatch.queries.newest import latest_of
from sangyu.dispatch.queries.places import stored_point
from sangyu.dispatch.queries.ready import not_ready
from sangyu.dispatch.queries.sending import dispatches, get_dispatch
from sangyu.dispatch.queries.wishing import NOT_AGAIN, WANTED, WORDS, wishes_of
from sangyu.kit.errors import NotFound
from sangyu.kit.point import distance_m
from sangyu.orders.models import Order, Stage
from sangyu.providers.models import (
    Certificate,
    Worker,
)

BEIJING = ZoneInfo("Asia/Shanghai")


def assignment_of(order: Order) -> Assignment | None:
    """Return who is to go for an order; for verbs and desks that hold the order already.

    Whom an enterprise named before the order went on to another one is not it.
    """
    return (
        Assignment.objects.filter(dispatch__in=latest_of(order.pk))
        .select_related("worker", "worker__user", "dispatch", "dispatch__enterprise", "by")
        .order_by("-n")
        .first()
    )


@dataclass(frozen=True)
class WorkerChoice:
    """A worker of the enterprise for an order: free and fit, or the reason why not.

    `wish` is what the elder has said about this worker, in Chinese, or nothing; who is not wanted again is not fit.
    """

    worker: Worker
    distance_m: int
    usual: int
    reason: str
    wish: str = ""

    @property
    def wanted(self) -> bool:
        return self.wish == WANTED


def worker_choices(viewer: User, dispatch: Dispatch) -> list[WorkerChoice]:
    """Return the enterprise's workers for an order: the fit ones first (wanted, then usual workers, then nearest)."""
    dispatch = get_dispatch(viewer, dispatch.pk)
    order = dispatch.order
    on = order.wanted_from.astimezone(BEIJING).date()
    workers = list(Worker.objects.filter(enterprise_id=dispatch.enterprise_id, left_on=None))
    holders = set(
        Certificate.objects.filter(
            worker__in=workers, kind=order.item.certificate, valid_from__lte=on, valid_until__gt=on
        ).values_list("worker_id", flat=True)
    )
    busy = defaultdict(list)
    for row in taken(workers, order.wanted_from, order.wanted_until):
        busy[row.worker_id].append(row.dispatch.order.number)
    usual = dict(
        Assignment.objects.filter(worker__in=workers, dispatch__order__elder_id=order.elder_id)
        .values_list("worker_id")
        .annotate(n=Count("id"))
    )
    elder = order.elder
    wishes = {worker_id: row.kind for (_, worker_id), row in wishes_of([elder.pk]).items()}
    unready = not_ready(order.programme_id, workers, on)
    choices = []
    for worker in workers:
        far = (
            round(distance_m(stored_point(elder.lng, elder.lat), stored_point(worker.lng, worker.lat)))
            if elder.lng is not None and elder.lat is not None
            else 0
        )
        wish = WORDS.get(wishes.get(worker.pk, ""), "")
        reason = ""
        if wish == NOT_AGAIN:
            reason = NOT_AGAIN
        elif order.item.skill and order.item.skill not in worker.skills:
            reason = f"没有“{order.item.skill}”技能"
        elif order.item.certificate and worker.pk not in holders:
            reason = f"没有有效的{order.item.certificate}"
        elif worker.pk in unready:
            reason = unready[worker.pk]
        elif busy[worker.pk]:
            reason = f"该时段已安排工单{busy[worker.pk][0]}"
        choices.append(WorkerChoice(worker, far, usual.get(worker.pk, 0), reason, wish))
    return sorted(
        choices,
        key=lambda choice: (
            bool(choice.reason),
            choice.wish == NOT_AGAIN,
            not choice.wanted,
            -choice.usual,
            choice.distance_m,
            choice.worker.pk,
        ),
    )


def to_rename(viewer: User, orders: list[Order]) -> dict[UUID, str]:
    """Return which of some orders need another worker than the one named, and why; three queries.

    Shape: order id -> Chinese reason, for orders that wait for a visit whose worker has left or is not wanted again.
    """
    waiting = [order for order in orders if order.stage == Stage.ASSIGNED]
    named: dict[UUID, Assignment] = {}
    rows = Assignment.objects.filter(dispatch__in=dispatches(viewer).filter(order__in=waiting).order_by())
    for row in rows.select_related("worker", "dispatch").order_by("dispatch__n", "n"):
        named[row.dispatch.order_id] = row
    wishes = wishes_of({order.elder_id for order in waiting})
    found = {}
    for order in waiting:
        row = named.get(order.pk)
        if row is None:
            continue
        wish = wishes.get((order.elder_id, row.worker_id))
        if row.worker.left_on is not None:
            found[order.pk] = f"{row.worker.name}已离职，需要换人"
        elif wish is not None and wish.kind == WishKind.NOT_AGAIN:
            found[order.pk] = f"{NOT_AGAIN}：{row.worker.name}"
    return found


def taken(workers: list[Worker], begins_at: datetime, ends_at: datetime) -> list[Assignment]:
    """Return the assignments of workers that overlap a stretch of time and still stand."""
    rows = (
        Assignment.objects.filter(
            worker__in=workers,
            begins_at__lt=ends_at,
            ends_at__gt=begins_at,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE],
        )
        .select_related("dispatch", "dispatch__order")
        .order_by("begins_at")
    )
    current = _current([row.dispatch.order_id for row in rows])
    return [row for row in rows if current[row.dispatch.order_id] == row.pk]


# Who has left goes to nobody's door any more, and reads no address for it; what was begun is finished.
_GONE = Q(worker__left_on__isnull=False, dispatch__order__stage=Stage.ASSIGNED)


def visits_to_do(viewer: User, begins_at: datetime, ends_at: datetime) -> list[Assignment]:
    """Return the assignments of the worker whom the viewer is, in a half-open stretch of time, soonest first."""
    rows = (
        Assignment.objects.filter(
            worker__user=viewer,
            begins_at__gte=begins_at,
            begins_at__lt=ends_at,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED],
        )
        .exclude(_GONE)
        .select_related("worker", "dispatch", "dispatch__order", "dispatch__order__elder", "dispatch__order__item")
        .order_by("begins_at", "dispatch__n", "n")
    )
    current = _current([row.dispatch.order_id for row in rows])
    return [row for row in rows if current[row.dispatch.order_id] == row.pk]


def get_own_assignment(viewer: User, order_id: UUID) -> Assignment:
    """Return the assignment of an order to the worker whom the viewer is.

    Raises: NotFound, also when the order has gone to somebody else since.
    """
    row = (
        Assignment.objects.filter(
            dispatch__order_id=order_id,
            worker__user=viewer,
            dispatch__order__stage__in=[Stage.ASSIGNED, Stage.IN_SERVICE, Stage.SERVED],
        )
        .exclude(_GONE)
        .select_related(
            "worker",
            "dispatch",
            "dispatch__enterprise",
            "dispatch__order",
            "dispatch__order__elder",
            "dispatch__order__item",
            "dispatch__order__community",
        )
        .order_by("-dispatch__n", "-n")
        .first()
    )
    if row is None or _current([order_id])[order_id] != row.pk:
        raise NotFound("没有找到这张工单，可能已换人或取消。请回到今日任务看看。")
    return row


def _current(order_ids: list[UUID]) -> dict[UUID, UUID]:
    """Name the assignment that counts for each order: the last one of the last dispatch."""
    rows = Assignment.objects.filter(dispatch__order_id__in=order_ids).order_by("dispatch__n", "n")
    return dict(rows.values_list("dispatch__order_id", "pk"))
