"""Batches of people that were handed in as a sheet, line by line, and what became of each."""

from __future__ import annotations

from django.db import models

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id


class Stage(models.TextChoices):
    """How far a batch has come."""

    RECEIVED = "RECEIVED", "正在核对"
    REFUSED = "REFUSED", "没有读成"
    CHECKED = "CHECKED", "待入库"
    WRITING = "WRITING", "正在入库"
    WRITTEN = "WRITTEN", "已入库"
    UNDOING = "UNDOING", "正在撤销"
    UNDONE = "UNDONE", "已撤销"
    SET_ASIDE = "SET_ASIDE", "已作废"


class Standing(models.TextChoices):
    """What a line would do, by its own cells and by what the register knows."""

    NEW = "NEW", "新登记"
    MORE = "MORE", "有补充"
    SAME = "SAME", "没有变化"
    WRONG = "WRONG", "有错"


class Outcome(models.TextChoices):
    """What became of a line."""

    WAITING = "WAITING", "未入库"
    WRITTEN = "WRITTEN", "已入库"
    REFUSED = "REFUSED", "入库时被拒"
    TAKEN_BACK = "TAKEN_BACK", "已撤回"
    KEPT = "KEPT", "未能撤回"


class Batch(models.Model):
    """A sheet that was handed in. `way` is how many lines the present step has passed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=12)
    template = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sheet = models.CharField(max_length=60, blank=True)
    places = models.JSONField(default=dict)
    unused = models.JSONField(default=list)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.RECEIVED)
    fault = models.CharField(max_length=600, blank=True)
    counts = models.JSONField(default=dict)
    way = models.PositiveIntegerField(default=0)
    chosen = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    begun_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "-at", "-id"], name="batches_by_time")]

    def __str__(self) -> str:
        return self.file_name


class StagedRow(models.Model):
    """One line of a batch. Its cells are encrypted, as they hold numbers of documents; `number_index` finds the elder.

    `faults` and `differences` name cells and what is to be said of them, never a number; `double_of` is the line in
    which the same document stands first; `written` holds the ids of what the line added to the register, by kind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    cells_cipher = models.TextField()
    number_index = models.CharField(max_length=64, blank=True)
    standing = models.CharField(max_length=8, choices=Standing)
    faults = models.JSONField(default=list)
    double_of = models.PositiveIntegerField(null=True)
    differences = models.JSONField(default=list)
    picked = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    said = models.CharField(max_length=300, blank=True)
    elder_id = models.UUIDField(null=True)
    written = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="a_line_is_staged_once")]
        indexes = [
            models.Index(fields=["batch", "standing", "line"], name="staged_by_standing"),
            models.Index(fields=["batch", "number_index"], name="staged_by_number"),
        ]
