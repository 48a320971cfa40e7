"""The cycle (周抽查、月考核、季排名、年评选): its tasks, the weekly checks, the rankings and the elections."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models import Enterprise


class Category(models.TextChoices):
    """The four rhythms; stored in the words of the policy tables."""

    WEEK = "week", "周抽查"
    MONTH = "month", "月考核"
    QUARTER = "quarter", "季排名"
    YEAR = "year", "年评选"


class CycleTask(models.Model):
    """A task of the cycle for one period; a week's has the seed of its list and what it was drawn from. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=8, choices=Category)
    period = models.CharField(max_length=8)
    begins_on = models.DateField()
    ends_on = models.DateField()
    seed = models.CharField(max_length=60, blank=True)
    drawn_from = models.JSONField(default=list)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "category", "period"], name="one_cycle_task_a_period"),
            models.CheckConstraint(condition=Q(begins_on__lt=F("ends_on")), name="a_period_has_days"),
        ]


class SiteCheck(models.Model):
    """An enterprise drawn for the check of a week (周抽查); anyone can draw the list again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(CycleTask, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=14)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "n"], name="checks_of_a_week_are_numbered"),
            models.UniqueConstraint(fields=["task", "enterprise"], name="an_enterprise_is_drawn_once_a_week"),
        ]


class CheckResult(models.Model):
    """What was found on the spot, and until when it must be put right. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    check_made = models.OneToOneField(SiteCheck, on_delete=models.PROTECT, related_name="+")
    in_order = models.BooleanField()
    findings = models.CharField(max_length=400)
    bodies = models.CharField(max_length=120, blank=True)
    correct_by_on = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(in_order=True, correct_by_on=None) | Q(in_order=False, correct_by_on__isnull=False),
                name="what_is_wrong_has_a_deadline",
            )
        ]


class Correction(models.Model):
    """A finding was put right, as seen on the spot; the check is closed (销号). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.OneToOneField(CheckResult, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Ranking(models.Model):
    """The ranking of a quarter (季排名), frozen. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=6)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "quarter"], name="one_ranking_a_quarter")]


class RankingRow(models.Model):
    """An enterprise's place in a quarter; `scores` is month -> tenths, null where there is none. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    mean_hundredths = models.PositiveIntegerField()
    quality_hundredths = models.PositiveIntegerField()
    scores = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ranking", "enterprise"], name="one_place_an_enterprise")]


class Election(models.Model):
    """The election of a year (年评选): its nominees are proposed from the year's scores. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    ranked = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "year"], name="one_election_a_year")]


class Nominee(models.Model):
    """An enterprise proposed for a year, with what it stands on. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    mean_hundredths = models.PositiveIntegerField()
    quarter_places = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "enterprise"], name="nominated_once_a_year")]


class ElectionDecision(models.Model):
    """A nominee is elected or not, for a reason, by somebody who did not propose. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    nominee = models.OneToOneField(Nominee, on_delete=models.PROTECT, related_name="+")
    elected = models.BooleanField()
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
