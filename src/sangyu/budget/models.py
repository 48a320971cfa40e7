"""The year's money as the finance bureau gave it; what is held and paid of it stands in the ledger."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id


class Appropriation(models.Model):
    """Money given for a fund and year by a document: the first sum, or an addition. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    fund = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="an_appropriation_is_money")]


class Override(models.Model):
    """Leave to go beyond the year's money by a sum, with the reason and the person who took it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    fund = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="an_override_is_money"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_override_has_a_reason"),
        ]
