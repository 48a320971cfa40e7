"""What was handed in to be kept: photos and papers, each named by the hash of its bytes."""

from __future__ import annotations

from django.db import models

from sangyu.kit.ids import new_id


class Purpose(models.TextChoices):
    VISIT_PHOTO = "VISIT_PHOTO", "上门照片"
    INCIDENT_PHOTO = "INCIDENT_PHOTO", "异常照片"
    PAPER = "PAPER", "证件材料"


class File(models.Model):
    """A file that is kept, once per programme, purpose and content. Insert-only; the bytes lie on the shelf.

    `sha256` names the bytes as they are kept, `small_sha256` those of the small picture; `claims` is what the camera
    had written into the photo, which is not kept in it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_id = models.UUIDField()
    purpose = models.CharField(max_length=16, choices=Purpose)
    sha256 = models.CharField(max_length=64)
    small_sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    claims = models.JSONField(default=dict)
    by_id = models.UUIDField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "purpose", "sha256"], name="the_same_bytes_are_kept_once")
        ]
