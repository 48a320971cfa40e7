"""Registers of other authorities as they came, month by month, and what differs from the register of elders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class BatchStage(models.TextChoices):
    READ = "READ", "待比对"
    COMPARED = "COMPARED", "已比对"
    DISCARDED = "DISCARDED", "已作废"


class Batch(models.Model):
    """One register of one month as it was handed in (一份名册): figures, doubts and faults, never the file itself.

    `digest` is the same for two files that say the same in another order. Of the `lines` that can be used, `matched`
    are elders here (查无 are the others), and `differing` of these disagree with what is recorded (不符, the others
    相符); None until it was compared. `purpose` is what it is compared for, in the words of who handed it in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    register = models.CharField(max_length=20)
    month = models.CharField(max_length=7)
    file_name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=100, default="", db_default="")
    sha256 = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    lines = models.PositiveIntegerField()
    matched = models.PositiveIntegerField()
    differing = models.PositiveIntegerField(null=True)
    months = models.JSONField()
    faults = models.PositiveIntegerField()
    fault_lines = models.JSONField()
    doubts = models.JSONField()
    stage = models.CharField(max_length=12, choices=BatchStage, default=BatchStage.READ)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "register", "month", "at"], name="batches_by_month")]


class Entry(models.Model):
    """An elder of the programme who is in a register; strangers are counted and forgotten. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    on = models.DateField(null=True)
    category = models.CharField(max_length=60, blank=True)
    meaning = models.CharField(max_length=30, blank=True)
    birth_on = models.DateField(null=True)
    area = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "elder"], name="an_elder_is_once_in_a_register")]


class Verdict(models.TextChoices):
    COMPARED = "COMPARED", "比对"
    DISCARDED = "DISCARDED", "作废"


class Ruling(models.Model):
    """Somebody has looked at a batch: it is compared, or set aside, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class DifferenceKind(models.TextChoices):
    DEATH = "DEATH", "已去世，未登记"
    DEATH_DATE = "DEATH_DATE", "去世日期不同"
    STILL_LISTED = "STILL_LISTED", "已去世，仍在册"
    GAINED = "GAINED", "名册上有，未认定"
    LOST = "LOST", "已认定，名册上没有"
    NAME = "NAME", "姓名不同"
    BIRTH = "BIRTH", "出生日期不同"
    HUKOU = "HUKOU", "户籍不同"
    CAME = "CAME", "新上名册"
    LEFT = "LEFT", "离开名册"


class Act(models.TextChoices):
    """What is suggested; CHECK wants a person to find out, KNOW wants nothing but to be known."""

    RECORD_DEATH = "RECORD_DEATH", "登记去世"
    RECOGNISE = "RECOGNISE", "认定身份"
    END_RECOGNITION = "END_RECOGNITION", "终止认定"
    CORRECT_BIRTH = "CORRECT_BIRTH", "更正出生日期"
    CHANGE_HUKOU = "CHANGE_HUKOU", "变更户籍"
    CHECK = "CHECK", "请核实"
    KNOW = "KNOW", "知道即可"


class Difference(models.Model):
    """What a register says of an elder and the register of elders does not (差异); a task until it is settled.

    `plain` says that names agree and nothing that stands is overturned, so that it may be acted on with others at once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    register = models.CharField(max_length=20)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=DifferenceKind)
    subject = models.CharField(max_length=30, blank=True)
    before = models.CharField(max_length=80, blank=True)
    after = models.CharField(max_length=80, blank=True)
    from_on = models.DateField(null=True)
    act = models.CharField(max_length=16, choices=Act)
    plain = models.BooleanField()
    why = models.CharField(max_length=200)
    is_open = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "register", "kind", "subject"],
                condition=Q(is_open=True),
                name="a_difference_is_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["batch", "kind", "id"], name="differences_by_batch"),
            models.Index(
                fields=["programme", "kind", "id"], condition=Q(is_open=True), name="open_differences_by_kind"
            ),
        ]


class OutcomeKind(models.TextChoices):
    APPLIED = "APPLIED", "已照办"
    HANDLED = "HANDLED", "已另行办理"
    KEPT = "KEPT", "维持原登记"
    OVERTAKEN = "OVERTAKEN", "新名册已不这么说"


class Outcome(models.Model):
    """How a difference was settled, by whom, and why. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    difference = models.OneToOneField(Difference, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=OutcomeKind)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class DeathReport(models.Model):
    """Somebody told that an elder has died (报丧): who, how close, and which day. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    died_on = models.DateField()
    told_by = models.CharField(max_length=60)
    relation = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["elder", "at"], name="death_reports_by_elder")]
