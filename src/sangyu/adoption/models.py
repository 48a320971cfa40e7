"""Which pack a programme works by, with its own figures: the decision of a bureau, with its dates."""

from __future__ import annotations

from django.db import models

from sangyu.kit.ids import new_id


class Adoption(models.Model):
    """A pack in force for a programme from one day to another, with the parameters that its text leaves open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField()
    pack_id = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    document = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    adopted_by_id = models.UUIDField()
    adopted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "valid_from"], name="one_adoption_starts_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="an_adoption_ends_after_it_starts",
            ),
        ]
