"""Care delivered at home: who came to whom, when and where, what was done, and how well it is proven."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.files.models import File
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
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["programme", "arrived_at"], name="visits_by_time"),
            models.Index(fields=["enterprise", "arrived_at"], name="visits_by_enterprise"),
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
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["left_at"], name="departures_by_time")]


class EvidenceKind(models.TextChoices):
    ARRIVAL_PLACE = "ARRIVAL_PLACE", "到达定位"
    DEPARTURE_PLACE = "DEPARTURE_PLACE", "离开定位"
    DOOR_CODE = "DOOR_CODE", "门牌码"


class Evidence(models.Model):
    """One piece of proof of a visit, as it came in. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", db_index=False)
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


class Photo(models.Model):
    """A photo of the work, by the worker who did it. Insert-only.

    `taken_at` and the place are what the phone claims; `distance_m` is from there to the elder's home.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField(null=True)
    place = models.JSONField(null=True)
    distance_m = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "file"], name="a_photo_is_added_once"),
            models.UniqueConstraint(fields=["visit", "n"], name="photos_are_numbered"),
        ]


class IncidentKind(models.TextChoices):
    NOBODY_HOME = "NOBODY_HOME", "无人应门"
    REFUSED = "REFUSED", "老人拒绝服务"
    UNWELL = "UNWELL", "老人身体不适"
    DANGER = "DANGER", "有危险"
    DAMAGE = "DAMAGE", "物品损坏"
    OTHER = "OTHER", "其他情况"


class Incident(models.Model):
    """Something that went otherwise at an elder's door or home (异常), as the worker told it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=IncidentKind)
    note = models.CharField(max_length=200, blank=True)
    place = models.JSONField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind=IncidentKind.OTHER.value, note=""), name="another_incident_has_words"
            )
        ]
        indexes = [
            models.Index(fields=["programme", "at", "id"], name="incidents_by_time"),
            models.Index(fields=["order", "at"], name="incidents_by_order"),
        ]


class IncidentPhoto(models.Model):
    """A photo of an incident. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "file"], name="an_incident_photo_is_added_once"),
            models.UniqueConstraint(fields=["incident", "n"], name="incident_photos_are_numbered"),
        ]


class Outcome(models.TextChoices):
    """What the centre decided about an incident."""

    GO_ON = "GO_ON", "继续服务"
    CANCELLED = "CANCELLED", "取消工单"
    HANDLED = "HANDLED", "已处理"


class IncidentEnd(models.Model):
    """What the centre did about an incident, in one sentence. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=12, choices=Outcome)
    note = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(note=""), name="an_end_has_words")]
