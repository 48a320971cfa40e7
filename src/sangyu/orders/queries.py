"""Reads of orders: the viewer's own lists, and what is open for an elder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

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


@dataclass(frozen=True)
class Sieve:
    """What of a long list is wanted: an area, a class of items, a half-open stretch of promised times."""

    area: str = ""
    item_class: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def of(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        """Return the rows that pass."""
        rows = rows.filter(community__code__startswith=self.area)
        if self.item_class:
            rows = rows.filter(item__item_class=self.item_class)
        if self.since is not None:
            rows = rows.filter(wanted_from__gte=self.since)
        if self.until is not None:
            rows = rows.filter(wanted_from__lt=self.until)
        return rows


EVERYTHING = Sieve()
BEFORE_THE_VISIT = (Stage.PLACED, Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED)
NOBODY_NAMED = (Stage.PLACED, Stage.SENT, Stage.ACCEPTED)


@dataclass(frozen=True)
class Lateness:
    """How many open orders have missed their promised time, and how many soon will with nobody named for them."""

    late: int
    soon: int


def lateness(viewer: User, at: datetime, *, soon: timedelta, sieve: Sieve = EVERYTHING) -> Lateness:
    """Count what is late and what soon will be, over all stages before the visit; one query."""
    found = (
        sieve.of(orders(viewer))
        .filter(stage__in=BEFORE_THE_VISIT)
        .order_by()
        .aggregate(
            late=Count("id", filter=Q(wanted_from__lt=at)),
            soon=Count("id", filter=Q(stage__in=NOBODY_NAMED, wanted_from__gte=at, wanted_from__lt=at + soon)),
        )
    )
    return Lateness(found["late"], found["soon"])


def counts(viewer: User, *, sieve: Sieve = EVERYTHING) -> dict[str, int]:
    """Return how many open orders stand at each stage; every open stage is there, zeros included."""
    found = dict(
        sieve.of(orders(viewer)).filter(stage__in=OPEN_STAGES).order_by().values_list("stage").annotate(n=Count("id"))
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
