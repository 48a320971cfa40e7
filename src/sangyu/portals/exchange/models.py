"""What the telephone system has said, each event once, whatever order it came in."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Programme, User


class CtiLine(models.Model):
    """One call as the telephone system names it; the row that is locked while its events are put in order.

    The id follows from programme and line (UUIDv5), so two events at once meet here.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    line_reference = models.CharField(max_length=60)


class CtiEventKind(models.TextChoices):
    RING = "RING", "振铃"
    ANSWER = "ANSWER", "接听"
    HANGUP = "HANGUP", "挂断"


class CtiEvent(models.Model):
    """One event of a call. Insert-only.

    No number is kept here, only a hash of what was said: a repeat says the same.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    line = models.ForeignKey(CtiLine, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=CtiEventKind)
    event_id = models.CharField(max_length=80, blank=True)
    said_hash = models.CharField(max_length=64)
    agent = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    heard_at = models.DateTimeField()
