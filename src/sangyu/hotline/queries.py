"""Reads of the hotline: the calls of the desk, and who may be calling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.hotline.models import Call, CallOrder
from sangyu.kit.errors import NotFound
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder

ANSWERED = Q(answered_at__isnull=False) & (Q(hung_up_at=None) | Q(answered_at__lte=F("hung_up_at")))
QUICKLY = ANSWERED & Q(answered_at__lte=F("rang_at") + timedelta(seconds=15))
MISSED = Q(hung_up_at__isnull=False) & (Q(answered_at=None) | Q(answered_at__gt=F("hung_up_at")))
BEHIND = {"answered": ANSWERED, "quickly": QUICKLY, "missed": MISSED}


def calls(viewer: User) -> QuerySet[Call]:
    """The calls of the viewer's programme, for those who see all of it."""
    rows = Call.objects.filter(programme_id=viewer.programme_id).select_related("agent", "elder")
    return rows if sees_whole_programme(viewer) else rows.none()


def get_call(viewer: User, call_id: UUID) -> Call:
    """Return one call.

    Raises: NotFound.
    """
    found = calls(viewer).filter(pk=call_id).first()
    if found is None:
        raise NotFound("没有找到这通电话。")
    return found


def waiting(viewer: User) -> list[Call]:
    """Return calls that nobody has answered yet, longest waiting first."""
    return list(calls(viewer).filter(answered_at=None, ended_at=None, hung_up_at=None).order_by("rang_at", "id"))


def missed(viewer: User, *, limit: int = 20) -> list[Call]:
    """Return calls that hung up unanswered and wait for a return call, oldest first; nobody rings a withheld number."""
    rows = calls(viewer).filter(answered_at=None, ended_at=None, hung_up_at__isnull=False).exclude(caller_number="")
    return list(rows.order_by("rang_at", "id")[:limit])


def own_open(viewer: User) -> Call | None:
    """Return the call that the viewer has answered and not ended yet."""
    return calls(viewer).filter(agent=viewer, answered_at__isnull=False, ended_at=None).order_by("-answered_at").first()


@dataclass(frozen=True)
class Caller:
    """Who may be on the line: nobody known, one elder, or several to choose from."""

    elders: tuple[Elder, ...]
    card: registry_read.Card | None
    open_orders: tuple[Order, ...]
    recent_orders: tuple[Order, ...]


def caller(viewer: User, call: Call, on: date, *, chosen: UUID | None = None) -> Caller:
    """Return who may be calling; with one known elder (or a chosen one) the card and orders come with it."""
    if chosen is not None:
        found = [registry_read.get_elder(viewer, chosen)]
    elif call.elder_id:
        found = [registry_read.get_elder(viewer, call.elder_id)]
    else:
        found = registry_read.find_by_phone(viewer, call.caller_number) if call.caller_number else []
    if len(found) != 1:
        return Caller(tuple(found), None, (), ())
    return known(viewer, found[0], on)


def known(viewer: User, elder: Elder, on: date) -> Caller:
    """Return one elder with card and orders, as for a call of theirs; for looking somebody up without a call."""
    return Caller(
        (elder,),
        registry_read.card(viewer, elder, on),
        tuple(orders_read.open_for(viewer, elder)),
        tuple(orders_read.recent_for(viewer, elder)),
    )


def ringing(viewer: User, calls: Iterable[Call]) -> list[tuple[Call, list[Elder]]]:
    """Return each call with the elders whom its number belongs to; two queries, however many ring."""
    calls = list(calls)
    belongs = registry_read.find_by_phones(viewer, [call.caller_number for call in calls])
    return [(call, belongs.get(call.caller_number, [])) for call in calls]


def call_of(viewer: User, order: Order) -> Call | None:
    """Return the call in which an order was placed."""
    link = CallOrder.objects.filter(order=order, order__programme_id=viewer.programme_id).first()
    return get_call(viewer, link.call_id) if link and sees_whole_programme(viewer) else None


@dataclass(frozen=True)
class Day:
    """The hotline's figures of a stretch of time."""

    rang: int
    answered: int
    answered_in_15_s: int
    missed: int


def figures(viewer: User, begins_at: datetime, ends_at: datetime) -> Day:
    """Count calls, answers, answers within 15 seconds and misses in a half-open stretch of time.

    A return call mends a missed call for the caller, not for the figures: it stays missed.
    """
    rows = calls_between(viewer, begins_at, ends_at)
    return Day(
        **rows.order_by().aggregate(
            rang=Count("id"),
            answered=Count("id", filter=ANSWERED),
            answered_in_15_s=Count("id", filter=QUICKLY),
            missed=Count("id", filter=MISSED),
        )
    )


def calls_between(viewer: User, begins_at: datetime, ends_at: datetime) -> QuerySet[Call]:
    """The calls that rang in a half-open stretch of time."""
    return calls(viewer).filter(rang_at__gte=begins_at, rang_at__lt=ends_at)


def page(
    viewer: User,
    begins_at: datetime,
    ends_at: datetime,
    which: str = "",
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Call]:
    """Return the calls behind one of the figures (`answered`, `quickly`, `missed`; all when empty), newest first.

    Shape: `limit` at a time before the key (rang_at, id) of the last one.
    """
    rows = calls_between(viewer, begins_at, ends_at).filter(BEHIND.get(which, Q())).order_by("-rang_at", "-id")
    if before is not None:
        rows = rows.filter(Q(rang_at__lt=before[0]) | Q(rang_at=before[0], id__lt=before[1]))
    return list(rows[:limit])
