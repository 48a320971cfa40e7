"""What people agreed to and refused, what they asked for and were answered, and what was taken away at its end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class Speaker(models.TextChoices):
    SELF = "SELF", "本人"
    GUARDIAN = "GUARDIAN", "监护人"


class Channel(models.TextChoices):
    PAPER = "PAPER", "书面"
    VOICE = "VOICE", "电话"
    SMS = "SMS", "短信"


class Consent(models.Model):
    """What an elder, or the guardian, said to a topic (同意或拒绝): the last word holds. Insert-only.

    `edition` names the words that were asked, by their hash; `reference` is where the evidence lies: the number of the
    paper, of the recording or of the message; `guardian` is the row of the kinship by which somebody spoke.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(max_length=30)
    edition = models.CharField(max_length=16)
    agrees = models.BooleanField()
    speaker = models.CharField(max_length=8, choices=Speaker)
    guardian = models.UUIDField(null=True)
    channel = models.CharField(max_length=5, choices=Channel)
    reference = models.CharField(max_length=80)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reference=""), name="a_consent_has_evidence"),
        ]
        indexes = [models.Index(fields=["elder", "topic", "-at"], name="consents_by_elder")]


class RequestKind(models.TextChoices):
    ACCESS = "ACCESS", "查阅"
    COPY = "COPY", "复制"
    CORRECT = "CORRECT", "更正"
    ERASE = "ERASE", "删除"


class AskedBy(models.TextChoices):
    """Who asks; after a death the near relatives may (personal information protection law, article 49)."""

    SELF = "SELF", "本人"
    GUARDIAN = "GUARDIAN", "监护人"
    ENTRUSTED = "ENTRUSTED", "受委托人"
    RELATIVE = "RELATIVE", "近亲属（老人已去世）"


class Check(models.TextChoices):
    """How it was made sure that the one who asks is the one they say."""

    DOCUMENT = "DOCUMENT", "看过证件原件"
    AT_HOME = "AT_HOME", "上门当面核对"
    RING_BACK = "RING_BACK", "按登记的号码回拨核对"


class Request(models.Model):
    """A request about one's own data (个人信息请求), and by when it has to be answered. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=RequestKind)
    asked_by = models.CharField(max_length=9, choices=AskedBy)
    asker = models.CharField(max_length=60)
    check_made = models.CharField(max_length=9, choices=Check)
    check_note = models.CharField(max_length=120)
    wish = models.CharField(max_length=300, blank=True)
    due_on = models.DateField()
    due_certain = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "due_on", "id"], name="privacy_requests_by_due")]


class Outcome(models.TextChoices):
    DONE = "DONE", "已照办"
    PARTLY = "PARTLY", "部分照办"
    REFUSED = "REFUSED", "不能照办"


class Answer(models.Model):
    """How a request was answered, and why so. Insert-only."""

    request = models.OneToOneField(Request, primary_key=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class Removal(models.Model):
    """That data past its days was taken away: of which purpose, from before when, how many rows. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=30)
    what = models.CharField(max_length=60)
    before = models.DateTimeField()
    rows = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="removals_by_time")]
