"""Verbs of quality: draw the day's sample, follow up, appraise, object, rule, finalise."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.dispatch.models import Acceptance, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.providers import actions as providers
from sangyu.providers.models import Certificate, Enterprise, EnterpriseState, Licence, Worker
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.models import (
    Appraisal,
    AppraisalItem,
    Finalisation,
    FollowUp,
    FollowUpTask,
    Objection,
    Ruling,
    Sample,
    TaskReason,
)
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")
OBJECTION_DAYS = 3


class Undecided(Refusal):
    """A parameter of the appraisal is missing."""


class TextMissing(Refusal):
    """An objection or ruling needs words."""


class AlreadyReached(Refusal):
    """The elder has answered already."""


@transaction.atomic
def draw_sample(*, day: date, by: User, at: datetime) -> Sample:
    """Draw the follow-up calls of a day: the pack's share of what was served, and every visit without proof.

    The same day is drawn once.
    Raises: Undecided, when the share is not set.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    programme_id = by.programme_id
    existing = Sample.objects.filter(programme_id=programme_id, day=day).first()
    if existing is not None:
        return existing
    begins_at = datetime.combine(day, datetime.min.time(), BEIJING)
    served = visits_read.served_between(programme_id, begins_at, begins_at + timedelta(days=1))
    decision = adoption_read.decide(programme_id, "spot-check", {"total": len(served)}, day)
    if decision.value is None:
        raise Undecided(f"抽查比例还没有设定（{decision.missing}），请先由民政局在政策参数里设定。")
    seed = f"{programme_id}:{day}"
    sample = Sample.objects.create(
        id=derived_id("sample", programme_id, day),
        programme_id=programme_id,
        day=day,
        seed=seed,
        served=len(served),
        due=decision.value,
        decision=decision.to_json(),
        by=by,
        at=at,
    )
    unproven = {row.visit.order_id for row in served if row.grade in ("C", "D")}
    chosen = set(rules.draw((row.visit.order_id for row in served), due=decision.value, seed=seed))
    FollowUpTask.objects.bulk_create(
        [
            FollowUpTask(
                id=derived_id("follow-up-task", order_id),
                sample=sample,
                order_id=order_id,
                reason=TaskReason.SAMPLED if order_id in chosen else TaskReason.UNPROVEN,
            )
            for order_id in sorted(chosen | unproven)
        ]
    )
    return sample


@transaction.atomic
def follow_up(
    *,
    task_id: UUID,
    by: User,
    at: datetime,
    reached: bool,
    happened: bool | None = None,
    paid_as_told: bool | None = None,
    satisfaction: int | None = None,
    complaint: str = "",
) -> FollowUp:
    """Write down a follow-up call; an elder who was reached is not rung again.

    Raises: NotAllowed, NotFound, AlreadyReached.
    """
    ensure_role(by, Role.QUALITY)
    task = (
        FollowUpTask.objects.select_for_update(of=("self",))
        .filter(pk=task_id, sample__programme_id=by.programme_id)
        .first()
    )
    if task is None:
        raise NotFound("没有找到这项回访任务。")
    if FollowUp.objects.filter(task=task, reached=True).exists():
        raise AlreadyReached("这张工单已经回访过，不需要再打。")
    n = FollowUp.objects.filter(task=task).count() + 1
    row = FollowUp.objects.create(
        id=derived_id("follow-up", task.pk, n),
        task=task,
        n=n,
        reached=reached,
        happened=happened if reached else None,
        paid_as_told=paid_as_told if reached else None,
        satisfaction=satisfaction if reached else None,
        complaint=complaint.strip() if reached else "",
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.follow_up",
        object_kind="order",
        object_id=task.order_id,
        facts={"reached": reached, "happened": happened, "satisfaction": satisfaction},
    )
    return row


@transaction.atomic
def appraise(*, month: Month, by: User, at: datetime) -> list[Appraisal]:
    """Draft the appraisal of every admitted enterprise for a month; enterprises drafted before keep their draft."""
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    programme_id = by.programme_id
    done = set(
        Appraisal.objects.filter(programme_id=programme_id, month=str(month)).values_list("enterprise_id", flat=True)
    )
    enterprises = [
        firm
        for firm in Enterprise.objects.filter(programme_id=programme_id, state=EnterpriseState.ADMITTED).order_by("pk")
        if firm.pk not in done
    ]
    facts = _months(enterprises, month)
    drafted, items = [], []
    for firm in enterprises:
        row = Appraisal(
            id=derived_id("appraisal", firm.pk, month),
            programme_id=programme_id,
            enterprise=firm,
            month=str(month),
            object_until=at + timedelta(days=OBJECTION_DAYS),
            drafted_by=by,
            drafted_at=at,
        )
        drafted.append(row)
        items += [
            AppraisalItem(id=derived_id("appraisal-item", row.pk, item.code), appraisal=row, **vars(item))
            for item in rules.sheet(facts[firm.pk])
        ]
    Appraisal.objects.bulk_create(drafted)
    AppraisalItem.objects.bulk_create(items)
    access.record(
        by=by,
        at=at,
        verb="quality.appraise",
        object_kind="programme",
        object_id=programme_id,
        facts={"month": str(month), "enterprises": len(drafted)},
    )
    return drafted


@transaction.atomic
def object_to(*, item_id: UUID, text: str, by: User, at: datetime) -> Objection:
    """Disagree with an item of one's own sheet, in time and with words; an item is objected to once.

    Raises: NotFound, ObjectionTooLate, TextMissing.
    """
    ensure_role(by, Role.ENTERPRISE)
    item = AppraisalItem.objects.filter(pk=item_id).select_related("appraisal", "appraisal__enterprise").first()
    if item is None or item.appraisal.enterprise.organisation_id != by.organisation_id:
        raise NotFound("没有找到这项考核。")
    existing = Objection.objects.filter(item=item).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise TextMissing("请写明异议的理由。")
    appraisal = Appraisal.objects.select_for_update().get(pk=item.appraisal_id)
    if at > appraisal.object_until or Finalisation.objects.filter(appraisal=appraisal).exists():
        raise rules.ObjectionTooLate("异议期已过，本月考核已定稿。如有新的证据，请与质量管理中心联系。")
    objection = Objection.objects.create(
        id=derived_id("objection", item.pk), item=item, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="quality.object", object_kind="appraisal", object_id=appraisal.pk)
    return objection


@transaction.atomic
def rule(*, objection_id: UUID, upheld: bool, score_tenths: int, reason: str, by: User, at: datetime) -> Ruling:
    """Answer an objection: the item's score that holds from now on, and why; ruled once.

    Raises: NotFound, TextMissing, ScoreOutOfRange.
    """
    ensure_role(by, Role.QUALITY)
    objection = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("item", "item__appraisal")
        .filter(pk=objection_id, item__appraisal__programme_id=by.programme_id)
        .first()
    )
    if objection is None:
        raise NotFound("没有找到这项异议。")
    existing = Ruling.objects.filter(objection=objection).first()
    if existing is not None:
        return existing
    if not reason.strip():
        raise TextMissing("请写明裁定的理由，企业会看到。")
    item = objection.item
    score = score_tenths if upheld else item.score_tenths
    if not 0 <= score <= item.full_tenths:
        raise rules.ScoreOutOfRange(f"“{item.name}”满分{item.full_tenths / 10:g}分，请填写0到满分之间的分数。")
    ruling = Ruling.objects.create(
        id=derived_id("ruling", objection.pk),
        objection=objection,
        upheld=upheld,
        score_tenths=score,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.rule",
        object_kind="appraisal",
        object_id=item.appraisal_id,
        facts={"item": item.code, "upheld": upheld, "score_tenths": score},
    )
    return ruling


@transaction.atomic
def finalise(*, appraisal_id: UUID, by: User, at: datetime) -> Finalisation:
    """Make an appraisal final: the four scores weighted by the pack; done once.

    Raises: NotFound, StillOpen, Undecided.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    appraisal = Appraisal.objects.select_for_update().filter(pk=appraisal_id, programme_id=by.programme_id).first()
    if appraisal is None:
        raise NotFound("没有找到这份考核表。")
    existing = Finalisation.objects.filter(appraisal=appraisal).first()
    if existing is not None:
        return existing
    sheet = quality_read.sheet_of(appraisal)
    if sheet.waiting:
        raise rules.StillOpen(f"还有{sheet.waiting}项异议没有裁定，裁定后才能定稿。")
    if at < appraisal.object_until:
        until = appraisal.object_until.astimezone(BEIJING)
        raise rules.StillOpen(f"异议期到{until:%m月%d日 %H:%M}，期满后才能定稿。")
    scores = rules.dimension_scores([(line.item.dimension, line.score_tenths) for line in sheet.lines])
    month = Month.parse(appraisal.month)
    decision = adoption_read.decide(by.programme_id, "appraisal-score", {"scores_tenths": scores}, month.first_day)
    if decision.value is None:
        raise Undecided(f"四个方面的权重还没有设定（{decision.missing}），请先由民政局在政策参数里设定。")
    final = Finalisation.objects.create(
        id=derived_id("finalisation", appraisal.pk),
        appraisal=appraisal,
        scores_tenths=scores,
        total_tenths=decision.value,
        decision=decision.to_json(),
        by=by,
        at=at,
    )
    providers.note_score(enterprise_id=appraisal.enterprise_id, month=appraisal.month, score_tenths=decision.value)
    access.record(
        by=by,
        at=at,
        verb="quality.finalise",
        object_kind="appraisal",
        object_id=appraisal.pk,
        facts={"total_tenths": decision.value},
    )
    return final


def _months(enterprises: list[Enterprise], month: Month) -> dict[UUID, rules.Month]:
    """Count what the sheet rests on for many enterprises at once; a fixed number of queries."""
    begins_at = datetime.combine(month.first_day, datetime.min.time(), BEIJING)
    ends_at = datetime.combine(month.next().first_day, datetime.min.time(), BEIJING)
    in_month = {"order__wanted_from__gte": begins_at, "order__wanted_from__lt": ends_at}
    sent: dict[UUID, int] = dict(
        Dispatch.objects.filter(enterprise__in=enterprises, **in_month)
        .values_list("enterprise_id")
        .annotate(n=Count("pk"))
    )
    under = {f"dispatch__{name}": value for name, value in in_month.items()}
    answered: dict[UUID, int] = defaultdict(int)
    for enterprise_id, n in (
        Acceptance.objects.filter(dispatch__enterprise__in=enterprises, **under)
        .values_list("dispatch__enterprise_id")
        .annotate(n=Count("pk"))
    ):
        answered[enterprise_id] += n
    for enterprise_id, n in (
        RefusalRow.objects.filter(dispatch__enterprise__in=enterprises, **under)
        .exclude(reason=RefusalReason.NO_ANSWER)
        .values_list("dispatch__enterprise_id")
        .annotate(n=Count("pk"))
    ):
        answered[enterprise_id] += n
    visits: dict[UUID, list[tuple[bool, bool]]] = defaultdict(list)
    late = timedelta(minutes=rules.LATE_MINUTES_MAX)
    for departure in Departure.objects.filter(
        visit__enterprise__in=enterprises, left_at__gte=begins_at, left_at__lt=ends_at
    ).select_related("visit", "visit__order"):
        visit = departure.visit
        visits[visit.enterprise_id].append(
            (visit.arrived_at <= visit.order.wanted_from + late, departure.grade in ("A", "B"))
        )
    said: dict[UUID, list[tuple[int, str]]] = defaultdict(list)
    for enterprise_id, satisfaction, complaint in FollowUp.objects.filter(
        reached=True,
        task__order__in=Departure.objects.filter(
            visit__enterprise__in=enterprises, left_at__gte=begins_at, left_at__lt=ends_at
        ).values("visit__order_id"),
    ).values_list("task__order__pk", "satisfaction", "complaint"):
        said[enterprise_id].append((satisfaction, complaint))
    by_order = dict(
        Departure.objects.filter(visit__order_id__in=list(said)).values_list("visit__order_id", "visit__enterprise_id")
    )
    heard: dict[UUID, list[tuple[int, str]]] = defaultdict(list)
    for order_id, answers in said.items():
        heard[by_order[order_id]] += answers
    covered: dict[UUID, set[date]] = defaultdict(set)
    days = [month.first_day + timedelta(days=n) for n in range((month.next().first_day - month.first_day).days)]
    for licence in Licence.objects.filter(enterprise__in=enterprises):
        covered[licence.enterprise_id] |= {day for day in days if licence.valid_from <= day < licence.valid_until}
    duties: dict[UUID, set[str]] = defaultdict(set)
    for enterprise_id, held in Worker.objects.filter(enterprise__in=enterprises, left_on=None).values_list(
        "enterprise_id", "duties"
    ):
        duties[enterprise_id] |= set(held)
    certificates: dict[UUID, list[bool]] = defaultdict(list)
    last_day = days[-1]
    for enterprise_id, until in Certificate.objects.filter(
        worker__enterprise__in=enterprises, worker__left_on=None
    ).values_list("worker__enterprise_id", "valid_until"):
        certificates[enterprise_id].append(until > last_day)
    return {
        firm.pk: rules.Month(
            licence_days_missing=len(days) - len(covered[firm.pk]),
            officers_missing=2 - len({"safety_officer", "first_aider"} & duties[firm.pk]),
            sent=sent.get(firm.pk, 0),
            answered_in_time=answered[firm.pk],
            visits=len(visits[firm.pk]),
            punctual=sum(punctual for punctual, _ in visits[firm.pk]),
            proven=sum(proven for _, proven in visits[firm.pk]),
            reached=len(heard[firm.pk]),
            satisfaction_sum=sum(satisfaction for satisfaction, _ in heard[firm.pk]),
            complaints=sum(1 for _, complaint in heard[firm.pk] if complaint),
            certificates=len(certificates[firm.pk]),
            certificates_valid=sum(certificates[firm.pk]),
        )
        for firm in enterprises
    }
