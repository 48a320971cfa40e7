"""Member enterprises and what they may do: standing, licences, contracts, workers; the catalogue and its prices."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sangyu.access.models import Area, Organisation, Programme, User
from sangyu.kit.ids import new_id


class ItemClass(models.TextChoices):
    DAILY_LIFE = "DAILY_LIFE", "生活照料"
    MEDICAL_CARE = "MEDICAL_CARE", "医疗护理"
    COMFORT = "COMFORT", "精神慰藉"
    EMERGENCY = "EMERGENCY", "紧急援助"


class ServiceItem(models.Model):
    """An item of the catalogue, with the sentence that the agent reads out."""

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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="one_item_per_code")]

    def __str__(self) -> str:
        return self.name


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
    """A member enterprise (加盟企业)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20)
    credit_code = models.CharField(max_length=18)
    state = models.CharField(max_length=12, choices=EnterpriseState)
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
    """One catalogue item of a contract."""

    id = models.BigAutoField(primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "item"], name="an_item_is_contracted_once")]


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
