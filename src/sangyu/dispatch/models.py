"""Who goes, and why: the sending of an order to an enterprise, its answer, and the worker it names."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import User
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise, Worker


class Dispatch(models.Model):
    """An order sent to an enterprise; the n-th attempt for this order. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "n"], name="attempts_are_numbered")]
        indexes = [models.Index(fields=["enterprise", "sent_at", "id"], name="dispatches_by_enterprise")]


class Candidate(models.Model):
    """An enterprise that was looked at for a dispatch: its rank and score, or the first rule it failed. Insert-only."""

    id = models.BigAutoField(primary_key=True)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    terms = models.JSONField(default=dict)
    failed = models.CharField(max_length=20, blank=True)
    figure = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "enterprise"], name="a_candidate_is_looked_at_once"),
            models.CheckConstraint(
                condition=Q(rank__isnull=False, failed="") | (Q(rank=None) & ~Q(failed="")),
                name="a_candidate_is_ranked_or_fails_a_rule",
            ),
        ]


class Acceptance(models.Model):
    """The enterprise takes the order. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class RefusalReason(models.TextChoices):
    NO_WORKER = "NO_WORKER", "没有空闲人员"
    TOO_FAR = "TOO_FAR", "路途太远"
    NO_SKILL = "NO_SKILL", "没有合适技能"
    OTHER_TIME = "OTHER_TIME", "时间不合适"
    NO_ANSWER = "NO_ANSWER", "超时未答复"
    OTHER = "OTHER", "其他"


class RefusalRow(models.Model):
    """The enterprise gives the order back, or lets the time for its answer pass. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=RefusalReason)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "dispatch_refusal"


class Assignment(models.Model):
    """The worker whom the enterprise sends; the last one counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "n"], name="assignments_are_numbered")]
        indexes = [models.Index(fields=["worker", "begins_at"], name="assignments_by_worker")]
