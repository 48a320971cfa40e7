"""Elders as the programme knows them: who they are, where they live, whom to ring, and what they are recognised as."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from sangyu.access.models import Area, Programme, User
from sangyu.kit.ids import new_id


class Sex(models.TextChoices):
    UNKNOWN = "UNKNOWN", "未知"
    MALE = "MALE", "男"
    FEMALE = "FEMALE", "女"


class IdentityCode(models.TextChoices):
    """What an elder can be recognised as; stored in the words of the policy tables.

    A code of two words states a fact of that name: `ability_level:severe` is what an assessment found.
    """

    THREE_NO = "three_no", "三无"
    DIBAO = "dibao", "低保"
    DIBAO_EDGE = "dibao_edge", "低保边缘"
    ENTITLED_GROUP = "entitled_group", "重点优抚"
    SEVERE_DISABILITY = "severe_disability", "重度残疾"
    NEEDY = "needy", "困难"
    SPECIAL_NEEDY = "special_needy", "特殊困难"
    LIVING_ALONE = "living_alone", "独居"
    EMPTY_NEST = "empty_nest", "空巢"
    WITHOUT_FAMILY = "without_family", "孤寡"
    CARE_DEPENDENT = "care_dependent", "失能"
    DEMENTIA = "dementia", "失智"
    EXTREME_POOR = "extreme_poor", "特困供养"
    LOST_ONLY_CHILD = "lost_only_child", "失独"
    ABILITY_NONE = "ability_level:none", "失能等级：能力完好"
    ABILITY_MILD = "ability_level:mild", "失能等级：轻度失能"
    ABILITY_MODERATE = "ability_level:moderate", "失能等级：中度失能"
    ABILITY_SEVERE = "ability_level:severe", "失能等级：重度失能"
    MODE_HOME = "mode:home", "帮扶方式：居家照料"
    MODE_INSTITUTION = "mode:institution", "帮扶方式：入住机构"
    CLASS_FREE = "service_class:free", "服务对象：无偿"
    CLASS_LOW_PAID = "service_class:low_paid", "服务对象：低偿"
    CLASS_PAID = "service_class:paid", "服务对象：有偿"
    CLASS_VOLUNTEER = "service_class:volunteer", "服务对象：志愿"


class Elder(models.Model):
    """A registered elder (登记入院)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    registration_number = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=120)
    sex = models.CharField(max_length=8, choices=Sex)
    birth_on = models.DateField()
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    hukou_in_area = models.BooleanField()
    door_code = models.CharField(max_length=8)
    habits = models.CharField(max_length=200, blank=True)
    warnings = models.CharField(max_length=200, blank=True)
    search_keys = ArrayField(models.CharField(max_length=60), default=list)
    decision = models.JSONField()
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    died_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "registration_number"], name="one_elder_per_number"),
        ]
        indexes = [
            models.Index(fields=["programme", "community", "sort_key", "id"], name="elders_by_community"),
            models.Index(fields=["programme", "registered_at"], name="elders_by_time"),
            GinIndex(fields=["search_keys"], name="elders_by_key"),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentKind(models.TextChoices):
    RESIDENT_ID = "RESIDENT_ID", "居民身份证"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", "港澳台居民居住证"


class Document(models.Model):
    """A document that proves who an elder is; a number belongs to one elder of a programme."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DocumentKind)
    number = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind", "number"], name="one_elder_per_document"),
        ]


class Identity(models.Model):
    """A recognition (三无, 重点优抚…) from one day to another, with the paper it stands on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, choices=IdentityCode)
    evidence = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "code", "valid_from"], name="one_recognition_starts_a_day"),
            models.CheckConstraint(condition=~models.Q(evidence=""), name="a_recognition_has_evidence"),
        ]


class Contact(models.Model):
    """A number at which the elder or somebody close to them is reached."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=20)
    phone = models.CharField(max_length=20)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "phone", "relation"], name="one_contact_per_number_and_relation")
        ]
        indexes = [models.Index(fields=["programme", "phone"], name="contacts_by_phone")]


class CardKind(models.TextChoices):
    CITIZEN_CARD = "CITIZEN_CARD", "市民卡"


class ElderCard(models.Model):
    """A card that stands for an elder at a till; a number was given out once and is never given again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=CardKind, default=CardKind.CITIZEN_CARD)
    number = models.CharField(max_length=24)
    issued_on = models.DateField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="a_card_number_is_given_once")]
        indexes = [models.Index(fields=["elder", "issued_on", "id"], name="cards_by_elder")]


class CardEventKind(models.TextChoices):
    ISSUED = "ISSUED", "已发卡"
    LOST = "LOST", "已挂失"
    RETURNED = "RETURNED", "已找回"
    REPLACED = "REPLACED", "已换新卡"


class CardEvent(models.Model):
    """What happened to a card; its last event says whether it may be used. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    card = models.ForeignKey(ElderCard, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=CardEventKind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "n"], name="card_events_are_numbered"),
            models.UniqueConstraint(
                fields=["card"], condition=models.Q(kind="REPLACED"), name="a_card_is_replaced_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="card_events_by_time")]
