"""Complaints (投诉): from a call or a follow-up, with an owner, a deadline, a result and an ear for who complained."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.hotline.models import Call
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise
from sangyu.quality.models.follow_ups import FollowUp
from sangyu.registry.models import Elder


class Complaint(models.Model):
    """Somebody complained, on the hotline or when rung; it must be looked into by a day. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    call = models.OneToOneField(Call, null=True, on_delete=models.PROTECT, related_name="+")
    follow_up = models.OneToOneField(FollowUp, null=True, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=400)
    due_on = models.DateField()
    certain = models.BooleanField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_complaint_per_number"),
            models.CheckConstraint(
                condition=Q(call=None, follow_up__isnull=False) | Q(call__isnull=False, follow_up=None),
                name="a_complaint_has_one_source",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "due_on", "id"], name="complaints_by_deadline"),
            models.Index(fields=["programme", "opened_at", "id"], name="complaints_by_time"),
            models.Index(fields=["elder"], name="complaints_by_elder", condition=Q(elder__isnull=False)),
        ]


class ComplaintOpen(models.Model):
    """A case that nobody has closed (未结案): it goes with the closure.

    It repeats what the closures say, so that the cases to look into cost what stands open and not what was ever
    complained of; `./sangyu verify` holds it against them.
    """

    complaint = models.OneToOneField(Complaint, primary_key=True, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")


class ComplaintOwner(models.Model):
    """Who looks into a complaint; of several the last one does. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["complaint", "n"], name="owners_are_numbered")]


class ComplaintResult(models.Model):
    """What was found: upheld or not, and against whom; without an enterprise it was the operator's own. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="+")
    upheld = models.BooleanField()
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    finding = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["enterprise", "at"], name="results_by_enterprise")]


class ComplaintClosure(models.Model):
    """Whoever complained was told, and said whether they are content (满意度). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="+")
    satisfaction = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__range=(1, 5)) | (Q(satisfaction=None) & ~Q(note="")),
                name="content_or_the_reason_why_nobody_knows",
            )
        ]
