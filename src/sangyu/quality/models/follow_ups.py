"""The follow-up calls: the day's sample, whom to ring, and what was said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order


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


class FollowUpDue(models.Model):
    """A call still to make (待回访): a task until somebody is reached, with the calls that reached nobody so far.

    It repeats what the follow-ups say, so that the queue costs what stands in it and not what was ever asked;
    `./sangyu verify` holds it against them.
    """

    task = models.OneToOneField(FollowUpTask, primary_key=True, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)


class FollowUp(models.Model):
    """What the elder said when rung (回访); a task not reached may be tried again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(FollowUpTask, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    reached = models.BooleanField()
    happened = models.BooleanField(null=True)
    came_on_time = models.BooleanField(null=True)
    paid_as_told = models.BooleanField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    complaint = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
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
        indexes = [models.Index(fields=["at"], name="follow_ups_by_time")]
