"""What somebody from outside says of a site: assigned to one person, scored once by that person alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models import Canteen, Enterprise

FULL = 100


class SiteAssessment(models.Model):
    """A site that a third party's assessor is to look at by a day (第三方评估): an enterprise, or a canteen of it.

    Insert-only.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    canteen = models.ForeignKey(Canteen, null=True, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "canteen", "assessor", "due_on"],
                nulls_distinct=False,
                name="a_site_is_assigned_once_for_a_day",
            )
        ]

    @property
    def site(self) -> str:
        """The name of the site."""
        return self.canteen.name if self.canteen else self.enterprise.name


class SiteScore(models.Model):
    """Facilities, environment and quality of a site, each out of a hundred, as its assessor found them. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.OneToOneField(SiteAssessment, on_delete=models.PROTECT, related_name="+")
    facilities = models.PositiveSmallIntegerField()
    environment = models.PositiveSmallIntegerField()
    quality = models.PositiveSmallIntegerField()
    findings = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(facilities__lte=FULL, environment__lte=FULL, quality__lte=FULL),
                name="a_site_s_scores_are_of_a_hundred",
            ),
            models.CheckConstraint(condition=~Q(findings=""), name="a_site_s_scores_say_what_was_found"),
        ]

    @property
    def scores(self) -> tuple[int, int, int]:
        """Facilities, environment, quality."""
        return self.facilities, self.environment, self.quality
