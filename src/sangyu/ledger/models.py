"""The books: accounts with checked caches, and four tables that are only ever added to."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.db.models import F, Q

from sangyu.kit.money import Fen
from sangyu.ledger.rules import AccountKey, Reference


class Account(models.Model):
    """A place where money can be; the sums are a cache of its entries and open holds."""

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    fund = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    period = models.CharField(max_length=7, blank=True)
    party_id = models.UUIDField(null=True, blank=True)
    floor_fen = models.BigIntegerField(null=True, blank=True)
    debit_fen = models.BigIntegerField(default=0)
    credit_fen = models.BigIntegerField(default=0)
    held_fen = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "账户"
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "kind", "period", "fund", "party_id"],
                name="ledger_account_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(debit_fen__gte=0, credit_fen__gte=0, held_fen__gte=0), name="ledger_account_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(floor_fen__isnull=True)
                | Q(floor_fen__lte=F("credit_fen") - F("debit_fen") - F("held_fen")),
                name="ledger_account_floor",
            ),
        ]
        indexes = [models.Index(fields=["party_id"], condition=Q(party_id__isnull=False), name="ledger_account_party")]

    @cached_property
    def key(self) -> AccountKey:
        return AccountKey(self.programme_id, self.fund, self.kind, self.period, self.party_id)

    @property
    def balance_fen(self) -> Fen:
        return self.credit_fen - self.debit_fen

    @property
    def available_fen(self) -> Fen:
        """What may still be taken: above the floor where there is one, and not promised to a hold."""
        return self.balance_fen - self.held_fen - (self.floor_fen or 0)


class Journal(models.Model):
    """One movement of money; its entries add up to zero."""

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField()
    service_on = models.DateField()
    posted_at = models.DateTimeField()
    period = models.CharField(max_length=7)
    by_id = models.UUIDField()
    reason = models.TextField(blank=True)
    rule_version = models.CharField(max_length=80, blank=True)
    body_hash = models.CharField(max_length=64)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "转账"
        indexes = [
            models.Index(fields=["cause_id"], name="ledger_journal_cause"),
            models.Index(fields=["programme_id", "period", "kind"], name="ledger_journal_period"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reason=""), name="ledger_journal_reversal_says_why"
            )
        ]

    @property
    def cause(self) -> Reference:
        return Reference(self.cause_kind, self.cause_id)


class Entry(models.Model):
    """One side of a journal; positive credits the account, negative debits it."""

    id = models.UUIDField(primary_key=True, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = "分录"
        constraints = [
            models.UniqueConstraint(fields=["journal", "n"], name="ledger_entry_place"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="ledger_entry_not_zero"),
        ]


class Hold(models.Model):
    """A promise of money that stays on its account until the hold ends."""

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    cause_kind = models.CharField(max_length=40)
    cause_id = models.UUIDField()
    at = models.DateTimeField()
    by_id = models.UUIDField()
    expires_at = models.DateTimeField(null=True, blank=True)
    body_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "预留"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="ledger_hold_positive")]
        indexes = [
            models.Index(fields=["cause_id"], name="ledger_hold_cause"),
            # The round that ends what is due serves all programmes at once, hence no programme in front.
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="ledger_hold_expiry"),
        ]

    @property
    def cause(self) -> Reference:
        return Reference(self.cause_kind, self.cause_id)


class HoldEnd(models.Model):
    """The end of a hold: posted, voided or expired. Its primary key is the hold, so there is one end at most."""

    class Kind(models.TextChoices):
        POSTED = "POSTED", "已入账"
        VOIDED = "VOIDED", "已撤销"
        EXPIRED = "EXPIRED", "已过期"

    hold = models.OneToOneField(Hold, primary_key=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    posted_fen = models.BigIntegerField()
    voided_fen = models.BigIntegerField()
    journal = models.OneToOneField(Journal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True, blank=True, help_text="空表示到期自动释放")

    class Meta:
        verbose_name = "预留终结"
        # The few that ran out are looked for among all that ended.
        indexes = [models.Index(fields=["at"], condition=Q(kind="EXPIRED"), name="ledger_expired_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(posted_fen__gte=0, voided_fen__gte=0), name="ledger_end_not_negative"),
            models.CheckConstraint(condition=Q(voided_fen=0) | ~Q(reason=""), name="ledger_end_void_says_why"),
            models.CheckConstraint(
                condition=Q(kind="POSTED", posted_fen__gt=0, journal__isnull=False, by_id__isnull=False)
                | Q(kind="VOIDED", posted_fen=0, journal__isnull=True, by_id__isnull=False)
                | Q(kind="EXPIRED", posted_fen=0, journal__isnull=True),
                name="ledger_end_kind",
            ),
        ]
