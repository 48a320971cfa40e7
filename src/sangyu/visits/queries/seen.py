"""Which visits one may see, and the six facts of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Order
from sangyu.visits import rules
from sangyu.visits.models import Departure, Evidence, Visit, VisitCharge

BEIJING = ZoneInfo("Asia/Shanghai")
ODD_MAX = 100
LOCATION_RULE = "visit-location"


def visits(viewer: User) -> QuerySet[Visit]:
    """The visits that the viewer may see: all for the operator, one's enterprise's, or a worker's own."""
    rows = Visit.objects.filter(programme_id=viewer.programme_id).select_related(
        "order", "order__elder", "order__item", "order__community", "worker", "enterprise"
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE:
        rows = rows.filter(enterprise__organisation_id=viewer.organisation_id)
        return rows if Role.ENTERPRISE in viewer.roles else rows.filter(worker__user=viewer)
    return rows.none()


def get_visit(viewer: User, visit_id: UUID) -> Visit:
    """Return one visit.

    Raises: NotFound, also for one that the viewer may not see.
    """
    found = visits(viewer).filter(pk=visit_id).first()
    if found is None:
        raise NotFound("没有找到这次上门记录。")
    return found


def visit_of(viewer: User, order: Order) -> Visit | None:
    """Return the visit for an order, if somebody has arrived and the viewer may see it."""
    return visits(viewer).filter(order=order).first()


def graded(visit: Visit, evidence: Iterable[Evidence]) -> tuple[str, str]:
    """Grade what proves a visit, with the reason; the city's own rule for the distance goes before ours.

    A rule whose distance nobody has set yet decides nothing, and ours holds.
    """
    proof = rules.proof_of({row.kind: row.facts for row in evidence})
    if proof.distance_m is None:
        return rules.grade(proof)
    on = visit.arrived_at.astimezone(BEIJING).date()
    said = adoption_read.decide_if_ruled(visit.programme_id, LOCATION_RULE, {"distance_m": proof.distance_m}, on)
    if said is None or not said.decided:
        return rules.grade(proof)
    return rules.grade(proof, rules.Ruled(said.result == "pass", said.because))


@dataclass(frozen=True)
class SixFacts:
    """Service, elder, worker, place, begin and end of a visit, with everything that proves them."""

    visit: Visit
    departure: Departure | None
    evidence: tuple[Evidence, ...]
    charge_id: UUID | None

    @property
    def complete(self) -> bool:
        """All six facts are there; a grade D place counts as none."""
        return self.departure is not None and self.departure.grade in ("A", "B")

    @property
    def so_far(self) -> tuple[str, str]:
        """The grade that what is there proves now, with its reason; the departure's own grade is final."""
        return graded(self.visit, self.evidence)


def six_facts(viewer: User, visit: Visit) -> SixFacts:
    """Return what proves a visit."""
    visit = get_visit(viewer, visit.pk)
    link = VisitCharge.objects.filter(visit=visit).values_list("charge_id", flat=True).first()
    return SixFacts(
        visit=visit,
        departure=Departure.objects.filter(visit=visit).first(),
        evidence=tuple(Evidence.objects.filter(visit=visit).order_by("at", "id")),
        charge_id=link,
    )


@dataclass(frozen=True)
class Odd:
    """A finished visit that is odd by its place or its length, with what is odd in Chinese."""

    departure: Departure
    reasons: list[str]


def odd_visits(viewer: User, begins_at: datetime, ends_at: datetime) -> list[Odd]:
    """Return the visits that ended in a half-open stretch of time and are odd, the last 100 of them; one query."""
    short = F("visit__order__item__minutes") - rules.SHORT_MINUTES
    rows = (
        Departure.objects.filter(visit__in=visits(viewer), left_at__gte=begins_at, left_at__lt=ends_at)
        .filter(Q(grade__in=("C", "D")) | Q(minutes__lt=short))
        .select_related(
            "visit__order__elder", "visit__order__item", "visit__order__community", "visit__worker", "visit__enterprise"
        )
        .order_by("-left_at", "id")[:ODD_MAX]
    )
    return [
        Odd(
            row,
            rules.odd(grade=row.grade, because=row.because, minutes=row.minutes, planned=row.visit.order.item.minutes),
        )
        for row in rows
    ]


def served_between(programme_id: UUID, begins_at: datetime, ends_at: datetime) -> list[Departure]:
    """Return the departures of a half-open stretch of time, for samples and appraisals, by visit id.

    They come with no more than their grade and the number of their order: a day of a district has thousands.
    """
    return list(
        Departure.objects.filter(visit__programme_id=programme_id, left_at__gte=begins_at, left_at__lt=ends_at)
        .select_related("visit", "visit__order")
        .only("left_at", "grade", "visit__order__number")
        .order_by("visit_id")
    )
