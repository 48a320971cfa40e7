"""Where everything of a month stands, for a play that goes on after a break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sangyu.access.models import User
from sangyu.city.blueprint import BEIJING
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Assignment, Dispatch
from sangyu.hotline import queries as hotline_read
from sangyu.kit.month import Month
from sangyu.orders import queries as orders_read
from sangyu.orders.models import OPEN_STAGES, Order
from sangyu.visits import queries as visits_read


@dataclass(frozen=True)
class Standing:
    """Calls that have ended, orders, and of the open ones the last dispatch, the worker who goes, and the arrival."""

    calls_ended: frozenset[str]
    orders: Mapping[UUID, Order]
    sent: Mapping[UUID, Dispatch]
    worker_ids: Mapping[UUID, UUID]
    visits: Mapping[UUID, tuple[UUID, datetime]]


def standing(viewer: User, month: Month) -> Standing:
    """Read where a month stands; five queries whatever its size."""
    begins_at = datetime.combine(month.first_day, time(0), BEIJING)
    ends_at = datetime.combine(month.next().first_day, time(0), BEIJING)
    calls = hotline_read.calls(viewer).filter(rang_at__gte=begins_at, rang_at__lt=ends_at, ended_at__isnull=False)
    orders = orders_read.orders(viewer).filter(wanted_from__gte=begins_at, wanted_from__lt=ends_at)
    found = {order.pk: order for order in orders.order_by("pk")}
    are_open = [pk for pk, order in found.items() if order.stage in OPEN_STAGES]
    assigned = Assignment.objects.filter(dispatch__order__in=are_open).order_by("dispatch__n", "n")
    return Standing(
        calls_ended=frozenset(
            reference.removeprefix("CITY-") for reference in calls.values_list("line_reference", flat=True)
        ),
        orders=found,
        sent={row.order_id: row for row in dispatch_read.dispatches(viewer).filter(order__in=are_open).order_by("n")},
        worker_ids=dict(assigned.values_list("dispatch__order_id", "worker_id")),
        visits={
            row.order_id: (row.pk, row.arrived_at) for row in visits_read.visits(viewer).filter(order__in=are_open)
        },
    )
