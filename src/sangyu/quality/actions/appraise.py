"""Appraise the enterprises of a month: draft what can be computed, score the rest by hand, publish, make final."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption.steps import decide_step
from sangyu.calendar import queries as calendar_read
from sangyu.calendar.rules import Workdays
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.providers import actions as providers
from sangyu.providers.models import Enterprise, EnterpriseState
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.count import left_in, months
from sangyu.quality.actions.queue import queue_for_enterprise, queue_for_programme
from sangyu.quality.models import (
    Appraisal,
    AppraisalItem,
    Finalisation,
    HandScore,
    How,
    Release,
    SiteCheck,
)
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def appraise(*, month: Month, by: User, at: datetime) -> list[Appraisal]:
    """Draft the month's appraisal of every enterprise that is admitted or served anybody in it.

    Computed items get their score now; items scored by hand stay empty. Enterprises drafted before keep their draft.
    Raises: NotOver, since a draft is never drafted again; BadSheet.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    begins_on = month.next().first_day
    if at.astimezone(BEIJING).date() < begins_on:
        raise rules.NotOver(f"{month}还没有结束，{begins_on}起才能生成考核草稿。请届时再办，或核对所选月份。")
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
    definitions = quality_read.definitions(programme_id, month)
    facts = months(enterprises, month)
    drafted, items = [], []
    for firm in enterprises:
        row = Appraisal(
            id=derived_id("appraisal", firm.pk, month),
            programme_id=programme_id,
            enterprise=firm,
            month=str(month),
            drafted_by=by,
            drafted_at=at,
        )
        drafted.append(row)
        items += [
            AppraisalItem(id=derived_id("appraisal-item", row.pk, item.code), appraisal=row, **vars(item))
            for item in rules.sheet(definitions, facts[firm.pk])
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
def score_by_hand(
    *, item_id: UUID, score_tenths: int, evidence: str, by: User, at: datetime, check_number: str = ""
) -> HandScore:
    """Give an item its score by hand, with what it rests on; until the release it may be given again.

    `check_number` names a weekly check of the same enterprise on which the score rests.
    Raises: NotFound, NotByHand, AlreadyReleased, TextMissing, ScoreOutOfRange, CheckNotFound.
    """
    ensure_role(by, Role.QUALITY)
    item = (
        AppraisalItem.objects.filter(pk=item_id, appraisal__programme_id=by.programme_id)
        .select_related("appraisal")
        .first()
    )
    if item is None:
        raise NotFound("没有找到这项考核。")
    if item.how != How.HAND:
        raise rules.NotByHand(f"“{item.name}”由系统按记录计算，不能手工改分。有出入的，请企业提出异议后裁定。")
    queue_for_enterprise(item.appraisal)
    if Release.objects.filter(appraisal=item.appraisal).exists():
        raise rules.AlreadyReleased("考核表已下发企业，分数不能再改。有出入的，请企业提出异议后裁定。")
    if not evidence.strip():
        raise rules.TextMissing(f"请写明“{item.name}”的评分依据：查了什么、发现什么。企业会看到。")
    ensure_in_range(item, score_tenths)
    seen = _check_seen(item.appraisal, check_number.strip())
    last = HandScore.objects.filter(item=item).order_by("-n").first()
    given = (score_tenths, evidence.strip(), seen.pk if seen else None, by.pk)
    if last is not None and (last.score_tenths, last.evidence, last.check_seen_id, last.by_id) == given:
        return last
    n = last.n + 1 if last else 1
    row = HandScore.objects.create(
        id=derived_id("hand-score", item.pk, n),
        item=item,
        n=n,
        score_tenths=score_tenths,
        evidence=evidence.strip(),
        check_seen=seen,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.score_by_hand",
        object_kind="appraisal",
        object_id=item.appraisal_id,
        facts={"item": item.code, "score_tenths": score_tenths},
    )
    return row


def _check_seen(appraisal: Appraisal, number: str) -> SiteCheck | None:
    if not number:
        return None
    found = SiteCheck.objects.filter(
        number=number, enterprise_id=appraisal.enterprise_id, task__programme_id=appraisal.programme_id
    ).first()
    if found is None:
        raise rules.CheckNotFound(f"没有找到这家企业编号为“{number}”的检查。请在“抽查”页核对编号，或留空。")
    return found


def ensure_in_range(item: AppraisalItem, score_tenths: int) -> None:
    """Refuse a score below nothing or above full marks.

    Raises: ScoreOutOfRange.
    """
    if not 0 <= score_tenths <= item.full_tenths:
        raise rules.ScoreOutOfRange(f"“{item.name}”满分{item.full_tenths / 10:g}分，请填写0到满分之间的分数。")


@transaction.atomic
def release(*, appraisal_id: UUID, by: User, at: datetime) -> Release:
    """Publish a complete sheet to its enterprise; the working days for objections run from the next day.

    Raises: NotFound, ItemsEmpty, naming the items.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    appraisal = appraisal_of(appraisal_id, by)
    queue_for_enterprise(appraisal)
    existing = Release.objects.filter(appraisal=appraisal).first()
    if existing is not None:
        return existing
    ensure_complete(quality_read.sheet_of(appraisal), "下发")
    row = _release(appraisal, calendar_read.workdays_of(appraisal.programme_id), by, at)
    row.save(force_insert=True)
    _record_release(row, by, at)
    return row


@transaction.atomic
def release_month(*, month: Month, by: User, at: datetime) -> list[Release]:
    """Publish every complete sheet of a month that is not published yet; the incomplete stay where they are."""
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    programme_id = queue_for_programme(by)
    drafts = list(
        Appraisal.objects.filter(programme_id=programme_id, month=str(month))
        .exclude(pk__in=Release.objects.values("appraisal"))
        .order_by("enterprise_id")
    )
    list(
        Enterprise.objects.select_for_update(no_key=True)
        .filter(pk__in=[row.enterprise_id for row in drafts])
        .order_by("pk")
    )
    workdays = calendar_read.workdays_of(programme_id)
    complete = [sheet.appraisal for sheet in quality_read.sheets_of(drafts) if not sheet.empty and not sheet.release]
    rows = Release.objects.bulk_create([_release(appraisal, workdays, by, at) for appraisal in complete])
    for row in rows:
        _record_release(row, by, at)
    return rows


def _release(appraisal: Appraisal, workdays: Workdays, by: User, at: datetime) -> Release:
    last = workdays.add(at.astimezone(BEIJING).date(), rules.OBJECTION_WORKING_DAYS)
    return Release(
        id=derived_id("release", appraisal.pk),
        appraisal=appraisal,
        working_days=rules.OBJECTION_WORKING_DAYS,
        object_until=datetime.combine(last.on + timedelta(days=1), time(0), BEIJING),
        certain=last.certain,
        by=by,
        at=at,
    )


def _record_release(row: Release, by: User, at: datetime) -> None:
    access.record(
        by=by,
        at=at,
        verb="quality.release",
        object_kind="appraisal",
        object_id=row.appraisal_id,
        facts={"object_until": row.object_until.isoformat()},
    )


@transaction.atomic
def finalise(*, appraisal_id: UUID, by: User, at: datetime) -> Finalisation:
    """Make an appraisal final: the four scores weighted by the pack; done once.

    Raises: NotFound, ItemsEmpty, StillOpen, Undecided.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    appraisal = appraisal_of(appraisal_id, by)
    queue_for_enterprise(appraisal)
    existing = Finalisation.objects.filter(appraisal=appraisal).first()
    if existing is not None:
        return existing
    sheet = quality_read.sheet_of(appraisal)
    ensure_complete(sheet, "定稿")
    if sheet.release is None:
        raise rules.StillOpen("考核表还没有下发企业。下发并过了异议期，才能定稿。")
    if sheet.waiting:
        raise rules.StillOpen(f"还有{sheet.waiting}项异议没有裁定，裁定后才能定稿。")
    if at < sheet.release.object_until:
        until = sheet.release.object_until.astimezone(BEIJING)
        raise rules.StillOpen(f"异议期到{until:%m月%d日 %H:%M}，期满后才能定稿。")
    scores = sheet.scores_tenths
    month = Month.parse(appraisal.month)
    decision = decide_step(by.programme_id, "appraisal-score", {"scores_tenths": scores}, month.first_day)
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


def appraisal_of(appraisal_id: UUID, by: User) -> Appraisal:
    """Return an appraisal of the actor's programme.

    Raises: NotFound.
    """
    appraisal = Appraisal.objects.filter(pk=appraisal_id, programme_id=by.programme_id).first()
    if appraisal is None:
        raise NotFound("没有找到这份考核表。")
    return appraisal


def ensure_complete(sheet: quality_read.Sheet, act: str) -> None:
    """Refuse to go on with a sheet on which an item is empty, and name the items.

    Raises: ItemsEmpty.
    """
    if sheet.empty:
        names = "、".join(f"“{item.name}”" for item in sheet.empty)
        raise rules.ItemsEmpty(f"还有{len(sheet.empty)}项未评：{names}。全部评完才能{act}。")
