"""Rehearsals that were asked for: how far each has come, and what it found, so that it can be opened again."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Programme, User


class Run(models.Model):
    """One rehearsal; it is filled in as it goes on and never changes again once it has ended.

    Shape: `asked` says which change (`figure` and `to`, or `draft`); `said` the change in words, `found` the result.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    asked = models.JSONField()
    months = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    doing = models.CharField(max_length=120, blank=True)
    done_pm = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=400, blank=True)
    said = models.JSONField(null=True)
    found = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "-at", "-id"], name="rehearsals_by_time")]

    @property
    def done_percent(self) -> int:
        """How much of it is done."""
        return self.done_pm // 10
