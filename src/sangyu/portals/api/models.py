"""What the interface remembers of requests: the key that each write came with, and what was answered, byte for byte."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import User


class RequestKey(models.Model):
    """A key that came with a request, and the hash of what was asked; bound to it for ever. Insert-only.

    The id follows from caller and key (UUIDv5), so the same key finds its row and two at once cannot both add it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    at = models.DateTimeField()


class KeptAnswer(models.Model):
    """The answer to a request as it was sent, so that a repeat reads the same bytes. Insert-only."""

    request = models.OneToOneField(RequestKey, primary_key=True, on_delete=models.PROTECT, related_name="+")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
