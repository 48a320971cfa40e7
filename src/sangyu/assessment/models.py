"""Assessments as they were done: who was sent, what each of them signed, and what was decided from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.files.models import File
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class Edition(models.Model):
    """The text of a scale as it was when somebody was assessed by it; `digest` names exactly this text. Insert-only."""

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    scale = models.CharField(max_length=40)
    files = models.JSONField()
    kept_at = models.DateTimeField()


class Stacking(models.TextChoices):
    BY_SCALE = "", "按量表"
    ONCE = "once", "有一条或几条都只加重一级"
    EACH = "each", "逐条加重"


class Practice(models.Model):
    """How a district assesses by a scale (评估办法), from a day on, with the document that says so. Insert-only.

    Where the city's own text only speaks of 失能等级, the district's document says which level of the scale is which of
    them: `counts_as` maps the scale's words to those of the policy's fact; a level that is not named counts as none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    scale = models.CharField(max_length=40)
    counts_as = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    stacking = models.CharField(max_length=8, choices=Stacking, blank=True)
    valid_months = models.PositiveSmallIntegerField()
    dispute_days = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=80)
    valid_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "scale", "valid_from"], name="one_practice_starts_a_day"),
            models.CheckConstraint(condition=Q(valid_months__gt=0), name="a_level_holds_for_a_while"),
        ]


class Kind(models.TextChoices):
    """Why an elder is assessed, as the national form asks."""

    FIRST = "FIRST", "首次评估"
    REGULAR = "REGULAR", "常规评估"
    ON_CHANGE = "ON_CHANGE", "即时评估"
    REVIEW = "REVIEW", "复评"
    OTHER = "OTHER", "其他"


class Stage(models.TextChoices):
    APPOINTED = "APPOINTED", "待评估"
    DIFFERING = "DIFFERING", "待裁定"
    SIGNED = "SIGNED", "待出结论"
    CONCLUDED = "CONCLUDED", "已出结论"
    WITHDRAWN = "WITHDRAWN", "已撤回"


UNDER_WAY = (Stage.APPOINTED, Stage.DIFFERING, Stage.SIGNED)


class Assessment(models.Model):
    """One assessment of an elder (能力评估) by one scale; a review points at the assessment that was disputed.

    `reason` says why in words where `kind` does not.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    scale = models.CharField(max_length=40)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=100, blank=True, db_default="")
    base_on = models.DateField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.APPOINTED)
    review_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "scale"],
                condition=Q(stage__in=UNDER_WAY),
                name="one_assessment_by_a_scale_is_under_way",
            ),
            models.UniqueConstraint(
                fields=["review_of"], condition=~Q(stage=Stage.WITHDRAWN), name="a_dispute_has_one_review"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "stage", "at", "id"], name="assessments_by_stage"),
            models.Index(fields=["elder", "scale", "at"], name="assessments_by_elder"),
        ]


class Part(models.TextChoices):
    FIRST = "FIRST", "评估员甲"
    SECOND = "SECOND", "评估员乙"
    THIRD = "THIRD", "裁定人"


class Appointment(models.Model):
    """Who is sent to assess, and when. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=Part)
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    visit_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "part"], name="one_person_for_each_part"),
            models.UniqueConstraint(fields=["assessment", "assessor"], name="one_part_for_each_person"),
        ]
        indexes = [models.Index(fields=["assessor", "visit_at"], name="appointments_by_assessor")]


class Draft(models.Model):
    """What an assessor has chosen so far; `n` grows with every change, so that a late one is known as late.

    `particulars` is what was asked beside the items (`rules.Particular`), by code.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    particulars = models.JSONField(default=dict)
    n = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()


class Sheet(models.Model):
    """A sheet as one person signed it (评估表); the third person's holds only what was differing. Insert-only.

    `digest` is over the scale's digest, the answers and the particulars; the informant is whoever told about the
    elder's days.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    particulars = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    informant = models.CharField(max_length=60, blank=True)
    informant_relation = models.CharField(max_length=20, blank=True)
    informant_phone = models.CharField(max_length=20, blank=True, db_default="")
    signed_at = models.DateTimeField()


class Evidence(models.Model):
    """A photo or paper beside one item, by the person who assessed it. Insert-only.

    `sha256` names the bytes as they arrived; `taken_at` is when the tablet says the photo was taken.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=20)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, db_default="")
    taken_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "item", "file"], name="evidence_is_added_once"),
        ]


class Conclusion(models.Model):
    """The level that was decided (评估结论), with the answers and every step that led there. Insert-only.

    It holds on `valid_from <= day < valid_until`, unless a later one begins; it may be disputed
    on the days before `disputable_until`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    result = models.JSONField()
    level = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=20)
    label = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_until = models.DateField()
    disputable_until = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_from__lt=models.F("valid_until")), name="a_level_holds_some_days"),
        ]
        indexes = [models.Index(fields=["programme", "valid_until"], name="conclusions_by_end")]


class Withdrawal(models.Model):
    """An assessment that will not be done, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Dispute(models.Model):
    """Somebody does not accept a conclusion (异议), and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")
    raised_by = models.CharField(max_length=60)
    relation = models.CharField(max_length=20)
    grounds = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Certificate(models.Model):
    """The certificate of a level (能力评估证明), numbered within the programme's year. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "n"], name="a_certificate_number_is_given_once"),
        ]

    @property
    def number(self) -> str:
        """The number as it is written on paper."""
        return f"评〔{self.year}〕{self.n:06d}号"


class Reminder(models.Model):
    """A level that ends soon was told once, so that somebody assesses again in time. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conclusion = models.OneToOneField(Conclusion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Paper(models.Model):
    """A level that somebody found before this house did (旧评估结果), as its paper says it. Insert-only.

    It is history: nobody of this house assessed. `valid_until` is what the paper says; without it the level holds for
    no rule.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    scale = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=20)
    label = models.CharField(max_length=30)
    assessed_on = models.DateField()
    valid_until = models.DateField(null=True)
    body = models.CharField(max_length=80)
    source = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "scale", "assessed_on", "source"], name="a_paper_is_entered_once"),
        ]
