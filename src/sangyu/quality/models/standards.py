"""What good care is measured by: standards in editions, whose articles stand behind items of the sheet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id


class StandardKind(models.TextChoices):
    """What an entry of the register is."""

    SERVICE = "SERVICE", "服务标准"
    PROJECT = "PROJECT", "标准化项目"


class Standard(models.Model):
    """A standard or a standard project of the register (标准登记). Insert-only; what it says is in its editions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=StandardKind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="one_standard_per_code"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="a_standard_has_a_code_and_a_title"),
        ]


class StandardEdition(models.Model):
    """An edition of a standard, from a day on, by a document (第几版). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    document = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "n"], name="editions_are_numbered"),
            models.CheckConstraint(condition=~Q(document=""), name="an_edition_names_its_document"),
        ]


class StandardArticle(models.Model):
    """An article of an edition; `item_code` is the item of the appraisal sheet that it stands behind. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(StandardEdition, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)
    item_code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="articles_are_numbered"),
            models.CheckConstraint(condition=~Q(text=""), name="an_article_says_something"),
        ]
