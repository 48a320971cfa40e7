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
    CHILDLESS = "childless", "无子女"
    LEFT_BEHIND = "left_behind", "留守"
    MARGINAL_NEEDY = "marginal_needy", "边缘困难"
    FIVE_GUARANTEE_SCATTERED = "five_guarantee_scattered", "散居五保"
    FIVE_GUARANTEE_CENTRAL = "five_guarantee_central", "集中供养五保"
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
    """A registered elder (登记入院).

    Where the elder lives is kept as it is now; `Residence` keeps how it was before `moved_on`. `merged_into` is the
    record that stands for the same person, by the merges that hold (`Merge` without `Unmerge`).
    """

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
    hukou_place = models.CharField(max_length=60, blank=True, db_default="")
    lives_in_area = models.BooleanField(default=True, db_default=True)
    moved_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    door_code = models.CharField(max_length=8)
    habits = models.CharField(max_length=200, blank=True)
    warnings = models.CharField(max_length=200, blank=True)
    health = models.CharField(max_length=200, blank=True, default="", db_default="")
    interests = models.CharField(max_length=200, blank=True, default="", db_default="")
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
            models.Index(fields=["programme", "birth_on"], name="elders_by_birth"),
            GinIndex(fields=["search_keys"], name="elders_by_key"),
            models.Index(fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="elders_merged"),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentKind(models.TextChoices):
    RESIDENT_ID = "RESIDENT_ID", "居民身份证"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", "港澳台居民居住证"
    HOUSEHOLD_BOOK = "HOUSEHOLD_BOOK", "户口簿"
    HK_MACAU_PERMIT = "HK_MACAU_PERMIT", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "TAIWAN_PERMIT", "台湾居民来往大陆通行证"
    FOREIGN_RESIDENCE = "FOREIGN_RESIDENCE", "外国人永久居留身份证"
    PASSPORT = "PASSPORT", "护照"


class Document(models.Model):
    """A document that proves who an elder is; a number belongs to one elder of a programme.

    The number is encrypted, see `numbers.py`; `number_index` finds it and keeps it unique.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=DocumentKind)
    number_cipher = models.CharField(max_length=160)
    number_index = models.CharField(max_length=64)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number_index", "kind"], name="one_elder_per_document"),
        ]


class IdentitySource(models.TextChoices):
    DOCUMENT = "DOCUMENT", "凭证件"
    REGISTER = "REGISTER", "部门名册"
    COMMITTEE = "COMMITTEE", "居委会核实"
    DECLARED = "DECLARED", "本人申报"
    ASSESSMENT = "ASSESSMENT", "能力评估"


class Identity(models.Model):
    """A recognition (三无, 重点优抚…) from one day to another, with the paper it stands on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, choices=IdentityCode)
    source = models.CharField(
        max_length=10, choices=IdentitySource, default=IdentitySource.DOCUMENT, db_default="DOCUMENT"
    )
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
    is_emergency = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["elder"], condition=models.Q(is_emergency=True), name="one_contact_for_an_emergency"
            ),
            models.UniqueConstraint(fields=["elder", "phone", "relation"], name="one_contact_per_number_and_relation"),
        ]
        indexes = [models.Index(fields=["programme", "phone"], name="contacts_by_phone")]


class Relation(models.TextChoices):
    SPOUSE = "SPOUSE", "配偶"
    CHILD = "CHILD", "子女"
    CHILD_IN_LAW = "CHILD_IN_LAW", "儿媳或女婿"
    GRANDCHILD = "GRANDCHILD", "孙辈"
    PARENT = "PARENT", "父母"
    SIBLING = "SIBLING", "兄弟姐妹"
    RELATIVE = "RELATIVE", "其他亲属"
    NEIGHBOUR = "NEIGHBOUR", "邻居"
    ORGANISATION = "ORGANISATION", "单位或居委会"
    OTHER = "OTHER", "其他"


class Guardianship(models.TextChoices):
    """How somebody became a guardian (Civil Code, articles 28 to 33)."""

    NONE = "", "不是监护人"
    STATUTORY = "STATUTORY", "法定监护"
    AGREED = "AGREED", "意定监护"
    APPOINTED = "APPOINTED", "指定监护"


class Kinship(models.Model):
    """What somebody is to an elder, from one day to another; a person outside the register has only a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Elder, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=12, choices=Relation)
    guardianship = models.CharField(max_length=9, choices=Guardianship, blank=True)
    may_speak = models.BooleanField(default=False)
    evidence = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(guardianship="") | ~models.Q(evidence=""), name="a_guardian_has_a_document"
            ),
            models.CheckConstraint(condition=~models.Q(other=models.F("elder")), name="nobody_is_their_own_kin"),
        ]


class HouseholdMember(models.Model):
    """Who lives in one household (户), from one day to another; `household` is an id that its members share."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    household = models.UUIDField()
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "valid_from"], name="one_household_begins_a_day"),
            models.UniqueConstraint(
                fields=["elder"], condition=models.Q(valid_until=None), name="an_elder_is_in_one_household"
            ),
        ]
        indexes = [models.Index(fields=["household"], name="members_by_household")]


class Residence(models.Model):
    """Where an elder lived and was registered, from one day to another. Insert-only.

    Written when the elder moves: how it was until `valid_until`. How it is now stands in the elder's own row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    hukou_in_area = models.BooleanField()
    hukou_place = models.CharField(max_length=60, blank=True)
    lives_in_area = models.BooleanField()
    valid_until = models.DateField()
    reason = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "valid_until"], name="one_residence_ends_a_day"),
        ]


class DuplicateCase(models.Model):
    """Two records that may be one person, and why that is thought; `one` is the older record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    one = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    grounds = ArrayField(models.CharField(max_length=12))
    score_pm = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_records_are_one_case"),
            models.CheckConstraint(condition=~models.Q(one=models.F("other")), name="a_case_is_of_two_records"),
        ]
        indexes = [
            models.Index(
                fields=["programme", "-score_pm", "id"],
                condition=models.Q(closed_at=None),
                name="open_duplicate_cases",
            )
        ]


class Verdict(models.TextChoices):
    SAME = "SAME", "同一个人"
    TWO = "TWO", "两个人"


class DuplicateRuling(models.Model):
    """What somebody says of a case; "the same person" needs a second one who says so too. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(DuplicateCase, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=4, choices=Verdict)
    survivor = models.ForeignKey(Elder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "n"], name="rulings_are_numbered")]
        indexes = [
            models.Index(fields=["survivor"], name="rulings_by_survivor", condition=models.Q(survivor__isnull=False))
        ]


class Merge(models.Model):
    """That one record stands for another from now on; neither is changed, and it can be undone. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gone = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    survivor = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(DuplicateCase, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(gone=models.F("survivor")), name="nobody_merges_into_themselves")
        ]


class Unmerge(models.Model):
    """That a merge was a mistake: both records stand for themselves again. Insert-only."""

    merge = models.OneToOneField(Merge, primary_key=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


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
