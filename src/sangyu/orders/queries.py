"""Reads of orders: the viewer's own lists, and what is open for an elder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from sangyu.access.models import OrganisationKind, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.orders.models import OPEN_STAGES, Cancellation, Order, Rescheduling, Stage
from sangyu.registry.models import Elder


def orders(viewer: User) -> QuerySet[Order]:
    """The orders that the viewer may see: all for the operator, those of the own area for a community.

    Enterprises and workers see orders through what was sent to them (`dispatch`).
    """
    rows = Order.objects.filter(programme_id=viewer.programme_id).select_related(
        "elder", "item", "community", "community__parent", "placed_by"
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.COMMUNITY:
        return rows.filter(community__code__startswith=viewer.area_code)
    return rows.none()


def get_order(viewer: User, order_id: UUID) -> Order:
    """Return one order.

    Raises: NotFound, also for an order that the viewer may not see.
    """
    found = orders(viewer).filter(pk=order_id).first()
    if found is None:
        raise NotFound("没有找到这张工单。")
    return found


def at_stage(
    viewer: User, stage: str, *, area: str = "", after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Order]:
    """Return orders at a stage (in an area) by wanted time, `limit` at a time behind the key (wanted_from, id)."""
    rows = orders(viewer).filter(stage=stage, community__code__startswith=area).order_by("wanted_from", "id")
    if after is not None:
        rows = rows.extra(where=["(wanted_from, orders_order.id) > (%s, %s)"], params=list(after))
    return list(rows[:limit])


def counts(viewer: User, *, area: str = "") -> dict[str, int]:
    """Return how many open orders stand at each stage (in an area); every open stage is there, zeros included."""
    found = dict(
        orders(viewer)
        .filter(stage__in=OPEN_STAGES, community__code__startswith=area)
        .order_by()
        .values_list("stage")
        .annotate(n=Count("id"))
    )
    return {str(stage): found.get(stage, 0) for stage in OPEN_STAGES}


def open_for(viewer: User, elder: Elder) -> list[Order]:
    """Return what an elder still waits for, soonest first."""
    return list(orders(viewer).filter(elder=elder, stage__in=OPEN_STAGES).order_by("wanted_from", "id"))


def recent_for(viewer: User, elder: Elder, *, limit: int = 6) -> list[Order]:
    """Return the elder's last finished orders, newest first."""
    return list(
        orders(viewer)
        .filter(elder=elder, stage__in=[Stage.SERVED, Stage.CANCELLED])
        .order_by("-wanted_from", "-id")[:limit]
    )


def cancellation_of(viewer: User, order: Order) -> Cancellation | None:
    """Return why and by whom an order was called off, if it was."""
    return Cancellation.objects.filter(order__in=orders(viewer), order=order).select_related("by").first()


def reschedulings(viewer: User, order: Order) -> list[Rescheduling]:
    """Return how often and why an order was moved to another time, first move first."""
    return list(Rescheduling.objects.filter(order__in=orders(viewer), order=order).select_related("by").order_by("n"))
