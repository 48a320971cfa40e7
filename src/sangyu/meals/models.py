"""Meals sold at canteens: each sale with its charge, what was given back, and the closed day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.kit.ids import new_id
from sangyu.providers.models import Canteen
from sangyu.registry.models import Elder, ElderCard


class Meal(models.TextChoices):
    LUNCH = "LUNCH", "午餐"
    DINNER = "DINNER", "晚餐"


class Band(models.TextChoices):
    """The line of the day's statement on which a sale is counted."""

    AGE_65_74 = "AGE_65_74", "65至74周岁"
    AGE_75_UP = "AGE_75_UP", "75周岁及以上"
    THREE_NO = "THREE_NO", "三无老人"
    SEVERE_DISABILITY = "SEVERE_DISABILITY", "重度残疾"
    UNSUBSIDISED = "UNSUBSIDISED", "无补贴（全价）"


class FoundBy(models.TextChoices):
    CARD = "CARD", "刷卡"
    PHONE_TAIL = "PHONE_TAIL", "手机尾号"
    NAME = "NAME", "姓名"


class Sale(models.Model):
    """One portion sold to one elder (就餐); `n` is its number at the canteen on the day. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    canteen = models.ForeignKey(Canteen, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    card = models.ForeignKey(ElderCard, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveIntegerField()
    sold_at = models.DateTimeField()
    sold_on = models.DateField()
    meal = models.CharField(max_length=8, choices=Meal)
    nth_of_day = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=20, choices=Band)
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    because = models.CharField(max_length=200)
    found_by = models.CharField(max_length=12, choices=FoundBy)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["canteen", "sold_on", "n"], name="sales_of_a_day_are_numbered"),
            models.CheckConstraint(
                condition=Q(price_fen=F("elder_fen") + F("public_fen")) & Q(elder_fen__gte=0) & Q(public_fen__gte=0),
                name="the_parts_of_a_meal_add_up",
            ),
            models.CheckConstraint(
                condition=Q(found_by="CARD", card__isnull=False) | (~Q(found_by="CARD") & Q(card__isnull=True)),
                name="a_card_was_there_if_it_was_read",
            ),
        ]
        indexes = [
            models.Index(fields=["elder", "sold_on"], name="sales_by_elder"),
            models.Index(fields=["programme", "sold_at"], name="sales_by_time"),
        ]


class SaleCharge(models.Model):
    """Which charge a sale became; the sale points down at it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="+")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="+")


class Refund(models.Model):
    """A sale given back at the till that made it (退餐), with the reason. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_refund_has_a_reason")]


class DayClose(models.Model):
    """A canteen's closed day (日结): counts by band, sums, and what the policy says of the counts. Insert-only.

    Shape: `counts` maps every band to portions; `decisions` has one decision of the day's rule per price.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    canteen = models.ForeignKey(Canteen, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sold = models.PositiveIntegerField()
    refunded = models.PositiveIntegerField()
    counts = models.JSONField()
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    decisions = models.JSONField()
    agrees = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["canteen", "day"], name="a_day_is_closed_once"),
            models.CheckConstraint(
                condition=Q(price_fen=F("elder_fen") + F("public_fen")), name="the_parts_of_a_day_add_up"
            ),
        ]
