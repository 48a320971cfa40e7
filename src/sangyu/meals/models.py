"""Meals sold at canteens: prices and menus, each sale with its charge, what was given back or said, the closed day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.budget.models import Sponsor
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
    OTHER_SUBSIDISED = "OTHER_SUBSIDISED", "其他补贴对象"
    UNSUBSIDISED = "UNSUBSIDISED", "无补贴（全价）"


class FoundBy(models.TextChoices):
    CARD = "CARD", "刷卡"
    PHONE_TAIL = "PHONE_TAIL", "手机尾号"
    NAME = "NAME", "姓名"


class Mode(models.TextChoices):
    DINE_IN = "DINE_IN", "堂食"
    DELIVERY = "DELIVERY", "送餐上门"


class DishKind(models.TextChoices):
    MEAT = "MEAT", "荤菜"
    VEGETABLE = "VEGETABLE", "素菜"
    SOUP = "SOUP", "汤"
    STAPLE = "STAPLE", "主食"
    OTHER = "OTHER", "其他"


class PriceTable(models.Model):
    """What a meal costs from a day on, until the next table: at one canteen, or at every one without its own.

    `basis` says on what the figures rest (a cost account, a notice). Insert-only.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    canteen = models.ForeignKey(Canteen, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    delivery_fee_fen = models.BigIntegerField(default=0)
    basis = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "canteen", "valid_from"], nulls_distinct=False, name="one_price_table_from_a_day"
            ),
            models.CheckConstraint(condition=Q(delivery_fee_fen__gte=0), name="a_delivery_fee_is_no_gift"),
            models.CheckConstraint(condition=~Q(basis=""), name="a_price_table_has_a_basis"),
        ]


class PriceBand(models.Model):
    """The price of a meal from an age on; the band from 0 holds for everybody else. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    table = models.ForeignKey(PriceTable, on_delete=models.PROTECT, related_name="+", db_index=False)
    age_from = models.PositiveSmallIntegerField()
    price_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "age_from"], name="one_price_for_an_age"),
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="a_meal_is_free_at_least"),
        ]


class Sponsorship(models.Model):
    """Which sponsor pays for the free meals of a canteen (冠名), from a day until the next one's. Insert-only.

    Without a `sponsor` nobody does from that day on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    canteen = models.ForeignKey(Canteen, on_delete=models.PROTECT, related_name="+", db_index=False)
    sponsor = models.ForeignKey(Sponsor, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["canteen", "valid_from"], name="one_sponsor_of_a_canteen_from_a_day")
        ]


class Menu(models.Model):
    """What a canteen cooks for one meal (菜单); a later `n` takes the place of the one before. Insert-only.

    `because` is what the policy's rule for menus says of it, `sufficient` its verdict; empty where there is no rule.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    canteen = models.ForeignKey(Canteen, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    meal = models.CharField(max_length=8, choices=Meal)
    n = models.PositiveSmallIntegerField()
    sufficient = models.BooleanField(null=True)
    because = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canteen", "day", "meal", "n"], name="menus_of_a_meal_in_turn")]


class Dish(models.Model):
    """One dish of a menu; with a price it can be chosen by itself (自选餐). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    menu = models.ForeignKey(Menu, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=DishKind)
    price_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["menu", "n"], name="dishes_of_a_menu_are_numbered"),
            models.UniqueConstraint(fields=["menu", "name"], name="a_dish_stands_once_on_a_menu"),
            models.CheckConstraint(
                condition=Q(price_fen=None) | Q(price_fen__gt=0), name="a_priced_dish_costs_something"
            ),
        ]


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
    # Same meal, same price and parts at the table and at the door; what is asked for the way stands beside them.
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.DINE_IN, db_default=Mode.DINE_IN.value)
    delivery_fee_fen = models.BigIntegerField(default=0, db_default=0)
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
            models.CheckConstraint(
                condition=Q(delivery_fee_fen=0) | Q(mode="DELIVERY", delivery_fee_fen__gt=0),
                name="only_a_delivered_meal_has_a_fee",
            ),
        ]
        indexes = [
            models.Index(fields=["elder", "sold_on"], name="sales_by_elder"),
            models.Index(fields=["programme", "sold_at"], name="sales_by_time"),
        ]


class SaleDish(models.Model):
    """A dish that was chosen by itself; the price of the sale is the sum of them. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="+", db_index=False)
    dish = models.ForeignKey(Dish, on_delete=models.PROTECT, related_name="+", db_index=False)
    price_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sale", "dish"], name="a_dish_is_chosen_once")]


class Rating(models.Model):
    """What the diner says of one meal (评价): one to five points. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="one_to_five_points")]


class DishComment(models.Model):
    """What the diner says of one dish of the meal. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="+", db_index=False)
    dish = models.ForeignKey(Dish, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rating", "dish"], name="one_comment_on_a_dish"),
            models.CheckConstraint(condition=~Q(comment=""), name="a_comment_says_something"),
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
    delivery_fee_fen = models.BigIntegerField(default=0, db_default=0)
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
