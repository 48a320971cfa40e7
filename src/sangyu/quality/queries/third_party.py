"""Sites that a third party looks at: an assessor sees what is assigned to them, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import Role, RoleAssignment, User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.providers.models import Canteen, Enterprise, EnterpriseState
from sangyu.quality.models import SiteAssessment, SiteScore


@dataclass(frozen=True)
class Assigned:
    """A site with whoever is to look at it, and what they found, if they have been there."""

    row: SiteAssessment
    score: SiteScore | None

    def overdue(self, on: date) -> bool:
        """Tell whether the day has passed without scores."""
        return self.score is None and self.row.due_on < on


def site_assessments(viewer: User, *, limit: int = 200) -> list[Assigned]:
    """Return the sites that the viewer may see, latest day first: to an assessor those assigned, else all."""
    rows = list(_visible(viewer).order_by("-due_on", "-at", "-id")[:limit])
    scores = {score.assessment_id: score for score in SiteScore.objects.filter(assessment__in=rows)}
    return [Assigned(row, scores.get(row.pk)) for row in rows]


def get_site_assessment(viewer: User, assessment_id: UUID) -> Assigned:
    """Return one site.

    Raises: NotFound, also for a site that is assigned to somebody else.
    """
    row = _visible(viewer).filter(pk=assessment_id).first()
    if row is None:
        raise NotFound("没有找到这项第三方评估，或者它没有派给您。")
    return Assigned(row, SiteScore.objects.filter(assessment=row).select_related("by").first())


def third_party_assessors(viewer: User) -> list[User]:
    """Return the assessors of the programme's third parties, by name; nobody for who may not send them."""
    if not sees_whole_programme(viewer):
        return []
    held = RoleAssignment.objects.filter(user=OuterRef("pk"), role=Role.ASSESSOR, ended_on=None)
    rows = User.objects.filter(Exists(held), programme_id=viewer.programme_id, is_active=True)
    return list(rows.select_related("organisation").order_by("organisation__name", "display_name"))


def sites(viewer: User) -> list[tuple[str, str]]:
    """Return what can be assigned: member enterprises and their canteens. Shape: pairs of `kind:id` and name."""
    if not sees_whole_programme(viewer):
        return []
    firms = Enterprise.objects.filter(programme_id=viewer.programme_id, state=EnterpriseState.ADMITTED)
    canteens = Canteen.objects.filter(programme_id=viewer.programme_id).order_by("name")
    return [
        *((f"enterprise:{row.pk}", row.name) for row in firms.order_by("name")),
        *((f"canteen:{row.pk}", row.name) for row in canteens),
    ]


def _visible(viewer: User) -> QuerySet[SiteAssessment]:
    rows = SiteAssessment.objects.filter(programme_id=viewer.programme_id).select_related(
        "enterprise", "canteen", "assessor", "assessor__organisation"
    )
    return rows if sees_whole_programme(viewer) else rows.filter(assessor=viewer)
