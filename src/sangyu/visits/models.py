"""Care delivered at home: who came to whom, when and where, what was done, and how well it is proven."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order
from sangyu.providers.models import Enterprise, Worker


class Grade(models.TextChoices):
    A = "A", "定位相符并扫门牌码"
    B = "B", "定位相符"
    C = "C", "只有门牌码"
    D = "D", "没有可用证明"


class Visit(models.Model):
    """A worker's arrival for an order. Insert-only; the departure is a row of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["programme", "arrived_at", "id"], name="visits_by_time"),
            models.Index(fields=["enterprise", "arrived_at", "id"], name="visits_by_enterprise"),
        ]


class Departure(models.Model):
    """The end of a visit, with what was done and the grade of its proof. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    tasks_done = ArrayField(models.CharField(max_length=30), default=list)
    note = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=1, choices=Grade)
    because = models.CharField(max_length=120)
    not_charged = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class EvidenceKind(models.TextChoices):
    ARRIVAL_PLACE = "ARRIVAL_PLACE", "到达定位"
    DEPARTURE_PLACE = "DEPARTURE_PLACE", "离开定位"
    DOOR_CODE = "DOOR_CODE", "门牌码"


class Evidence(models.Model):
    """One piece of proof of a visit, as it came in. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=EvidenceKind)
    facts = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "kind"], name="one_piece_of_a_kind")]


class VisitCharge(models.Model):
    """Which charge a visit became; the visit points down at it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="+")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="+")
