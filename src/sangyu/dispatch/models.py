"""Who goes, and why: the sending of an order to an enterprise, its answer, the worker it names, and who is wished."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import User
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise, Worker
from sangyu.registry.models import Elder


class Dispatch(models.Model):
    """An order sent to an enterprise; the n-th attempt for this order. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "n"], name="attempts_are_numbered")]
        indexes = [
            models.Index(fields=["enterprise", "sent_at"], name="dispatches_by_enterprise"),
            models.Index(fields=["sent_at"], name="dispatches_by_time"),
        ]


class Candidate(models.Model):
    """An enterprise that was looked at for a dispatch: its rank and score, or the first rule it failed. Insert-only."""

    id = models.BigAutoField(primary_key=True)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
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
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class RefusalReason(models.TextChoices):
    NO_WORKER = "NO_WORKER", "没有空闲人员"
    TOO_FAR = "TOO_FAR", "路途太远"
    NO_SKILL = "NO_SKILL", "没有合适技能"
    OTHER_TIME = "OTHER_TIME", "时间不合适"
    NO_ANSWER = "NO_ANSWER", "超时未答复"
    OTHER = "OTHER", "其他"
    ENTERPRISE_SUSPENDED = "ENTERPRISE_SUSPENDED", "企业暂停"
    ENTERPRISE_LEFT = "ENTERPRISE_LEFT", "企业退出"


class RefusalRow(models.Model):
    """The enterprise gives the order back, lets its time pass, or loses it with its standing. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, choices=RefusalReason)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "dispatch_refusal"


class Assignment(models.Model):
    """The worker whom the enterprise sends; the last one counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+", db_index=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "n"], name="assignments_are_numbered")]
        indexes = [models.Index(fields=["worker", "begins_at"], name="assignments_by_worker")]


class Proposal(models.Model):
    """Another time that the enterprise offers instead of the one it was asked for; the last one counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    wanted_from = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "n"], name="proposals_are_numbered")]


class ProposalAnswer(models.Model):
    """What the elder said to another time, as the centre was told. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class WishKind(models.TextChoices):
    WANTED = "WANTED", "指名"
    NOT_AGAIN = "NOT_AGAIN", "换人"
    NONE = "NONE", "不再指定"


class Wish(models.Model):
    """Whom an elder would like to come, or not to come again, without blame; the last word counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=WishKind)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["elder", "worker", "n"], name="wishes_are_numbered")]
        indexes = [models.Index(fields=["worker", "at"], name="wishes_by_worker")]
