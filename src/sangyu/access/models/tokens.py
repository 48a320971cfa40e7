"""Keys of the interface: a machine, or a person's own program, that may knock in the name of one user."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from sangyu.access.models.people import Organisation, Programme, User
from sangyu.kit.ids import new_id


class ApiToken(models.Model):
    """A key (接口密钥) that acts as one user within its scopes until it ends. Insert-only.

    Kept are the visible prefix and a hash: the key itself is shown once and stored nowhere.
    """

    revoked_at: datetime | None  # both are told by the queries of this room
    last_used_at: datetime | None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    sandbox = models.BooleanField(default=False)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "organisation", "issued_at"], name="tokens_by_organisation")]

    def __str__(self) -> str:
        return f"{self.name}（{self.prefix}…）"


class ApiTokenRevocation(models.Model):
    """The key opens nothing any more, and why. Insert-only."""

    token = models.OneToOneField(ApiToken, primary_key=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ApiTokenUse(models.Model):
    """When a key was last used, to ten minutes: a storm of requests writes one row, not one a request."""

    token = models.OneToOneField(ApiToken, primary_key=True, on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField()
