"""The monthly appraisal of an enterprise: items, scores by hand, release, objections, rulings, the final score."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models import Enterprise
from sangyu.quality.models.cycles import SiteCheck


class Dimension(models.TextChoices):
    """The four sides of an appraisal; stored in the words of the policy tables."""

    ENTERPRISE = "enterprise", "企业建设"
    NORMS = "norms", "服务规范"
    QUALITY = "quality", "服务质量"
    STAFF = "staff", "员工管理"


class Appraisal(models.Model):
    """The appraisal of an enterprise for a month (考核), as drafted. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month", "enterprise"], name="one_appraisal_a_month")
        ]


class How(models.TextChoices):
    """How an item gets its score."""

    COMPUTED = "COMPUTED", "自动计算"
    HAND = "HAND", "手工评分"


class AppraisalItem(models.Model):
    """One item of the appraisal sheet; a computed one has its score and evidence from the draft. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    full_tenths = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=8, choices=How, default=How.COMPUTED)
    guidance = models.CharField(max_length=120, blank=True)
    score_tenths = models.PositiveSmallIntegerField(null=True)
    evidence = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "code"], name="an_item_is_scored_once"),
            models.CheckConstraint(condition=Q(score_tenths__lte=F("full_tenths")), name="no_score_above_full"),
            models.CheckConstraint(
                condition=Q(how=How.COMPUTED, score_tenths__isnull=False) | Q(how=How.HAND, score_tenths=None),
                name="computed_items_have_a_score",
            ),
        ]


class HandScore(models.Model):
    """What an officer gave an item by hand, with the evidence for it; of several the last counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(AppraisalItem, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    score_tenths = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=400)
    check_seen = models.ForeignKey(SiteCheck, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "n"], name="hand_scores_are_numbered")]


class Release(models.Model):
    """The complete sheet is published to its enterprise, and the days for objections run (下发). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appraisal = models.OneToOneField(Appraisal, on_delete=models.PROTECT, related_name="+")
    working_days = models.PositiveSmallIntegerField()
    object_until = models.DateTimeField()
    certain = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Objection(models.Model):
    """The enterprise disagrees with an item, in time. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.OneToOneField(AppraisalItem, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Ruling(models.Model):
    """The answer to an objection, with the score that holds now. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="+")
    upheld = models.BooleanField()
    score_tenths = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Finalisation(models.Model):
    """The appraisal is final: four scores, the total and the decision behind it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appraisal = models.OneToOneField(Appraisal, on_delete=models.PROTECT, related_name="+")
    scores_tenths = models.JSONField()
    total_tenths = models.PositiveSmallIntegerField()
    decision = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
