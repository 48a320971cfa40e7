"""Member enterprises and what they may do: standing, licences, contracts, workers; the catalogue and its prices."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Area, Organisation, Programme, User
from sangyu.files.models import File
from sangyu.kit.ids import new_id


class ItemClass(models.TextChoices):
    DAILY_LIFE = "DAILY_LIFE", "生活照料"
    MEDICAL_CARE = "MEDICAL_CARE", "医疗护理"
    COMFORT = "COMFORT", "精神慰藉"
    EMERGENCY = "EMERGENCY", "紧急援助"


class EnterpriseKind(models.TextChoices):
    HOME_CARE = "HOME_CARE", "居家服务企业"
    INSTITUTION = "INSTITUTION", "养老机构"
    CENTRE = "CENTRE", "照料中心"
    SOCIAL_WORK = "SOCIAL_WORK", "社工机构"
    SOCIAL_BODY = "SOCIAL_BODY", "社会组织"


class Origin(models.TextChoices):
    LOCAL = "LOCAL", "本土企业"
    BRAND = "BRAND", "品牌机构"


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


class EnterpriseState(models.TextChoices):
    APPLICANT = "APPLICANT", "申请中"
    ADMITTED = "ADMITTED", "已加盟"
    SUSPENDED = "SUSPENDED", "暂停"
    EXITED = "EXITED", "已退出"


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


class CheckResult(models.TextChoices):
    AGREES = "AGREES", "相符"
    DIFFERS = "DIFFERS", "不符"
    NOT_FOUND = "NOT_FOUND", "查无此证"


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


class YearGrade(models.TextChoices):
    """The words of the cities' texts; policy knows them as `appraisal`."""

    EXCELLENT = "EXCELLENT", "优秀"
    PASSED = "PASSED", "达标"
    FAILED = "FAILED", "不达标"
    POOR = "POOR", "差"


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


class Worker(models.Model):
    """A person whom an enterprise sends to elders (服务人员)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    sex = models.CharField(max_length=8)
    phone = models.CharField(max_length=20)
    skills = ArrayField(models.CharField(max_length=30), default=list)
    duties = ArrayField(models.CharField(max_length=30), default=list)
    lng = models.FloatField()
    lat = models.FloatField()
    left_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "left_on"], name="workers_by_enterprise")]

    def __str__(self) -> str:
        return self.name


class WorkerArea(models.Model):
    """An area (usually a village) that a worker looks after (负责的村)."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "area"], name="a_worker_has_an_area_once")]


class Certificate(models.Model):
    """A certificate of a worker, from one day to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_until = models.DateField()


class MonthScore(models.Model):
    """The final appraisal of an enterprise for a month, written here by the room that appraises."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    score_tenths = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "month"], name="one_score_per_month")]


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
