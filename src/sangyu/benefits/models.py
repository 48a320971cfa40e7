"""What a delivered service cost and who owes which part of it, each with the decision that says why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models import Enterprise, ServiceItem
from sangyu.registry.models import Elder


class Payer(models.TextChoices):
    """Who can pay a part of a price; stored in the words of the policy tables."""

    ELDER = "elder", "老人自付"
    GOVERNMENT = "government", "政府补贴"
    SPONSOR = "sponsor", "慈善冠名"
    INSURER = "insurer", "保险"
    SOCIETY = "society", "社会资助"
    DISTRICT = "district", "区级"
    STREET = "street", "街道"
    CENTRE = "centre", "中心"


class Charge(models.Model):
    """The price of one delivery, split. Insert-only; a mistake is answered by an opposite charge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    service_on = models.DateField()
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    fund = models.CharField(max_length=40)
    # Minutes of the elder's free hours that the delivery used up; a pack that pays by time pays by these.
    credit_minutes = models.PositiveIntegerField(db_default=0, default=0)
    hold_id = models.UUIDField(null=True)
    decisions = models.JSONField()
    cause_kind = models.CharField(max_length=20)
    cause_id = models.UUIDField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "cause_kind", "cause_id"], name="a_delivery_is_charged_once"),
            models.CheckConstraint(
                condition=Q(price_fen=F("elder_fen") + F("public_fen")), name="the_parts_of_a_charge_add_up"
            ),
            models.CheckConstraint(
                condition=Q(elder_fen__gte=0) & Q(public_fen__gte=0), name="no_part_of_a_charge_is_negative"
            ),
            models.CheckConstraint(
                condition=Q(public_fen=0) | Q(hold_id__isnull=False), name="public_money_stands_on_a_hold"
            ),
        ]
        indexes = [
            # With the id, what no statement holds is found among years of charges without reading a charge.
            models.Index(fields=["enterprise", "service_on", "id"], name="charges_by_enterprise"),
            models.Index(fields=["elder", "service_on"], name="charges_by_elder"),
            models.Index(fields=["programme", "at"], name="charges_by_time"),
            # Whom public money reached within a year is counted from this index alone.
            models.Index(
                fields=["programme", "at", "id"],
                name="subsidised_charges_by_time",
                include=["elder"],
                condition=Q(public_fen__gt=0),
            ),
        ]


class ChargeShare(models.Model):
    """One payer's part of a charge; parts of zero are not stored. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+", db_index=False)
    payer = models.CharField(max_length=12, choices=Payer)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["charge", "payer"], name="a_payer_has_one_part"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_part_is_money"),
        ]


class Reversal(models.Model):
    """A charge taken back before it was settled, with the reason; what was held for it is free again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_reversal_has_a_reason")]


class StatedFact(models.Model):
    """What the tables ask of an elder and no recognition says (works for a unit, income, holds a phone). Insert-only.

    Of several that hold on a day the one that began last stands, then the one stated last. `value` is as the
    vocabulary of the tables has it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    value = models.JSONField()
    evidence = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="a_stated_fact_has_evidence"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="a_stated_fact_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["elder", "name", "valid_from", "at"], name="stated_facts_by_elder")]


class Booking(models.Model):
    """Days of a credit set aside for a stay; they are drawn when it was stayed, or come back. Insert-only.

    `granted` are the days that the tables give for the period, by the first booking in it. Units: days.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    period = models.CharField(max_length=7, blank=True)
    granted = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    house = models.CharField(max_length=80)
    because = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gt=0) & Q(days__lte=F("granted")), name="a_booking_is_of_days"),
            models.CheckConstraint(condition=~Q(house=""), name="a_booking_names_the_house"),
        ]
        indexes = [models.Index(fields=["elder", "code", "period"], name="bookings_by_elder")]


class BookingEnd(models.Model):
    """How a booking ended: so many days stayed, the rest come back; none at all if it was called off. Insert-only."""

    booking = models.OneToOneField(Booking, primary_key=True, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gt=0) | ~Q(reason=""), name="a_booking_called_off_has_a_reason")
        ]


class StayCost(models.Model):
    """What a stay cost by its bill, and who pays which part of it by the city's rule. Insert-only. Units: fen."""

    end = models.OneToOneField(BookingEnd, primary_key=True, on_delete=models.PROTECT, related_name="+")
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    insurer_fen = models.BigIntegerField()
    bill = models.CharField(max_length=60)
    decision = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(price_fen=F("elder_fen") + F("public_fen") + F("insurer_fen")) & Q(price_fen__gt=0),
                name="the_parts_of_a_stay_add_up",
            ),
            models.CheckConstraint(condition=~Q(bill=""), name="a_stay_s_cost_has_a_bill"),
        ]


class HandOver(models.Model):
    """A device handed out, with its number, the receipt and who handed it. Insert-only.

    `turn` counts how often this very piece has been handed out, so that it is never with two people at once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    period = models.CharField(max_length=7, blank=True)
    serial_number = models.CharField(max_length=40)
    turn = models.PositiveSmallIntegerField()
    receipt = models.CharField(max_length=60)
    handed_on = models.DateField()
    because = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code", "serial_number", "turn"], name="a_piece_is_with_one_person_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(serial_number="") & ~Q(receipt=""), name="a_hand_over_has_a_receipt"),
        ]
        indexes = [models.Index(fields=["elder", "code", "period"], name="hand_overs_by_elder")]


class GiveBack(models.Model):
    """A device that came back, and why; the next one may be handed out. Insert-only."""

    hand_over = models.OneToOneField(HandOver, primary_key=True, on_delete=models.PROTECT, related_name="+")
    given_back_on = models.DateField()
    reason = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="what_is_given_back_has_a_reason")]
