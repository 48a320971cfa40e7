"""What was sent to whom, and why: the inbox of an enterprise and the stored reasons of every attempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.dispatch.models import Acceptance, Assignment, Candidate, Dispatch, RefusalReason, RefusalRow
from sangyu.dispatch.queries.newest import latest_of
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Order

INBOX_MAX = 100
# Nobody chooses these: the clock writes the first, the standing of the enterprise the others.
NOT_CHOSEN = (RefusalReason.NO_ANSWER, RefusalReason.ENTERPRISE_SUSPENDED, RefusalReason.ENTERPRISE_LEFT)
REASONS_TO_REFUSE = [choice for choice in RefusalReason.choices if choice[0] not in NOT_CHOSEN]


def dispatches(viewer: User) -> QuerySet[Dispatch]:
    """The dispatches that the viewer may see: all for the operator, those that one's own enterprise still has.

    What an enterprise gave back, with the elder's address on it, is no longer its to open.
    """
    rows = ever_sent(viewer)
    if sees_whole_programme(viewer):
        return rows
    return rows.filter(~Exists(RefusalRow.objects.filter(dispatch=OuterRef("pk"))))


def ever_sent(viewer: User) -> QuerySet[Dispatch]:
    """The dispatches of the viewer's programme or enterprise, those given back included; for verbs that may repeat."""
    rows = Dispatch.objects.filter(order__programme_id=viewer.programme_id).select_related(
        "order", "order__elder", "order__item", "order__community", "order__community__parent", "enterprise", "sent_by"
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()


def get_dispatch(viewer: User, dispatch_id: UUID) -> Dispatch:
    """Return one dispatch.

    Raises: NotFound, also for one that was sent to another enterprise.
    """
    found = dispatches(viewer).filter(pk=dispatch_id).first()
    if found is None:
        raise NotFound("没有找到这张派单，可能已改派给其他企业。")
    return found


def inbox(viewer: User, *stages: str, limit: int = INBOX_MAX) -> list[Dispatch]:
    """Return what the viewer's enterprise has in hand at these stages, soonest first; only while it is its own."""
    return list(
        dispatches(viewer)
        .filter(order__stage__in=stages, pk=Subquery(latest_of(OuterRef("order_id"))))
        .order_by("order__wanted_from", "order_id")[:limit]
    )


def latest(order: Order) -> Dispatch | None:
    """Return the last dispatch of an order; for verbs and desks that hold the order already."""
    return Dispatch.objects.filter(order=order).select_related("enterprise", "sent_by").order_by("-n").first()


@dataclass(frozen=True)
class Why:
    """The stored reasons of a dispatch: who was sent, and what spoke for and against every enterprise."""

    dispatch: Dispatch
    candidates: tuple[Candidate, ...]
    counts: dict[str, int]


def why(viewer: User, order: Order) -> list[Why]:
    """Return the reasons of every attempt to send an order, first attempt first."""
    return _whys(list(dispatches(viewer).filter(order=order).order_by("n")))


def _whys(sent: list[Dispatch]) -> list[Why]:
    rows: dict[UUID, list[Candidate]] = defaultdict(list)
    for row in Candidate.objects.filter(dispatch__in=sent).select_related("enterprise").order_by("id"):
        rows[row.dispatch_id].append(row)
    return [Why(dispatch, tuple(rows[dispatch.pk]), dispatch.counts) for dispatch in sent]


@dataclass(frozen=True)
class Attempt:
    """A dispatch with what became of it: taken or given back, and the workers named, the last of whom counts."""

    dispatch: Dispatch
    acceptance: Acceptance | None
    refusal: RefusalRow | None
    assignments: tuple[Assignment, ...]

    @property
    def assignment(self) -> Assignment | None:
        return self.assignments[-1] if self.assignments else None


def attempts(viewer: User, orders: list[Order]) -> dict[UUID, list[Attempt]]:
    """Return every attempt to send each of some orders, first attempt first; a fixed number of queries."""
    sent = list(dispatches(viewer).filter(order__in=orders).order_by("order_id", "n"))
    acceptances = {row.dispatch_id: row for row in Acceptance.objects.filter(dispatch__in=sent).select_related("by")}
    refusals = {row.dispatch_id: row for row in RefusalRow.objects.filter(dispatch__in=sent).select_related("by")}
    named: dict[UUID, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(dispatch__in=sent).select_related("worker", "by").order_by("n"):
        named[row.dispatch_id].append(row)
    found: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in sent:
        found[row.order_id].append(Attempt(row, acceptances.get(row.pk), refusals.get(row.pk), tuple(named[row.pk])))
    return found


def acceptance_of(dispatch: Dispatch) -> Acceptance | None:
    """Return the acceptance of a dispatch, if there is one."""
    return Acceptance.objects.filter(dispatch=dispatch).select_related("by").first()


def whereabouts(viewer: User, orders: Iterable[Order]) -> dict[UUID, tuple[Dispatch, Assignment | None]]:
    """Return who has each of some orders in hand and who goes: "where is my order?" in two queries.

    Shape: order id -> its last dispatch and that dispatch's last assignment; an order never sent is left out.
    """
    last = {row.order_id: row for row in dispatches(viewer).filter(order__in=list(orders)).order_by("n")}
    goes = {
        row.dispatch_id: row
        for row in Assignment.objects.filter(dispatch__in=list(last.values())).select_related("worker").order_by("n")
    }
    return {order_id: (row, goes.get(row.pk)) for order_id, row in last.items()}


def attempts_of(number: str) -> list[Why] | None:
    """Return the reasons of an order by its number, for whoever works at the machine itself; None if there is none."""
    order = Order.objects.filter(number=number).first()
    if order is None:
        return None
    sent = list(Dispatch.objects.filter(order=order).select_related("enterprise", "sent_by").order_by("n"))
    return _whys(sent)
