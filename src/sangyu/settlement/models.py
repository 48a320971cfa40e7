"""The month of an enterprise in money: statement, confirmation, approval by another person, payment and its return."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sangyu.access.models import Programme, User
from sangyu.benefits.models import Charge
from sangyu.kit.ids import new_id
from sangyu.providers.models import Enterprise


class Run(models.Model):
    """The settlement of a month (结算): one a programme and month, locked while it is drawn up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    root = models.CharField(max_length=64, blank=True)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "month"], name="one_run_a_month")]

    def __str__(self) -> str:
        return self.month


class Statement(models.Model):
    """What an enterprise earned in public money: gross, deducted by its appraisal, net (结算单). Insert-only.

    `meals_fen` is the part of the gross that its canteens' meals make up; `taken_back_fen` is what was paid too much
    in months that are closed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField(default=1)
    orders = models.PositiveIntegerField()
    meals = models.PositiveIntegerField(default=0)
    meals_fen = models.BigIntegerField(default=0)
    charged_fen = models.BigIntegerField()
    elder_fen = models.BigIntegerField()
    gross_fen = models.BigIntegerField()
    deducted_fen = models.BigIntegerField()
    taken_back_fen = models.BigIntegerField(default=0)
    net_fen = models.BigIntegerField()
    score_tenths = models.PositiveSmallIntegerField()
    decision = models.JSONField()
    root = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "enterprise", "revision"], name="statement_revisions_are_numbered"),
            models.CheckConstraint(
                condition=Q(gross_fen=F("net_fen") + F("deducted_fen") + F("taken_back_fen"))
                & Q(charged_fen=F("elder_fen") + F("gross_fen")),
                name="a_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(net_fen__gte=0) & Q(deducted_fen__gte=0) & Q(taken_back_fen__gte=0),
                name="a_statement_is_not_negative",
            ),
        ]


class Withdrawal(models.Model):
    """A statement taken back before anything was approved, with the reason; the next revision replaces it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Line(models.Model):
    """One charge on a statement. A charge stands on one statement that holds; `withdrawn` frees it for the next."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+", db_index=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveIntegerField()
    gross_fen = models.BigIntegerField()
    deducted_fen = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    leaf = models.CharField(max_length=64)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["charge"], condition=Q(withdrawn=False), name="a_charge_is_settled_once"),
            models.UniqueConstraint(fields=["statement", "n"], name="lines_are_numbered"),
            models.CheckConstraint(condition=Q(gross_fen=F("net_fen") + F("deducted_fen")), name="a_line_adds_up"),
        ]


class Correction(models.Model):
    """A paid line that turned out wrong: what is to be taken back from the enterprise's open month. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_correction_is_money"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_has_a_reason"),
        ]


class Waiver(models.Model):
    """A correction that is not taken back after all, and why; another person's word. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    correction = models.OneToOneField(Correction, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Difference(models.Model):
    """What a statement takes back for a correction (以前月份差额); a correction may need several statements."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    leaf = models.CharField(max_length=64)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "correction"], name="a_correction_is_once_on_a_statement"),
            models.UniqueConstraint(fields=["statement", "n"], name="differences_are_numbered"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_difference_is_money"),
        ]


class Withheld(models.Model):
    """A charge of the month that may not be paid yet, and why; it is looked at again by the next run."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "charge"], name="a_charge_is_withheld_once_a_run")]


class Confirmation(models.Model):
    """The enterprise agrees with its statement (对账) and names its invoice. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")
    invoice_number = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class StatementObjection(models.Model):
    """The enterprise disagrees with its statement; nothing is approved before the answer. Insert-only.

    `lines` are the numbers of the lines it disagrees with; empty when it means the whole.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")
    lines = models.JSONField(default=list)
    text = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Answer(models.Model):
    """The finance desk's answer to an objection that does not change the statement. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    objection = models.OneToOneField(StatementObjection, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Explanation(models.Model):
    """Why an enterprise's sum is far from last month's; the newest counts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Approval(models.Model):
    """One signature under a run (审批): each step is another person's. Insert-only.

    `round` counts from one; a decline ends a round and its signatures stand no more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(max_length=12, default="REVIEW")
    net_fen = models.BigIntegerField()
    root = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "round", "step"], name="a_step_is_signed_once_a_round"),
            models.UniqueConstraint(fields=["run", "round", "by"], name="nobody_signs_twice_in_a_round"),
        ]


class Decline(models.Model):
    """A run sent back to its maker with the reason (退回); it ends a round of signatures. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    root = models.CharField(max_length=64)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "round"], name="a_round_is_declined_once")]


class PaymentForm(models.TextChoices):
    """In which form a payment is asked for."""

    TREASURY_REQUEST = "TREASURY_REQUEST", "财政支付申请"
    BANK_FILE = "BANK_FILE", "银行批量付款文件"


class PaymentFile(models.Model):
    """The file that asks for a run to be paid (拨付), byte for byte, with its control sum. Insert-only.

    `n` counts the files of a run: the first pays all of it, later ones pay again what the bank refused.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField(default=1)
    form = models.CharField(max_length=20, choices=PaymentForm, default=PaymentForm.BANK_FILE)
    name = models.CharField(max_length=80)
    encoding = models.CharField(max_length=12)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    payments = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "n"], name="payment_files_are_numbered")]


class Payment(models.Model):
    """One enterprise's line of a payment file; its number goes to the bank and comes back. Insert-only.

    `again_of` is the refused payment whose debt this one pays.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    again_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32)
    account_name = models.CharField(max_length=80, default="")
    account = models.CharField(max_length=30, default="")
    bank = models.CharField(max_length=80, default="")
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="payments_of_a_file_are_numbered"),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(again_of__isnull=True), name="a_statement_is_paid_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payment_is_money"),
        ]


class LedgerSum(models.Model):
    """What the ledger said of the holds behind a statement once all of them had ended, so for good. Insert-only."""

    statement = models.OneToOneField(Statement, primary_key=True, on_delete=models.PROTECT, related_name="+")
    held_fen = models.BigIntegerField()
    posted_fen = models.BigIntegerField()
    voided_fen = models.BigIntegerField()
    at = models.DateTimeField()


class Release(models.Model):
    """A second person has seen the account to which a refused payment may go again (放行). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    account_name = models.CharField(max_length=80)
    account = models.CharField(max_length=30)
    bank = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class PaymentReturn(models.Model):
    """What the bank answered for a payment. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    paid = models.BooleanField()
    bank_reference = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
