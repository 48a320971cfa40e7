"""Telephone calls: who rang, who answered, and how each one ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Area, Programme, User
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.registry.models import Elder


class End(models.TextChoices):
    ORDER = "ORDER", "下单"
    CONSULTATION = "CONSULTATION", "咨询"
    COMPLAINT = "COMPLAINT", "投诉"
    EMERGENCY = "EMERGENCY", "紧急求助"
    COMFORT = "COMFORT", "关怀聊天"


class Call(models.Model):
    """A call from its ring on; it is over only when it has ended as one of five things, or was missed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    line_reference = models.CharField(max_length=60)
    caller_number = models.CharField(max_length=20, blank=True)
    called_number = models.CharField(max_length=20)
    rang_at = models.DateTimeField()
    agent = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    hung_up_at = models.DateTimeField(null=True)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    end = models.CharField(max_length=12, choices=End, blank=True)
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "line_reference"], name="one_call_per_line_reference"),
        ]
        indexes = [
            models.Index(fields=["programme", "rang_at"], name="calls_by_time"),
            models.Index(fields=["programme", "caller_number", "rang_at"], name="calls_by_number"),
            # A missed call may stay unended for ever; each of these holds only what its list shows.
            models.Index(
                fields=["programme", "rang_at"],
                name="calls_waiting",
                condition=Q(answered_at=None, hung_up_at=None, ended_at=None),
            ),
            models.Index(
                fields=["programme", "rang_at"],
                name="calls_missed",
                condition=Q(answered_at=None, hung_up_at__isnull=False, ended_at=None),
            ),
            models.Index(fields=["programme", "ended_at"], name="calls_of_complaint", condition=Q(end="COMPLAINT")),
            models.Index(fields=["agent"], name="calls_in_hand", condition=Q(answered_at__isnull=False, ended_at=None)),
            models.Index(fields=["elder"], name="calls_by_elder", condition=Q(elder__isnull=False)),
        ]


class CallOrder(models.Model):
    """Which order a call ended in; the call points down at the order, which knows no calls. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")


class ReturnCall(models.Model):
    """Somebody rang a missed caller back (回拨) and reached them, or not and may try again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    reached = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "n"], name="return_calls_are_numbered")]


class RegistrationRequest(models.Model):
    """A caller whom nobody knows yet asks to be registered (登记意向), which the community does. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=20)
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Heartbeat(models.Model):
    """When the telephone system of a programme last said that it is alive; without a row it has never promised to."""

    programme = models.OneToOneField(Programme, primary_key=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
