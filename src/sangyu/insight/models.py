"""The only rows this room owns: frozen reports, samples with findings, tallies of days, populations and moneys."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Area, Programme, User
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


class Population(models.Model):
    """How many people an area had at the end of a year, as a document tells (人口数); what it does not tell is null.

    `elders` are those of 60 and over among the `hukou`. The one told last counts. Insert-only.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    hukou = models.PositiveIntegerField(null=True)
    resident = models.PositiveIntegerField(null=True)
    rural = models.PositiveIntegerField(null=True)
    elders = models.PositiveIntegerField(null=True)
    document = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hukou__gt=0) | models.Q(resident__gt=0), name="a_population_has_people"
            ),
            models.CheckConstraint(
                condition=models.Q(elders=None) | models.Q(hukou__gte=models.F("elders")),
                name="elders_are_part_of_the_hukou",
            ),
            models.CheckConstraint(condition=~models.Q(document=""), name="a_population_names_its_document"),
        ]

    @property
    def figures(self) -> tuple[int | None, ...]:
        """Hukou, residents, rural people and elders."""
        return self.hukou, self.resident, self.rural, self.elders


class FundingSource(models.TextChoices):
    """Who gave the money."""

    TREASURY = "TREASURY", "财政资金"
    LOTTERY = "LOTTERY", "福彩公益金"
    SOCIAL = "SOCIAL", "社会资本"
    DONATION = "DONATION", "慈善捐赠"


class FundingLevel(models.TextChoices):
    """Of which level the giver is."""

    CENTRAL = "CENTRAL", "中央"
    PROVINCE = "PROVINCE", "省级"
    HIGHER = "HIGHER", "上级"
    CITY = "CITY", "市级"
    DISTRICT = "DISTRICT", "区县级"
    STREET = "STREET", "街道"
    SOCIETY = "SOCIETY", "社会"


class FundingPurpose(models.TextChoices):
    """For what it was given."""

    PURCHASE = "PURCHASE", "购买服务"
    BUILDING = "BUILDING", "设施建设"
    OPERATION = "OPERATION", "运营补贴"
    AWARD = "AWARD", "奖励"
    INSURANCE = "INSURANCE", "保险"
    TRAINING = "TRAINING", "人员和培训"
    OTHER = "OTHER", "其他"


class FundingStage(models.TextChoices):
    """How far the money is."""

    PLANNED = "PLANNED", "计划"
    ALLOCATED = "ALLOCATED", "分配到位"
    SPENT = "SPENT", "支出"


class Funding(models.Model):
    """Money for the care of elders that a document tells of (资金台账); less than nothing corrects. Insert-only.

    What this system itself holds and pays is not here: the report reads the ledger for it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=FundingSource)
    level = models.CharField(max_length=10, choices=FundingLevel)
    purpose = models.CharField(max_length=10, choices=FundingPurpose)
    stage = models.CharField(max_length=10, choices=FundingStage)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="funding_is_money"),
            models.CheckConstraint(condition=~models.Q(document=""), name="funding_names_its_document"),
        ]
