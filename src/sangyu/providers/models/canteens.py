"""The canteens of enterprises and who stands at their tills."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Area, Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models.catalogue import ServiceItem
from sangyu.providers.models.enterprises import Enterprise


class Canteen(models.Model):
    """A place where an enterprise sells meals (老年餐厅); contracted for the subsidy from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    lng = models.FloatField()
    lat = models.FloatField()
    standard_price_fen = models.BigIntegerField(default=1500)
    opens = models.CharField(max_length=40)
    contracted_from = models.DateField()
    contracted_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="one_canteen_per_name"),
            models.CheckConstraint(condition=models.Q(standard_price_fen__gt=0), name="a_meal_has_a_price"),
            models.CheckConstraint(
                condition=models.Q(contracted_until__gt=models.F("contracted_from")),
                name="a_canteens_contract_begins_first",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CanteenUser(models.Model):
    """A cashier (收银员) of a canteen; the user belongs to the canteen's enterprise."""

    id = models.BigAutoField(primary_key=True)
    canteen = models.ForeignKey(Canteen, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canteen", "user"], name="a_cashier_sits_once_at_a_till")]
