"""Reads of complaints: the cases by deadline, one case, and the calls that are no case yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import Role, RoleAssignment, User
from sangyu.access.queries import sees_whole_programme
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call, End
from sangyu.kit.errors import NotFound
from sangyu.quality.models import (
    Complaint,
    ComplaintClosure,
    ComplaintOpen,
    ComplaintOwner,
    ComplaintResult,
    FollowUp,
)

OWNERS = (Role.QUALITY, Role.SUPERVISOR)


@dataclass(frozen=True)
class Case:
    """A complaint with its owner, what was found and how it was closed."""

    complaint: Complaint
    owner: User | None
    result: ComplaintResult | None
    closure: ComplaintClosure | None

    @property
    def stage(self) -> str:
        """Shape: OPEN (nobody looks into it), OWNED, DECIDED or CLOSED."""
        if self.closure:
            return "CLOSED"
        if self.result:
            return "DECIDED"
        return "OWNED" if self.owner else "OPEN"

    def overdue(self, on: date) -> bool:
        """Tell whether the deadline is over without a result."""
        return self.result is None and on > self.complaint.due_on


def complaints(viewer: User) -> QuerySet[Complaint]:
    """The complaints of the viewer's programme, earliest deadline first, for those who see all of it."""
    rows = Complaint.objects.filter(programme_id=viewer.programme_id).select_related(
        "elder", "order", "call", "follow_up"
    )
    return rows.order_by("due_on", "id") if sees_whole_programme(viewer) else rows.none()


def open_cases(viewer: User, *, limit: int = 200) -> list[Case]:
    """Return the cases that are not closed, earliest deadline first; a fixed number of queries."""
    return _cases(complaints(viewer).filter(pk__in=_open(viewer))[:limit])


def closed_cases(viewer: User, *, limit: int = 50) -> list[Case]:
    """Return the cases closed last, newest first."""
    rows = complaints(viewer).filter(pk__in=ComplaintClosure.objects.values("complaint"))
    return _cases(rows.order_by("-opened_at", "-id")[:limit])


def count_open(viewer: User) -> int:
    """Count the cases that are not closed."""
    return _open(viewer).count() if sees_whole_programme(viewer) else 0


def _open(viewer: User) -> QuerySet[ComplaintOpen]:
    return ComplaintOpen.objects.filter(programme_id=viewer.programme_id).values("complaint")


def get_case(viewer: User, complaint_id: UUID) -> Case:
    """Return one case.

    Raises: NotFound.
    """
    found = _cases(complaints(viewer).filter(pk=complaint_id))
    if not found:
        raise NotFound("没有找到这件投诉。")
    return found[0]


def owners_of(complaint: Complaint) -> list[ComplaintOwner]:
    """Return who has looked into a complaint, first owner first."""
    return list(ComplaintOwner.objects.filter(complaint=complaint).select_related("owner", "by").order_by("n"))


def possible_owners(viewer: User) -> list[User]:
    """Return who may look into a complaint, by name."""
    # Asked of the database: a district has ten thousand people, and a handful may.
    held = RoleAssignment.objects.filter(user=OuterRef("pk"), role__in=OWNERS, ended_on=None)
    people = User.objects.filter(Exists(held), programme_id=viewer.programme_id, is_active=True)
    return list(people.order_by("display_name", "pk"))


def calls_without_case(viewer: User) -> QuerySet[Call]:
    """The calls that ended as a complaint and are no case yet, oldest first."""
    known = Complaint.objects.filter(call=OuterRef("pk"))
    return hotline_read.calls(viewer).filter(~Exists(known), end=End.COMPLAINT).order_by("ended_at", "id")


def follow_ups_without_case(viewer: User) -> QuerySet[FollowUp]:
    """The follow-ups with a complaint that are no case yet, oldest first."""
    known = Complaint.objects.filter(follow_up=OuterRef("pk"))
    rows = FollowUp.objects.filter(~Exists(known), task__sample__programme_id=viewer.programme_id, reached=True)
    return rows.exclude(complaint="").select_related("task__order__elder").order_by("at", "id")


def upheld(viewer: User, enterprise_id: UUID, begins_at: datetime, ends_at: datetime) -> list[Case]:
    """Return the cases found to be true against an enterprise in a half-open stretch of time: what item Q2 counts."""
    found = ComplaintResult.objects.filter(enterprise_id=enterprise_id, upheld=True, at__gte=begins_at, at__lt=ends_at)
    return _cases(complaints(viewer).filter(pk__in=found.values("complaint")))


def _cases(rows: Iterable[Complaint]) -> list[Case]:
    held = list(rows)
    owners = {
        row.complaint_id: row.owner
        for row in ComplaintOwner.objects.filter(complaint__in=held).select_related("owner").order_by("n")
    }
    results = {
        row.complaint_id: row
        for row in ComplaintResult.objects.filter(complaint__in=held).select_related("enterprise", "by")
    }
    closures = {
        row.complaint_id: row for row in ComplaintClosure.objects.filter(complaint__in=held).select_related("by")
    }
    return [Case(row, owners.get(row.pk), results.get(row.pk), closures.get(row.pk)) for row in held]
