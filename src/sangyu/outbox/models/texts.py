"""Texts to telephones: what was written, each try, each receipt, and where each text stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Addressee(models.TextChoices):
    ELDER = "ELDER", "老人"
    FAMILY = "FAMILY", "家属"


class Text(models.Model):
    """A text message (短信) to one person: the n-th piece of news about its cause. Insert-only.

    `told` is what it says as values, so that the next piece of news can say what is different.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    cause_kind = models.CharField(max_length=30)
    cause_id = models.UUIDField()
    n = models.PositiveSmallIntegerField()
    to = models.CharField(max_length=6, choices=Addressee)
    elder_id = models.UUIDField(null=True)
    phone = models.CharField(max_length=20, blank=True)
    template = models.CharField(max_length=20)
    body = models.CharField(max_length=280)
    told = models.JSONField(default=dict)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    send_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause_kind", "cause_id", "n", "to"], name="news_is_told_once_to_each"),
        ]
        indexes = [
            models.Index(fields=["programme_id", "at", "id"], name="texts_by_time"),
            models.Index(fields=["programme_id", "elder_id", "at"], name="texts_by_elder"),
        ]


class TextState(models.TextChoices):
    """Where a text stands; follows from the rows below and is written in the same verb as they are."""

    WAITING = "WAITING", "待发送"
    SENT = "SENT", "已发出"
    DELIVERED = "DELIVERED", "已送达"
    FAILED = "FAILED", "发送失败"
    NO_MOBILE = "NO_MOBILE", "没有手机号"
    RUNG = "RUNG", "已电话告知"
    REPLACED = "REPLACED", "由后一条代替"
    STOPPED = "STOPPED", "不再发送"


TO_RING = (TextState.FAILED, TextState.NO_MOBILE)


class TextStanding(models.Model):
    """The present state of a text, for long lists, for the sender, and for whoever rings until `ring_by` is over."""

    text = models.OneToOneField(Text, primary_key=True, on_delete=models.PROTECT, related_name="+")
    programme_id = models.UUIDField()
    state = models.CharField(max_length=9, choices=TextState)
    because = models.CharField(max_length=200, blank=True)
    since_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ring_by = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", due_at__isnull=False) | (~Q(state="WAITING") & Q(due_at=None)),
                name="what_waits_is_due_some_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["FAILED", "NO_MOBILE"], ring_by__isnull=False)
                | (~Q(state__in=["FAILED", "NO_MOBILE"]) & Q(ring_by=None)),
                name="what_reached_nobody_is_rung_about_in_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "text"], name="texts_waiting", condition=Q(state="WAITING")),
            models.Index(
                fields=["programme_id", "ring_by"],
                name="texts_to_ring_instead",
                condition=Q(state__in=["FAILED", "NO_MOBILE"]),
            ),
        ]


class AttemptResult(models.TextChoices):
    SENT = "SENT", "网关已收下"
    FAILED = "FAILED", "没有发成"
    REFUSED = "REFUSED", "网关拒收"


class TextAttempt(models.Model):
    """One try to hand a text to a gateway. Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True)
    result = models.CharField(max_length=8, choices=AttemptResult)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "n"], name="text_attempts_are_numbered")]


class ReceiptOutcome(models.TextChoices):
    DELIVERED = "DELIVERED", "已送达"
    UNDELIVERED = "UNDELIVERED", "未送达"


class TextReceipt(models.Model):
    """What the gateway says became of a text. Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=ReceiptOutcome)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "outcome"], name="one_receipt_of_an_outcome")]


class ClosingKind(models.TextChoices):
    RUNG = "RUNG", "已电话告知"
    REPLACED = "REPLACED", "由后一条代替"
    STOPPED = "STOPPED", "不再发送"


class TextClosing(models.Model):
    """Why a text need not be sent any more: somebody rang, newer news came, or it may not be sent. Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ClosingKind)
    reason = models.CharField(max_length=200, blank=True)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "kind"], name="a_text_is_closed_once_for_a_reason")]
