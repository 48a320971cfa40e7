"""The catalogue: services with their standards, a city's groups, prices and what workers are paid."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Programme, User
from sangyu.files.models import File
from sangyu.kit.ids import new_id
from sangyu.providers.models.codes import EnterpriseKind, ItemClass


class StandardDocument(models.Model):
    """A standard by which services are done (服务标准文本), as the paper that everybody may open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="one_standard_per_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ServiceItem(models.Model):
    """An item of the catalogue, with the sentence that the agent reads out.

    `only_kind` names the kind of enterprise that alone may do it; from `retired_on` on it is ordered no more, and
    `successor` is what took its place. Orders of before keep the item as it was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    item_class = models.CharField(max_length=12, choices=ItemClass)
    standard = models.CharField(max_length=200)
    unit = models.CharField(max_length=10)
    minutes = models.PositiveSmallIntegerField()
    skill = models.CharField(max_length=30, blank=True)
    certificate = models.CharField(max_length=30, blank=True)
    offer = models.CharField(max_length=20)
    initials = models.CharField(max_length=40)
    tasks = ArrayField(models.CharField(max_length=30), default=list)
    only_kind = models.CharField(max_length=12, choices=EnterpriseKind, blank=True)
    document = models.ForeignKey(StandardDocument, null=True, on_delete=models.PROTECT, related_name="+")
    retired_on = models.DateField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="one_item_per_code")]

    def __str__(self) -> str:
        return self.name


class ItemGroup(models.Model):
    """A group of the catalogue as a city's text names it (六助: 助餐, 助洁 …), in the order of its first sheet.

    `branch` is what stands above it, as in 4+1+X: 基本服务, 日间照料, 特色服务; empty where nothing does.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=20)
    branch = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=20)
    n = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "scheme", "name"], name="one_group_per_name")]

    def __str__(self) -> str:
        return self.name


class GroupedItem(models.Model):
    """An item stands in a group; in one of each scheme at most, which the verb that writes it looks after."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ItemGroup, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "item"], name="an_item_stands_in_a_group_once")]


class Price(models.Model):
    """The market price of an item from one day to another; what the elder pays is the policy's matter."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    market_price_fen = models.BigIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "valid_from"], name="one_price_starts_a_day"),
            models.CheckConstraint(condition=models.Q(market_price_fen__gte=0), name="a_price_is_not_negative"),
        ]


class PayRate(models.Model):
    """What an enterprise pays its workers for one visit of an item, from a day on. Insert-only.

    The rate that began last holds; of two that begin on one day, the one set last.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey("Enterprise", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    pay_fen = models.BigIntegerField()
    valid_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pay_fen__gte=0), name="a_pay_rate_is_not_negative")]
        indexes = [models.Index(fields=["enterprise", "item", "valid_from"], name="pay_rates_by_item")]
