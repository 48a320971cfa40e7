"""What differs, for the bureau and for the community of the elder; how it was settled; and who told of a death."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.kit.errors import NotFound
from sangyu.matching.models import DeathReport, Difference, DifferenceKind, Outcome
from sangyu.matching.queries.batches import READERS
from sangyu.registry import queries as registry_read


def differences(viewer: User) -> QuerySet[Difference]:
    """The differences that the viewer may see: the bureau all, a community those of its area."""
    rows = Difference.objects.filter(programme_id=viewer.programme_id).select_related(
        "batch", "elder__community__parent"
    )
    if viewer.roles & READERS:
        return rows
    if Role.COMMUNITY in viewer.roles and viewer.organisation.kind == OrganisationKind.COMMUNITY:
        return rows.filter(elder__community__code__startswith=viewer.area_code)
    return rows.none()


def get_difference(viewer: User, difference_id: UUID) -> Difference:
    """Return one difference.

    Raises: NotFound, also for one that the viewer may not see.
    """
    found = differences(viewer).filter(pk=difference_id).first()
    if found is None:
        raise NotFound("没有找到这条差异，可能不在您负责的范围内。")
    return found


@dataclass(frozen=True)
class Counted:
    """How many differences of one kind there are, and how many of them wait."""

    kind: str
    label: str
    all: int
    open: int


def counts(rows: QuerySet[Difference]) -> list[Counted]:
    """Count differences by kind, in the order of the kinds; kinds without any are left out."""
    found = rows.order_by().values("kind").annotate(all=Count("pk"), open=Count("pk", filter=Q(is_open=True)))
    by_kind = {row["kind"]: row for row in found}
    return [
        Counted(kind.value, str(kind.label), by_kind[kind]["all"], by_kind[kind]["open"])
        for kind in DifferenceKind
        if kind in by_kind
    ]


def open_about(viewer: User, elder_id: UUID) -> list[Difference]:
    """The differences of one elder that wait, for whoever may see them."""
    return list(differences(viewer).filter(elder_id=elder_id, is_open=True).order_by("kind", "pk"))


def outcomes_of(rows: Iterable[Difference]) -> dict[UUID, Outcome]:
    """Return how each of some differences was settled, in one query; those that wait are left out."""
    found = Outcome.objects.filter(difference__in=[row.pk for row in rows]).select_related("by")
    return {row.difference_id: row for row in found}


def death_reports(viewer: User, elder_id: UUID) -> list[DeathReport]:
    """Who told of an elder's death, the newest first.

    Raises: NotFound.
    """
    registry_read.get_elder(viewer, elder_id)
    return list(DeathReport.objects.filter(elder_id=elder_id).select_related("by").order_by("-at"))
