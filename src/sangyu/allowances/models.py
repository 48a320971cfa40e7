"""What is given by month without an order: who gets how much for which month, by which run, and what was paid."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class Scheme(models.Model):
    """One thing that a programme gives month by month; whoever books on it holds its row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    payee = models.CharField(max_length=10)
    fund = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="one_scheme_per_code")]


class Run(models.Model):
    """A month of a scheme as it was reckoned, with everything that differs from what is booked. Insert-only.

    Reckoned anew before it is approved it gets the next `n`, and the older one can no longer be approved. `basis` is
    how many runs of the scheme were approved when it was reckoned; `root` hashes its lines. Shape: `undecided` maps
    what nobody has recorded to how many people wait for it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.CharField(max_length=7)
    n = models.PositiveSmallIntegerField()
    basis = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    given_fen = models.BigIntegerField()
    added_fen = models.BigIntegerField()
    taken_fen = models.BigIntegerField()
    undecided = models.JSONField(default=dict)
    root = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "month", "n"], name="runs_of_a_month_are_numbered")]


class Change(models.TextChoices):
    """What a line says beside last month, or beside what was booked for its own month."""

    NEW = "NEW", "新增"
    CHANGED = "CHANGED", "变动"
    ENDED = "ENDED", "停发"
    BACK_PAID = "BACK_PAID", "补发"
    TAKEN_BACK = "TAKEN_BACK", "扣回"
    UNDECIDED = "UNDECIDED", "缺情况"
    SAME = "SAME", "不变"


class Line(models.Model):
    """What a run books for one person and one month: the difference to what stood. Insert-only.

    `entitled_fen` is what the tables give for that month, `booked_fen` what runs have booked for it; `amount_fen`
    is the one less the other. A line of nothing only says that somebody gets nothing more, or waits.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    change = models.CharField(max_length=10, choices=Change)
    entitled_fen = models.BigIntegerField()
    booked_fen = models.BigIntegerField()
    before_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    because = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "elder", "period"], name="a_run_says_one_thing_of_a_month"),
            models.CheckConstraint(
                condition=Q(amount_fen=F("entitled_fen") - F("booked_fen")), name="a_line_is_the_difference"
            ),
            models.CheckConstraint(condition=Q(entitled_fen__gte=0), name="nobody_is_entitled_to_less_than_nothing"),
        ]
        indexes = [models.Index(fields=["elder", "period"], name="lines_by_elder")]


class Approval(models.Model):
    """A second person's word that a run is right: what it says is booked. Insert-only.

    `due_fen` went from the year's money to what is owed; `claim_fen` more is to come back from people paid too much.
    """

    run = models.OneToOneField(Run, primary_key=True, on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveIntegerField()
    due_fen = models.BigIntegerField()
    claim_fen = models.BigIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        # Two runs of a scheme are never approved beside each other: each stands on the one before it.
        constraints = [models.UniqueConstraint(fields=["scheme", "n"], name="approvals_of_a_scheme_are_numbered")]


class PayAccount(models.Model):
    """To which account somebody is paid, with the paper that says so; the last one stands. Insert-only.

    `elder` is None for whoever is paid for everybody (an insurer, a telephone company). The number is encrypted in
    `AccountNumber`; `account_tail`, its last four figures, is what pages show.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    holder = models.CharField(max_length=80)
    account_tail = models.CharField(max_length=4)
    bank = models.CharField(max_length=60)
    document = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(elder__isnull=True) ^ Q(scheme__isnull=True), name="an_account_is_of_an_elder_or_a_scheme"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="an_account_has_a_document"),
        ]
        indexes = [
            models.Index(fields=["elder", "at"], name="pay_accounts_by_elder", condition=Q(elder__isnull=False)),
            models.Index(fields=["scheme", "at"], name="pay_accounts_by_scheme", condition=Q(scheme__isnull=False)),
        ]


class AccountNumber(models.Model):
    """The number of an account, encrypted, see `numbers.py`; written anew only when the keys are."""

    account = models.OneToOneField(PayAccount, primary_key=True, on_delete=models.PROTECT, related_name="+")
    number_cipher = models.CharField(max_length=160)


class PaymentFile(models.Model):
    """The batch file that asks the bank to pay what a scheme owes. Insert-only.

    What stands in it is encrypted in `FileContent`; `digest` is a keyed one, since a file of one row with a plain one
    beside it would tell the account to whoever tries numbers.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    payments = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    without_account = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "n"], name="files_of_a_scheme_are_numbered")]


class FileContent(models.Model):
    """A payment file byte for byte as it was written, encrypted; written anew only when the keys are."""

    file = models.OneToOneField(PaymentFile, primary_key=True, on_delete=models.PROTECT, related_name="+")
    content_cipher = models.TextField()


class Payment(models.Model):
    """One row of a payment file; `elder` is None where one payee is paid for everybody. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    number = models.CharField(max_length=24)
    account_id = models.UUIDField()
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="allowance_payments_are_numbered"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="an_allowance_payment_is_money"),
        ]
        indexes = [
            models.Index(fields=["scheme", "elder"], name="allowance_payments_by_party"),
            models.Index(fields=["elder"], name="allowance_payments_by_elder", condition=Q(elder__isnull=False)),
        ]


class PaymentReturn(models.Model):
    """What the bank said of a payment: paid, or not and why. Insert-only."""

    payment = models.OneToOneField(Payment, primary_key=True, on_delete=models.PROTECT, related_name="+")
    paid = models.BooleanField()
    bank_reference = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class Recovery(models.Model):
    """Money that somebody who was paid too much has given back. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_recovery_is_money")]
        indexes = [
            models.Index(fields=["scheme", "elder"], name="recoveries_by_party"),
            models.Index(fields=["elder"], name="recoveries_by_elder", condition=Q(elder__isnull=False)),
        ]
