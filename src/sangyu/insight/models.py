"""The only rows this room owns: frozen reports, an auditor's samples, what the auditor found, and tallies of days."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.kit.ids import new_id


class FrozenReport(models.Model):
    """The report of a day as it was when somebody froze it (定格), with its hash. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    figures = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "on"], name="a_day_is_frozen_once")]


class Strata(models.TextChoices):
    """By what a sample is divided."""

    NONE = "NONE", "不分层"
    ENTERPRISE = "ENTERPRISE", "按企业"
    GRADE = "GRADE", "按证明等级"


class Draw(models.Model):
    """An auditor's sample (抽样) of a month's charges: month, size, seed and strata draw it again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    n = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=60)
    strata = models.CharField(max_length=12, choices=Strata)
    population = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "at", "id"], name="draws_by_time")]


class DrawnCharge(models.Model):
    """One charge of a sample, at its place. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    stratum = models.CharField(max_length=80)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "n"], name="drawn_charges_are_numbered"),
            models.UniqueConstraint(fields=["draw", "charge"], name="a_charge_is_drawn_once"),
        ]


class FindingCode(models.IntegerChoices):
    """What an auditor can say of a row; the number is the key that says it."""

    SOUND = 1, "无问题"
    PROOF = 2, "证明不全"
    PLACE_OR_TIME = 3, "时间或地点不符"
    AMOUNT = 4, "金额或政策适用有误"
    NOT_SERVED = 5, "疑似未提供服务"


class Finding(models.Model):
    """What an auditor found at a row of the own sample; the last one counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    drawn = models.ForeignKey(DrawnCharge, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    code = models.PositiveSmallIntegerField(choices=FindingCode)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawn", "n"], name="findings_are_numbered"),
            models.CheckConstraint(
                condition=models.Q(code__in=[1, 2, 3, 4, 5]), name="a_finding_has_one_of_five_codes"
            ),
        ]


class Span(models.TextChoices):
    """What a tally stands for."""

    DAY = "DAY", "日"
    MONTH = "MONTH", "月"


class Tally(models.Model):
    """What a day that is over, or a month of such days, added to a figure (日计数), by one dimension or whole.

    `known_on` is the day on which it was written, or the first of the month; `row_on` the day of the rows themselves.
    A tally holds nothing that the rows do not say: it may be thrown away and counted again.
    """

    pk = models.CompositePrimaryKey("programme_id", "figure", "dim", "span", "known_on", "row_on", "key")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    figure = models.CharField(max_length=20)
    dim = models.CharField(max_length=20, blank=True)
    span = models.CharField(max_length=5, choices=Span)
    known_on = models.DateField()
    row_on = models.DateField()
    key = models.CharField(max_length=36, blank=True)
    n = models.BigIntegerField()
    price_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    public_fen = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    deducted_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()


class Tallied(models.Model):
    """How far the days of a programme are tallied: every day before `until_on`, by the facts of that fingerprint."""

    programme = models.OneToOneField(Programme, primary_key=True, on_delete=models.PROTECT, related_name="+")
    until_on = models.DateField()
    facts = models.CharField(max_length=64, default="")
