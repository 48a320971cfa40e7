"""The audit book: what each user did, and the chain that seals it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models.people import Programme, User
from sangyu.kit.ids import new_id

STANDING = [
    "providers.let_go",
    "providers.open_canteen",
    "providers.take_on",
    "registry.record_death",
    "registry.withdraw_death",
]


class AuditEntry(models.Model):
    """One act, as it was done: who, what, on what, with which facts. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=30)
    object_id = models.UUIDField()
    facts = models.JSONField(default=dict)
    body_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "at"], name="audit_by_object"),
            models.Index(fields=["programme", "at"], name="audit_by_time"),
            # Who was there on a day is asked of the whole book, and is a small part of it.
            models.Index(fields=["programme", "verb", "at"], name="audit_of_standing", condition=Q(verb__in=STANDING)),
        ]


class AuditLink(models.Model):
    """The place of an entry in the chain: each link seals the entry and every link before it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.BigIntegerField()
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="+")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "n"], name="one_link_per_place")]


class AuditHead(models.Model):
    """The last link of a programme's chain; locked while links are added, so the chain cannot fork."""

    programme = models.OneToOneField(Programme, primary_key=True, on_delete=models.PROTECT, related_name="+")
    n = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
