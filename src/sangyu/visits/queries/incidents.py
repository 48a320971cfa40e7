"""Incidents: what workers told, and what the centre has still to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.visits.models import Incident, IncidentEnd, IncidentKind, IncidentPhoto, Outcome

OPEN_MAX = 100
SETTLED_MAX = 30
INCIDENT_KINDS = IncidentKind.choices
OUTCOMES = Outcome.choices


@dataclass(frozen=True)
class Case:
    """An incident with its photos and what was decided, if it was."""

    incident: Incident
    end: IncidentEnd | None
    photos: tuple[IncidentPhoto, ...]


def incidents(viewer: User) -> QuerySet[Incident]:
    """The incidents that the viewer may see: all for the operator, one's enterprise's, or those of a worker's own."""
    rows = Incident.objects.filter(programme_id=viewer.programme_id).select_related(
        "order", "order__elder", "order__item", "order__community", "worker", "enterprise", "by"
    )
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE:
        rows = rows.filter(enterprise__organisation_id=viewer.organisation_id)
        return rows if Role.ENTERPRISE in viewer.roles else rows.filter(worker__user=viewer)
    return rows.none()


def incidents_open(viewer: User, *, limit: int = OPEN_MAX) -> list[Case]:
    """Return the incidents that nobody has decided about, oldest first: the exception list of the centre."""
    return _cases(_open(viewer).order_by("at", "id")[:limit])


def incidents_open_count(viewer: User) -> int:
    """Return how many incidents wait for a decision."""
    return _open(viewer).count()


def _open(viewer: User) -> QuerySet[Incident]:
    return incidents(viewer).filter(~Exists(IncidentEnd.objects.filter(incident=OuterRef("pk"))))


def incidents_settled(viewer: User, *, limit: int = SETTLED_MAX) -> list[Case]:
    """Return the incidents that were decided about, latest first."""
    rows = incidents(viewer).filter(Exists(IncidentEnd.objects.filter(incident=OuterRef("pk"))))
    return _cases(rows.order_by("-at", "-id")[:limit])


def incidents_of(viewer: User, order_id: UUID) -> list[Case]:
    """Return what was reported about an order, first to last."""
    return _cases(incidents(viewer).filter(order_id=order_id).order_by("at", "id"))


def get_incident(viewer: User, incident_id: UUID) -> Case:
    """Return one incident.

    Raises: NotFound, also for one that the viewer may not see.
    """
    found = _cases(incidents(viewer).filter(pk=incident_id))
    if not found:
        raise NotFound("没有找到这次异常报告。")
    return found[0]


def incident_photos(viewer: User, incident_id: UUID) -> tuple[IncidentPhoto, ...]:
    """Return the photos of an incident that the viewer may see."""
    return get_incident(viewer, incident_id).photos


def _cases(rows: Iterable[Incident]) -> list[Case]:
    found = list(rows)
    ends = {row.incident_id: row for row in IncidentEnd.objects.filter(incident__in=found).select_related("by")}
    shots = defaultdict(list)
    for row in IncidentPhoto.objects.filter(incident__in=found).select_related("file").order_by("n"):
        shots[row.incident_id].append(row)
    return [Case(row, ends.get(row.pk), tuple(shots[row.pk])) for row in found]
