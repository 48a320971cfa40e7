"""Reads of the hotline: the calls of the desk, and who may be calling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from sangyu.access.models import OrganisationKind, User
from sangyu.access.queries import sees_whole_programme
from sangyu.hotline import rules
from sangyu.hotline.models import Call, CallOrder, End, Heartbeat, RegistrationRequest, ReturnCall
from sangyu.kit.errors import NotFound
from sangyu.orders import queries as orders_read
from sangyu.orders.models import Order
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder

ANSWERED = Q(answered_at__isnull=False) & (Q(hung_up_at=None) | Q(answered_at__lte=F("hung_up_at")))
QUICKLY = ANSWERED & Q(answered_at__lte=F("rang_at") + rules.QUICK) & ~Q(line_reference__startswith=rules.BY_HAND)
MISSED = Q(hung_up_at__isnull=False) & (Q(answered_at=None) | Q(answered_at__gt=F("hung_up_at")))
RETURN_WITHIN = timedelta(days=7)
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


@dataclass(frozen=True)
class ToReturn:
    """A missed caller to ring back: the last of their calls, how many were missed, and the attempts so far."""

    call: Call
    missed: int
    attempts: tuple[ReturnCall, ...]


def to_return(viewer: User, at: datetime, *, limit: int = 20) -> list[ToReturn]:
    """Return the callers of the last week who hung up unanswered and wait for a return call, oldest first.

    A number stands once, however often it was missed, and leaves the list as soon as somebody has it on the line:
    because it rang again and was answered, or because it is being rung back. Nobody rings a withheld number.
    """
    missed = Q(answered_at=None, ended_at=None, hung_up_at__isnull=False)
    later = Call.objects.filter(
        programme=OuterRef("programme"), caller_number=OuterRef("caller_number"), rang_at__gt=OuterRef("rang_at")
    )
    spoken = Call.objects.filter(
        programme=OuterRef("programme"), caller_number=OuterRef("caller_number"), answered_at__gt=OuterRef("rang_at")
    )
    rows = (
        calls(viewer)
        .filter(missed, rang_at__gt=at - RETURN_WITHIN)
        .exclude(caller_number="")
        .filter(~Exists(spoken), ~Exists(later.filter(missed)))
    )
    found = list(rows.order_by("rang_at", "id")[:limit])
    attempts: dict[UUID, list[ReturnCall]] = {call.pk: [] for call in found}
    for attempt in ReturnCall.objects.filter(call__in=attempts).select_related("by").order_by("n"):
        attempts[attempt.call_id].append(attempt)
    numbers = Counter(
        calls(viewer)
        .filter(missed, rang_at__gt=at - RETURN_WITHIN, caller_number__in={call.caller_number for call in found})
        .filter(~Exists(spoken))
        .values_list("caller_number", flat=True)
    )
    return [ToReturn(call, numbers[call.caller_number], tuple(attempts[call.pk])) for call in found]


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


def times(viewer: User, begins_at: datetime, ends_at: datetime) -> list[rules.Times]:
    """Return the moments of the calls that rang in a half-open stretch of time, for the rules of a shift."""
    rows = calls_between(viewer, begins_at, ends_at).order_by("rang_at", "id")
    fields = ("rang_at", "answered_at", "hung_up_at", "ended_at", "agent__display_name", "end", "line_reference")
    return [
        rules.Times(rang, answered, hung_up, ended, agent or "", end, line.startswith(rules.BY_HAND))
        for rang, answered, hung_up, ended, agent, end, line in rows.values_list(*fields)
    ]


def end_label(end: str) -> str:
    """Say an end in Chinese."""
    return str(End(end).label)


def heard_at(viewer: User) -> datetime | None:
    """Return when the telephone system last said that it is alive; None if it never has."""
    return Heartbeat.objects.filter(programme_id=viewer.programme_id).values_list("at", flat=True).first()


def registration_requests(viewer: User, *, limit: int = 50) -> list[RegistrationRequest]:
    """Return who asked on the telephone to be registered and is not registered yet, oldest first.

    A community sees its own area's; a request is done when an elder with the number is registered.
    """
    rows = RegistrationRequest.objects.filter(call__programme_id=viewer.programme_id)
    if not sees_whole_programme(viewer):
        rows = rows.filter(community__code__startswith=viewer.area_code)
    if not sees_whole_programme(viewer) and viewer.organisation.kind != OrganisationKind.COMMUNITY:
        rows = rows.none()
    registered = Contact.objects.filter(programme=OuterRef("call__programme"), phone=OuterRef("phone"))
    waiting = rows.filter(~Exists(registered))
    return list(waiting.select_related("community", "by").order_by("at", "id")[:limit])
