"""The year's money as the finance bureau and sponsors gave it; what is held and paid of it stands in the ledger."""

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


class Sponsor(models.Model):
    """A firm or foundation that pays for others (爱心企业): what it gives for a year is a fund of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    # The taxpayer's number (统一社会信用代码), without which a receipt is worth nothing to the giver.
    credit_code = models.CharField(max_length=18, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="one_sponsor_per_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="a_sponsor_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Pledge(models.Model):
    """What a sponsor has promised for a year, by which contract (认捐). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_pledge_is_money")]


class Donation(models.Model):
    """Money of a sponsor that has come in (到账), for the meals of a year. Insert-only.

    `voucher` is the number of the bank's slip: the same slip never fills the fund twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sponsor = models.ForeignKey(Sponsor, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    received_on = models.DateField()
    voucher = models.CharField(max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sponsor", "voucher"], name="a_voucher_is_booked_once"),
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="a_donation_is_money"),
            models.CheckConstraint(condition=~models.Q(voucher=""), name="a_donation_has_a_voucher"),
        ]
