"""Whether the care was good: follow-up calls on a sample, and the monthly appraisal of every enterprise."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise


class Sample(models.Model):
    """The follow-up sample of one day: the share, the seed and the size that anyone can draw again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    seed = models.CharField(max_length=60)
    served = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    decision = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "day"], name="one_sample_a_day")]


class TaskReason(models.TextChoices):
    SAMPLED = "SAMPLED", "抽中回访"
    UNPROVEN = "UNPROVEN", "上门证明不足，必须回访"


class FollowUpTask(models.Model):
    """An order that somebody must ring about. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=TaskReason)


class FollowUp(models.Model):
    """What the elder said when rung (回访); a task not reached may be tried again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(FollowUpTask, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    reached = models.BooleanField()
    happened = models.BooleanField(null=True)
    paid_as_told = models.BooleanField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    complaint = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "n"], name="follow_ups_are_numbered"),
            models.CheckConstraint(
                condition=Q(reached=False, happened=None, satisfaction=None)
                | Q(reached=True, happened__isnull=False, satisfaction__range=(1, 5)),
                name="only_who_is_reached_answers",
            ),
        ]


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
    object_until = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month", "enterprise"], name="one_appraisal_a_month")
        ]


class AppraisalItem(models.Model):
    """One item of the appraisal sheet with its score and what it rests on. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    full_tenths = models.PositiveSmallIntegerField()
    score_tenths = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "code"], name="an_item_is_scored_once"),
            models.CheckConstraint(condition=Q(score_tenths__lte=F("full_tenths")), name="no_score_above_full"),
        ]


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
