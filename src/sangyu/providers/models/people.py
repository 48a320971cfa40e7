"""The workers of enterprises: whom they look after and what they are certified for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Area, User
from sangyu.kit.ids import new_id
from sangyu.providers.models.enterprises import Enterprise


class Worker(models.Model):
    """A person whom an enterprise sends to elders (服务人员)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    sex = models.CharField(max_length=8)
    phone = models.CharField(max_length=20)
    skills = ArrayField(models.CharField(max_length=30), default=list)
    duties = ArrayField(models.CharField(max_length=30), default=list)
    lng = models.FloatField()
    lat = models.FloatField()
    left_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "left_on"], name="workers_by_enterprise")]

    def __str__(self) -> str:
        return self.name


class WorkerArea(models.Model):
    """An area (usually a village) that a worker looks after (负责的村)."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "area"], name="a_worker_has_an_area_once")]


class Certificate(models.Model):
    """A certificate of a worker, from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()
