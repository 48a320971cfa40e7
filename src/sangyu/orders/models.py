"""The work order, the spine: what an elder asked for, when, at which price, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Area, Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models import ServiceItem
from sangyu.registry.models import Elder


class Stage(models.TextChoices):
    """How far an order has come; the rows of the rooms above say who brought it there and when."""

    PLACED = "PLACED", "待派单"
    SENT = "SENT", "待接单"
    ACCEPTED = "ACCEPTED", "待派人"
    ASSIGNED = "ASSIGNED", "待上门"
    IN_SERVICE = "IN_SERVICE", "服务中"
    SERVED = "SERVED", "已完成"
    CANCELLED = "CANCELLED", "已取消"


OPEN_STAGES = (Stage.PLACED, Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED, Stage.IN_SERVICE)


class Order(models.Model):
    """A work order (工单) with the price and shares that were read out on the telephone.

    `source` names the platform outside that handed it over, such as 96980; empty for what was taken here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    requester = models.CharField(max_length=60)
    source = models.CharField(max_length=40, blank=True)
    wanted_from = models.DateTimeField()
    wanted_until = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    quote = models.JSONField()
    body_hash = models.CharField(max_length=64)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    placed_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.PLACED)
    stage_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_order_per_number"),
            models.CheckConstraint(
                condition=Q(price_fen=F("elder_fen") + F("public_fen")), name="the_parts_of_an_order_add_up"
            ),
            models.CheckConstraint(condition=Q(wanted_until__gt=F("wanted_from")), name="an_order_takes_time"),
        ]
        indexes = [
            models.Index(
                fields=["programme", "stage", "wanted_from", "id"],
                name="open_orders_by_stage",
                condition=Q(stage__in=[stage.value for stage in OPEN_STAGES]),
            ),
            models.Index(fields=["elder", "wanted_from"], name="orders_by_elder"),
            models.Index(fields=["programme", "wanted_from"], name="orders_by_day"),
            models.Index(fields=["programme", "placed_at"], name="orders_by_time_placed"),
            models.Index(fields=["community"], name="orders_by_community"),
        ]

    def __str__(self) -> str:
        return self.number


class Served(models.Model):
    """The order was carried out. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="served_by_time")]


class Cancellation(models.Model):
    """The order was called off, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class Rescheduling(models.Model):
    """The order was moved to another time, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    old_from = models.DateTimeField()
    old_until = models.DateTimeField()
    new_from = models.DateTimeField()
    new_until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "n"], name="reschedulings_are_numbered"),
            models.CheckConstraint(condition=Q(new_until__gt=F("new_from")), name="a_new_time_ends_after_it_begins"),
        ]
