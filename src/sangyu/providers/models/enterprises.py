"""Member enterprises: how they came in, where their money goes, standing, licences, contracts, grades and scores."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Area, Organisation, Programme, User
from sangyu.kit.ids import new_id
from sangyu.providers.models.catalogue import ServiceItem
from sangyu.providers.models.codes import CheckResult, EnterpriseKind, EnterpriseState, Origin, YearGrade


class Enterprise(models.Model):
    """A member enterprise (加盟企业), of what kind, from where, and for a centre in which subdistrict it stands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20)
    credit_code = models.CharField(max_length=18)
    state = models.CharField(max_length=12, choices=EnterpriseState)
    kind = models.CharField(max_length=12, choices=EnterpriseKind, default=EnterpriseKind.HOME_CARE)
    origin = models.CharField(max_length=8, choices=Origin, blank=True)
    street = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    lng = models.FloatField()
    lat = models.FloatField()
    capacity_per_day = models.PositiveSmallIntegerField()
    phone = models.CharField(max_length=20)
    bank_name = models.CharField(max_length=60)
    bank_account = models.CharField(max_length=30)
    account_name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "credit_code"], name="one_enterprise_per_credit_code")
        ]

    def __str__(self) -> str:
        return self.name


class Recommendation(models.Model):
    """A service team that a community window recommends to the operator (推荐服务团队). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    window = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    services = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["window", "n"], name="recommendations_are_numbered")]


class RecommendationAnswer(models.Model):
    """What the operator decided about a recommended team, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recommendation = models.OneToOneField(Recommendation, on_delete=models.PROTECT, related_name="+")
    accepted = models.BooleanField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class AccountChange(models.Model):
    """Into which account an enterprise is paid from a moment on, and into which before, on whose word. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    account_name_before = models.CharField(max_length=80)
    bank_name_before = models.CharField(max_length=60)
    bank_account_before = models.CharField(max_length=30)
    account_name = models.CharField(max_length=80)
    bank_name = models.CharField(max_length=60)
    bank_account = models.CharField(max_length=30)
    document = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "n"], name="account_changes_are_numbered")]


class Standing(models.Model):
    """How an enterprise stands from a moment on, by whom and on which document (准入退出). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=EnterpriseState)
    reason = models.CharField(max_length=200)
    document = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "n"], name="standings_are_numbered")]


class Licence(models.Model):
    """A business licence or permit of an enterprise, from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()


class LicenceCheck(models.Model):
    """What the authority's register said of a licence when it was asked (证照核验). Insert-only; the last one counts.

    `source` names who or what asked: a person at the public register, or a program with the authority's interface.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    result = models.CharField(max_length=10, choices=CheckResult)
    number = models.CharField(max_length=40, blank=True)
    last_on = models.DateField(null=True)
    source = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence", "n"], name="checks_of_a_licence_are_numbered")]


class Contract(models.Model):
    """What an enterprise is contracted for: items in areas, from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()


class ContractArea(models.Model):
    """One area (usually a subdistrict) of a contract."""

    id = models.BigAutoField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "area"], name="an_area_is_contracted_once")]


class ContractItem(models.Model):
    """One catalogue item of a contract, at the market price of its first day; None where there was none yet."""

    id = models.BigAutoField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    price_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "item"], name="an_item_is_contracted_once"),
            models.CheckConstraint(condition=models.Q(price_fen__gte=0), name="a_contracted_price_is_not_negative"),
        ]


class Evaluation(models.Model):
    """How an enterprise was graded for a year (年度评价), on which document. Insert-only; the last one counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=10, choices=YearGrade)
    document = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "n"], name="evaluations_are_numbered")]


class MonthScore(models.Model):
    """The final appraisal of an enterprise for a month, written here by the room that appraises."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    score_tenths = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "month"], name="one_score_per_month")]
