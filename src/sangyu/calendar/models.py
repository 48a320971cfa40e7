"""Days off and days worked as documents declare them."""

from __future__ import annotations

from django.db import models

from sangyu.kit.ids import new_id


class DeclaredDay(models.Model):
    """A day that a document makes a day off or a day worked, for a programme or for the whole country. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField(null=True)
    on = models.DateField()
    n = models.PositiveSmallIntegerField()
    working = models.BooleanField()
    document = models.CharField(max_length=120)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "on", "n"], nulls_distinct=False, name="declarations_of_a_day_are_numbered"
            )
        ]
