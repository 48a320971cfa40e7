"""What stops when an elder has died and what was paid after that day: put together for one page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from sangyu.access.models import Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import UNDER_WAY, Assessment
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Charge, Reversal
from sangyu.orders import queries as orders_read
from sangyu.orders.models import OPEN_STAGES, Order, Stage
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder


@dataclass(frozen=True)
class Closing:
    """What there is of a person on and after a day, by all their records. `charges`: None for who sees no money."""

    open_orders: tuple[Order, ...]
    at_the_door: tuple[Order, ...]
    called_off: tuple[Order, ...]
    cards: tuple[Any, ...]
    assessments: tuple[Assessment, ...]
    charges: tuple[Charge, ...] | None
    price_fen: int
    public_fen: int
    elder_fen: int


def closing_of(viewer: User, elder: Elder, on: date | None) -> Closing:
    """Return what is open for an elder, and what was charged for services on the day of death or later."""
    records = registry_read.same_as(elder.pk)
    orders = orders_read.orders(viewer).filter(elder__in=records)
    open_orders = tuple(orders.filter(stage__in=OPEN_STAGES).order_by("wanted_from", "pk"))
    called_off = (
        orders.filter(stage=Stage.CANCELLED, stage_at__date__gte=on).order_by("wanted_from", "pk") if on else []
    )
    charges = _charges(viewer, records, on)
    reads_assessments = viewer.roles & {Role.COMMUNITY, *assessment_read.READERS}
    under_way = (
        assessment_read.assessments(viewer).filter(elder__in=records, stage__in=UNDER_WAY) if reads_assessments else []
    )
    return Closing(
        open_orders=tuple(order for order in open_orders if order.stage != Stage.IN_SERVICE),
        at_the_door=tuple(order for order in open_orders if order.stage == Stage.IN_SERVICE),
        called_off=tuple(called_off),
        cards=tuple(registry_read.cards_of(viewer, elder)),
        assessments=tuple(under_way),
        charges=charges,
        price_fen=sum(row.price_fen for row in charges or ()),
        public_fen=sum(row.public_fen for row in charges or ()),
        elder_fen=sum(row.elder_fen for row in charges or ()),
    )


def _charges(viewer: User, records: Collection[UUID], on: date | None) -> tuple[Charge, ...] | None:
    """All charges, so that their sums are right, for services and meals alike; what was taken back is left out."""
    if not sees_whole_programme(viewer):
        return None
    if on is None:
        return ()
    taken_back = Exists(Reversal.objects.filter(charge=OuterRef("pk")))
    rows = benefits_read.charges(viewer).filter(~taken_back, elder__in=records, service_on__gte=on)
    return tuple(rows.order_by("service_on", "pk"))
