"""Appraise the enterprises of a month: draft, objection, ruling, final score."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.providers import actions as providers
from sangyu.providers.models import Enterprise, EnterpriseState
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.count import left_in, months
from sangyu.quality.actions.queue import queue_for_enterprise, queue_for_programme
from sangyu.quality.models import Appraisal, AppraisalItem, Finalisation, Objection, Ruling
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")
OBJECTION_DAYS = 3


@transaction.atomic
def appraise(*, month: Month, by: User, at: datetime) -> list[Appraisal]:
    """Draft the month's appraisal of every enterprise that is admitted or served anybody in it.

    Enterprises drafted before keep their draft.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    programme_id = queue_for_programme(by)
    done = set(
        Appraisal.objects.filter(programme_id=programme_id, month=str(month)).values_list("enterprise_id", flat=True)
    )
    # An enterprise suspended since is still to be paid for its visits, and nothing is paid without a score.
    served = Departure.objects.filter(visit__programme_id=programme_id, **left_in(month)).values("visit__enterprise_id")
    enterprises = list(
        Enterprise.objects.filter(Q(state=EnterpriseState.ADMITTED) | Q(pk__in=served), programme_id=programme_id)
        .exclude(pk__in=done)
        .order_by("pk")
    )
    facts = months(enterprises, month)
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
    appraisal = item.appraisal
    queue_for_enterprise(appraisal)
    existing = Objection.objects.filter(item=item).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise rules.TextMissing("请写明异议的理由。")
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
        Objection.objects.select_related("item", "item__appraisal")
        .filter(pk=objection_id, item__appraisal__programme_id=by.programme_id)
        .first()
    )
    if objection is None:
        raise NotFound("没有找到这项异议。")
    queue_for_enterprise(objection.item.appraisal)
    existing = Ruling.objects.filter(objection=objection).first()
    if existing is not None:
        return existing
    if not reason.strip():
        raise rules.TextMissing("请写明裁定的理由，企业会看到。")
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
    appraisal = Appraisal.objects.filter(pk=appraisal_id, programme_id=by.programme_id).first()
    if appraisal is None:
        raise NotFound("没有找到这份考核表。")
    queue_for_enterprise(appraisal)
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
        raise rules.Undecided(f"四个方面的权重还没有设定（{decision.missing}），请先由民政局在政策参数里设定。")
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
