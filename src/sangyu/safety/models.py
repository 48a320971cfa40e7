"""Emergencies: who called for help, who has it in hand, what was done step by step, and how it ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Programme, User
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class Source(models.TextChoices):
    CALL = "CALL", "电话求助"
    WORKER = "WORKER", "服务人员报警"
    DEVICE = "DEVICE", "设备报警"


class Stage(models.TextChoices):
    WAITING = "WAITING", "待接管"
    TAKEN = "TAKEN", "处置中"
    CLOSED = "CLOSED", "已结案"


class Alarm(models.Model):
    """A call for help (报警), whatever raised it; its source is named by id, since sources live up the street.

    `stage` repeats what the other rows say, so that open alarms are found without a join.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=8, choices=Source)
    source_id = models.UUIDField()
    phone = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="one_alarm_per_source"),
        ]
        indexes = [
            models.Index(
                fields=["programme", "raised_at", "id"], name="alarms_open", condition=~Q(stage=Stage.CLOSED.value)
            ),
            models.Index(fields=["programme", "raised_at"], name="alarms_by_time"),
            models.Index(fields=["elder", "raised_at"], name="alarms_by_elder"),
        ]


class Taking(models.Model):
    """Who has an alarm in hand (接管), and since when; nobody takes it a second time. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class Rung(models.TextChoices):
    """Whom to turn to, in this order."""

    ELDER = "ELDER", "呼叫本人"
    FAMILY = "FAMILY", "联系家属"
    HELPER = "HELPER", "就近人员上门"
    AMBULANCE = "AMBULANCE", "拨打120"
    POLICE = "POLICE", "拨打110"


class Step(models.Model):
    """Something that was done about an alarm (处置步骤); a rung may be tried more than once. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="+", db_index=False)
    rung = models.CharField(max_length=10, choices=Rung)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["alarm", "at", "id"], name="steps_of_an_alarm")]


class Outcome(models.TextChoices):
    REAL = "REAL", "真实"
    FALSE = "FALSE", "误报"
    TEST = "TEST", "测试"
    FAULT = "FAULT", "设备故障"


class Closure(models.Model):
    """How an alarm ended (结案), in one sentence by a named person; time alone never ends one. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alarm = models.OneToOneField(Alarm, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    note = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="an_alarm_ends_with_a_sentence")]


class Unread(models.Model):
    """An end that whoever raised the alarm has not read (未阅): it goes with the acknowledgement.

    It repeats what the acknowledgements say, so that what is news to somebody costs what is new; `./sangyu verify`
    holds it against them.
    """

    closure = models.OneToOneField(Closure, primary_key=True, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class Acknowledgement(models.Model):
    """Whoever raised an alarm has read how it ended (已阅). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    closure = models.OneToOneField(Closure, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
