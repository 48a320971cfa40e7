"""What happened, in the order of commits, and how far each machine has read it."""

from __future__ import annotations

from django.db import models
from django.db.models.expressions import RawSQL

from sangyu.kit.ids import new_id


class TransactionId(models.Field):
    """PostgreSQL's 64-bit transaction id, filled by the database."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class Message(models.Model):
    """Something that happened, for whoever listens to its topic. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField()
    topic = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()
    written_in = TransactionId(db_default=RawSQL("pg_current_xact_id()", []))

    class Meta:
        indexes = [models.Index(fields=["written_in", "id"], name="messages_in_commit_order")]


class Bookmark(models.Model):
    """How far a machine has read the messages; moved on in the transaction of what it wrote about them."""

    reader = models.CharField(max_length=40, primary_key=True)
    transaction = models.BigIntegerField()
    message = models.UUIDField()
