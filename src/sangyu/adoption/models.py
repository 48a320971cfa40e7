"""Which pack a programme works by, with its own figures: a bureau's decisions, with their dates, and its drafts."""

from __future__ import annotations

from django.db import models

from sangyu.kit.ids import new_id


class PackVersion(models.Model):
    """The files of a pack as they were when it was first adopted, under their digest. Insert-only.

    Shape: `files` maps names (`pack.toml`, `tables/x.csv`, lists beside them) to their text; `texts` the same for what
    lay there and does not decide (worked examples, notes; lists too in the oldest); empty where it was not kept.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    pack_id = models.CharField(max_length=40)
    files = models.JSONField()
    texts = models.JSONField(default=dict)
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


class DraftState(models.TextChoices):
    PROPOSED = "PROPOSED", "待复核"
    ADOPTED = "ADOPTED", "已启用"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Draft(models.Model):
    """A changed version of the pack, or other figures for it, that somebody proposes to adopt. Insert-only.

    Shape: `texts` are the files of the pack that explain and do not decide (worked examples, notes), as in
    `PackVersion.files`; `faults` what an examination found when it was proposed, with keys `place`, `cell`, `message`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField()
    pack_id = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    base = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="+")
    based_on = models.CharField(max_length=64)  # the digest of the tables that were changed
    document = models.CharField(max_length=120)
    reason = models.TextField(blank=True)
    wanted_from = models.DateField(null=True)
    proposed_by_id = models.UUIDField()
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme_id", "-proposed_at"], name="drafts_of_a_programme")]
        constraints = [models.CheckConstraint(condition=~models.Q(document=""), name="a_draft_names_its_document")]

    @property
    def state(self) -> str:
        """Return the code of its decision, or `PROPOSED` while there is none."""
        decided = getattr(self, "decision", None)
        return DraftState.PROPOSED if decided is None else decided.what


class DraftDecision(models.Model):
    """What became of a draft: adopted from a day on or returned by a second person, or withdrawn. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="decision")
    what = models.CharField(max_length=10, choices=DraftState)
    by_id = models.UUIDField()
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    valid_from = models.DateField(null=True)
    adoption = models.OneToOneField(Adoption, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(what="PROPOSED"), name="a_decision_decides"),
            models.CheckConstraint(
                condition=models.Q(what="ADOPTED", valid_from__isnull=False, adoption__isnull=False)
                | (~models.Q(what="ADOPTED") & models.Q(valid_from=None, adoption=None)),
                name="only_an_adopted_draft_has_a_first_day",
            ),
        ]
