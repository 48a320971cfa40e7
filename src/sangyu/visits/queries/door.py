"""What opens the door and how to find it: the word for the elder to hear, and the way from the last place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from sangyu.access.models import Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Assignment
from sangyu.kit.point import Crs, Point, distance_m
from sangyu.orders.models import Order, Stage
from sangyu.visits import rules
from sangyu.visits.models import Evidence, EvidenceKind

PLACE_KEPT_MAX = timedelta(hours=12)
TELLERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER, Role.CLOCK})


def pass_word(viewer: User, order: Order, at: datetime) -> str | None:
    """Return the word that the worker says at the door of an order, for those who may know it at that moment.

    The worker who goes knows it from two hours before until they have left; the centre, which tells it to the elder,
    as long as somebody is to go; nobody else ever.
    """
    going = dispatch_read.assignment_of(order)
    if going is None or order.stage not in (Stage.ASSIGNED, Stage.IN_SERVICE):
        return None
    if going.worker.user_id == viewer.pk:
        if not rules.is_door_time(begins_at=going.begins_at, left=False, at=at):
            return None
    elif not (order.programme_id == viewer.programme_id and sees_whole_programme(viewer) and viewer.roles & TELLERS):
        return None
    return rules.pass_word(key=settings.SECRET_KEY.encode(), assignment_id=going.pk)


@dataclass(frozen=True)
class Way:
    """How far the elder's home is and which way, from the worker's place at `since`; None is the base."""

    distance_m: int
    wind: str
    since: datetime | None


def way_to(viewer: User, going: Assignment, at: datetime) -> Way | None:
    """Return the way to the home of an order from where its worker reported last today, else from the worker's base.

    None where the elder's home is not on the map. The place is what check-ins gave; nobody is followed on the way.
    """
    elder = going.dispatch.order.elder
    if elder.lng is None or elder.lat is None:
        return None
    there = Point(lng=elder.lng, lat=elder.lat, crs=Crs.WGS84)
    last = (
        Evidence.objects.filter(
            visit__worker__user=viewer,
            kind__in=[EvidenceKind.ARRIVAL_PLACE, EvidenceKind.DEPARTURE_PLACE],
            at__gt=at - PLACE_KEPT_MAX,
            at__lte=at,
        )
        .exclude(visit__order_id=going.dispatch.order_id)
        .order_by("-at")
        .first()
    )
    if last is not None:
        here = Point(lng=last.facts["lng"], lat=last.facts["lat"], crs=Crs.WGS84)
    else:
        here = Point(lng=going.worker.lng, lat=going.worker.lat, crs=Crs.WGS84)
    return Way(round(distance_m(here, there)), rules.wind(here=here, there=there), last.at if last else None)
