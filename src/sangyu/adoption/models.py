"""Which pack a programme works by, with its own figures: the decision of a bureau, with its dates."""

from __future__ import annotations

from django.db import models

from sangyu.kit.ids import new_id


class PackVersion(models.Model):
    """The files of a pack as they were when it was first adopted, under their digest. Insert-only.

    Shape: `files` maps names (`pack.toml`, `tables/x.csv`) to their text.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    pack_id = models.CharField(max_length=40)
    files = models.JSONField()
    kept_at = models.DateTimeField()


class Adoption(models.Model):
    """A pack in force for a programme from one day to another, with the parameters that its text leaves open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField()
    pack_id = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, default="")  # empty: from before digests were kept; today's tables
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
