"""Pushes to other systems (webhooks): who has subscribed to what, what was pushed, and what they answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Scheme(models.TextChoices):
    HMAC = "HMAC", "共用密钥（v1）"
    ED25519 = "ED25519", "公钥验签（v1a）"


class Subscription(models.Model):
    """A system (订阅) of an organisation that is told of some kinds of events at its address.

    The row is locked by the verbs that add to it and never changed: the database refuses it. `sees_all` tells a
    bureau's or operator's from an enterprise's, which is told only of what is its own.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    organisation_id = models.UUIDField()
    sees_all = models.BooleanField()
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=300)
    kinds = models.JSONField()
    scheme = models.CharField(max_length=8, choices=Scheme, default=Scheme.HMAC)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "at", "id"], name="subscriptions_by_time")]

    def __str__(self) -> str:
        return self.name


class SigningSecret(models.Model):
    """The n-th secret of a subscription, sealed; the one before it signs along for a day. Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    sealed = models.CharField(max_length=120)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "n"], name="signing_secrets_are_numbered")]


class SwitchKind(models.TextChoices):
    OFF = "OFF", "停用"
    ON = "ON", "启用"


class SubscriptionSwitch(models.Model):
    """The n-th time that a subscription was switched off or on, by whom (nobody: it answered 410). Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=3, choices=SwitchKind)
    reason = models.CharField(max_length=200, blank=True)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "n"], name="switches_are_numbered")]


class Push(models.Model):
    """One event for one subscription (推送), with the body as it is sent. Insert-only.

    `event_id` is the id that the subscriber sees and by which it knows a repeat.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    programme_id = models.UUIDField()
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event_id"], name="an_event_is_pushed_once_to_each")
        ]
        indexes = [
            models.Index(fields=["subscription", "at", "id"], name="pushes_by_subscription"),
            models.Index(fields=["programme_id", "at", "id"], name="pushes_by_time"),
        ]


class PushState(models.TextChoices):
    """Where a push stands; follows from the rows below and is written in the same verb as they are."""

    WAITING = "WAITING", "待推送"
    DELIVERED = "DELIVERED", "已送达"
    DEAD = "DEAD", "未送达"


class PushStanding(models.Model):
    """The present state of a push, for long lists and for the sender."""

    push = models.OneToOneField(Push, primary_key=True, on_delete=models.PROTECT, related_name="+")
    programme_id = models.UUIDField()
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=PushState)
    because = models.CharField(max_length=200, blank=True)
    since_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", due_at__isnull=False) | (~Q(state="WAITING") & Q(due_at=None)),
                name="a_push_that_waits_is_due_some_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscription", "due_at", "push"], name="pushes_waiting", condition=Q(state="WAITING")
            ),
            models.Index(fields=["programme_id", "since_at"], name="pushes_dead", condition=Q(state="DEAD")),
        ]


class PushAgain(models.Model):
    """The n-th time that somebody asked for a push once more (重推). Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    push = models.ForeignKey(Push, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["push", "n"], name="repeats_of_a_push_are_numbered")]


class PushResult(models.TextChoices):
    DELIVERED = "DELIVERED", "对方已收下"
    FAILED = "FAILED", "没有送到"
    GONE = "GONE", "对方已停止接收"


class PushAttempt(models.Model):
    """One try to push; `round` counts how often it had been asked for again by then. Insert-only."""

    id = models.UUIDField(primary_key=True, editable=False)
    push = models.ForeignKey(Push, on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    result = models.CharField(max_length=9, choices=PushResult)
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    took_ms = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["push", "n"], name="push_attempts_are_numbered")]
        indexes = [models.Index(fields=["subscription", "at", "id"], name="answers_of_a_subscriber")]
