"""How people come in: attempts, sessions, the second factor, passwords that were, and what they looked up."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from sangyu.access.models.people import User
from sangyu.kit.ids import new_id


class AttemptOutcome(models.TextChoices):
    IN = "IN", "已登录"
    HALF = "HALF", "密码正确，等待验证码"
    WRONG = "WRONG", "用户名或密码不对"
    WRONG_CODE = "WRONG_CODE", "验证码不对"
    LOCKED = "LOCKED", "已锁定，没有核对"
    ADDRESS_LOCKED = "ADDRESS_LOCKED", "来源地址已锁定，没有核对"


class SignInAttempt(models.Model):
    """One attempt to come in. The typed name is kept as a keyed hash only. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    name_hash = models.CharField(max_length=64)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=45, blank=True)
    outcome = models.CharField(max_length=16, choices=AttemptOutcome)

    class Meta:
        indexes = [
            models.Index(fields=["name_hash", "at"], name="attempts_by_name"),
            models.Index(fields=["address", "at"], name="attempts_by_address"),
        ]


class Unlocking(models.Model):
    """An account that somebody unlocked before its time. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="unlockings_by_user")]


class Session(AbstractBaseSession):
    """Somebody signed in somewhere; ended by taking the row away, so that the next request finds nobody."""

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "expire_date"], name="sessions_by_user"),
            models.Index(fields=["expire_date"], name="sessions_by_expiry"),
        ]


class FactorKind(models.TextChoices):
    TOTP = "TOTP", "动态验证码"
    PASSKEY = "PASSKEY", "通行密钥"


class Factor(models.Model):
    """Something a person has beside the password: an authenticator app or a passkey.

    `secret` is sealed with the key of the installation; `credential` is public. `last_step` is the half minute whose
    code was used last, `sign_count` what the passkey counted: neither ever goes back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=FactorKind)
    name = models.CharField(max_length=40)
    secret = models.CharField(max_length=200, blank=True)
    credential = models.TextField(blank=True)
    last_step = models.BigIntegerField(default=0)
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(kind="TOTP", removed_at=None),
                name="one_authenticator_app_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["user", "removed_at"], name="factors_by_user")]


class RecoveryCode(models.Model):
    """A code on paper for the day on which the phone is lost; good once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="a_recovery_code_is_made_once")]


class PasswordChange(models.Model):
    """A password that was set: its hash, and by whom. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=128)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "at", "id"], name="passwords_by_user")]


class LookUp(models.Model):
    """A masked fact that somebody asked to see, and why; `shown` is false where it was one too many. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    fact = models.CharField(max_length=30)
    object_kind = models.CharField(max_length=30)
    object_id = models.UUIDField()
    reason = models.CharField(max_length=200)
    shown = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["by", "at"], name="look_ups_by_person")]
