"""Applications as they were made, and everything that was done with them, one row for each act."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sangyu.access.models import Area, Programme, User
from sangyu.adoption.models import Adoption
from sangyu.files.models import File
from sangyu.kit.ids import new_id
from sangyu.registry.models import Elder


class StepCode(models.TextChoices):
    """The steps that a city's text may prescribe; which of them, and in which order, its pack says."""

    ACCEPT = "ACCEPT", "受理"
    MATCH = "MATCH", "数据比对"
    CLASSIFY = "CLASSIFY", "定类别"
    REVIEW = "REVIEW", "“两委”会审议"
    NOTICE = "NOTICE", "公示"
    APPROVE = "APPROVE", "审批"
    CHOOSE = "CHOOSE", "定项目"
    AGREE = "AGREE", "签协议"
    ARRANGE = "ARRANGE", "安排服务"
    CALL_BACK = "CALL_BACK", "回访"


class Outcome(models.TextChoices):
    PASSED = "PASSED", "办妥"
    FAILED = "FAILED", "未通过"
    BEGUN = "BEGUN", "已开始"
    RETURNED = "RETURNED", "退回补正"
    RESUBMITTED = "RESUBMITTED", "已补正"
    REOPENED = "REOPENED", "重新办理"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class State(models.TextChoices):
    OPEN = "OPEN", "办理中"
    RETURNED = "RETURNED", "待补正"
    DONE = "DONE", "已办结"
    REFUSED = "REFUSED", "未通过"
    WITHDRAWN = "WITHDRAWN", "已撤回"


UNDER_WAY = (State.OPEN, State.RETURNED)


class Channel(models.TextChoices):
    WINDOW = "WINDOW", "窗口"
    PHONE = "PHONE", "电话"
    ONLINE = "ONLINE", "网上"
    VISIT = "VISIT", "上门"
    OFFERED = "OFFERED", "主动告知"


class ServiceClass(models.TextChoices):
    """What somebody pays for the basic services; stored in the words of the policy tables."""

    FREE = "free", "无偿"
    LOW_PAID = "low_paid", "低偿"
    PAID = "paid", "有偿"
    VOLUNTEER = "volunteer", "志愿"


class Application(models.Model):
    """One application (申请) of an elder for one thing, by the steps of the pack that was in force when it came in.

    `state`, `step`, `posted`, `service_class` and `due_on` are kept for long lists and follow from its steps.
    `declared` are facts that the register does not know, as they were told at the window.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=60)
    adoption = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="+")
    applicant = models.CharField(max_length=60)
    relation = models.CharField(max_length=20)
    channel = models.CharField(max_length=8, choices=Channel)
    declared = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    step = models.CharField(max_length=12, choices=StepCode, blank=True)
    posted = models.BooleanField(default=False)
    service_class = models.CharField(max_length=12, choices=ServiceClass, blank=True)
    due_on = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "n"], name="an_application_number_is_given_once"),
            models.UniqueConstraint(
                fields=["elder", "kind"],
                condition=Q(state__in=UNDER_WAY),
                name="one_application_for_a_thing_is_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme", "step", "at", "id"],
                condition=Q(state__in=UNDER_WAY),
                name="applications_open_by_step",
            ),
            models.Index(fields=["programme", "community", "at", "id"], name="applications_by_community"),
            models.Index(fields=["programme", "at", "id"], name="applications_by_time"),
            models.Index(fields=["elder", "at"], name="applications_by_elder"),
        ]

    @property
    def number(self) -> str:
        """The number as it is written on paper."""
        return f"申〔{self.year}〕{self.n:06d}号"


class Step(models.Model):
    """What was done with an application: which step, by whom, how it ended, and why. Insert-only.

    `facts` hold what belongs to the step: the decision of the policy, the minutes of a review, the items chosen;
    `undoes` the steps that have to be done again after it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12, choices=StepCode)
    outcome = models.CharField(max_length=12, choices=Outcome)
    service_class = models.CharField(max_length=12, choices=ServiceClass, blank=True)
    undoes = models.JSONField(default=list)
    reason = models.CharField(max_length=400, blank=True)
    facts = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "n"], name="steps_are_numbered")]


class Paper(models.Model):
    """A paper that was handed in or photographed. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=40)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "file"], name="a_paper_is_added_once")]


class Posting(models.Model):
    """A list that hangs in a community (公示): from which day, to which day including it. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    posted_on = models.DateField()
    until_on = models.DateField()
    certain = models.BooleanField()
    decision = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(posted_on__lte=models.F("until_on")), name="a_posting_lasts_some_days"),
        ]
        indexes = [models.Index(fields=["programme", "community", "until_on"], name="postings_by_community")]


class Notice(models.Model):
    """One line of a posting: whom it is about, with what of the name may be read. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    shown_name = models.CharField(max_length=60)
    service_class = models.CharField(max_length=12, choices=ServiceClass, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["posting", "application"], name="a_posting_names_one_once")]


class Objection(models.Model):
    """Somebody does not agree with what is posted (异议). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    raised_by = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True)
    grounds = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ObjectionAnswer(models.Model):
    """What was found about an objection; an upheld one sends the application back to its beginning. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="+")
    upheld = models.BooleanField()
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Reading(models.Model):
    """An approver opened an application in full. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "by"], name="a_reading_is_noted_once")]


class Award(models.Model):
    """What an application brought (核准): from which day on, by which decision. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    service_class = models.CharField(max_length=12, choices=ServiceClass, blank=True)
    valid_from = models.DateField()
    decision = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["elder", "kind", "valid_from"], name="awards_by_elder")]


class Agreement(models.Model):
    """An agreement (协议) as it was drawn up; a later one takes its place. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField()
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "n"], name="agreements_are_numbered")]


class Party(models.TextChoices):
    ELDER = "ELDER", "老人一方"
    COMMUNITY = "COMMUNITY", "社区一方"


class Signature(models.Model):
    """One side signed an agreement; the photographed sheet is kept. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=12, choices=Party)
    name = models.CharField(max_length=60)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="a_side_signs_once")]


class Appeal(models.Model):
    """Somebody does not accept that an application was refused (申诉). Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="+")
    raised_by = models.CharField(max_length=60)
    relation = models.CharField(max_length=20)
    grounds = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class AppealAnswer(models.Model):
    """What was decided about an appeal; an upheld one lets the application be decided again. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="+")
    upheld = models.BooleanField()
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Term(models.Model):
    """How many working days the bureau gives for a step that the city's text sets no days for (办理期限). Insert-only.

    `step` may be APPEAL: so many working days a refusal may be appealed against.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=12)
    days = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=80)
    valid_from = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "step", "valid_from"], name="one_term_starts_a_day"),
            models.CheckConstraint(condition=Q(days__gt=0), name="a_term_has_days"),
        ]


class Survey(models.Model):
    """The last time somebody looked who is entitled to a thing and has not applied (核对应享未享).

    `unset` names the figure without which nobody can be told; empty where the bureau has set all that is needed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=60)
    document = models.CharField(max_length=120)
    locator = models.CharField(max_length=200)
    unset = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "kind"], name="one_survey_of_a_thing")]


class Unclaimed(models.Model):
    """Somebody who may have something, or only lacks a fact, and has not applied for it (应享未享).

    Kept by every survey as the tables say on its day, and taken away by whoever applies or is not willing. `missing`
    names the fact that is lacking; empty for whom the rule says yes. `community_code` and `sort_key` put the list in
    its order; what a viewer sees goes by where the elder lives now.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    elder = models.ForeignKey(Elder, on_delete=models.CASCADE, related_name="+", db_index=False)
    community_code = models.CharField(max_length=12)
    sort_key = models.CharField(max_length=120)
    missing = models.CharField(max_length=60, blank=True)
    because = models.CharField(max_length=400)
    since_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["elder", "kind"], name="unclaimed_once")]
        indexes = [
            models.Index(
                fields=["programme", "kind", "community_code", "sort_key", "id"],
                condition=Q(missing=""),
                name="unclaimed_by_community",
            ),
            models.Index(
                fields=["programme", "kind", "community_code", "sort_key", "id"],
                condition=~Q(missing=""),
                name="lacking_by_community",
            ),
        ]


class Waiver(models.Model):
    """An elder was told of something and does not want it (不申请); an application says otherwise. Insert-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["elder", "kind"], name="a_waiver_is_written_once")]
