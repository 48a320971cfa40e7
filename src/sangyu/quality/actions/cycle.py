"""The cycle: make its tasks when their time has come, and write down what the weekly checks found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed, ensure_role
from sangyu.adoption.steps import decide_step
from sangyu.kit.ids import derived_id
from sangyu.policy.dates import periods_due
from sangyu.providers.models import Enterprise, EnterpriseState
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.queue import queue_for_programme
from sangyu.quality.models import Category, CheckResult, Correction, CycleTask, SiteCheck


@transaction.atomic
def open_cycle(*, programme_id: UUID, on: date, by: User, at: datetime) -> list[CycleTask]:
    """Make the tasks whose time has come by the pack's table: weekly check, monthly appraisal, ranking, election.

    The list of a week is drawn on its first day, to be walked in that week; the others come when their period is over.
    Days that were missed are caught up with; called again it makes nothing twice. The first day on which this runs
    begins the cycle.
    Raises: NotAllowed, for another programme.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    if programme_id != by.programme_id:
        raise NotAllowed(f"{by.display_name}不属于这个项目，不能为它生成周期任务。")
    queue_for_programme(by)
    held = CycleTask.objects.filter(programme_id=programme_id)
    since = held.aggregate(first=Min("at"))["first"]
    first_on = min(since.astimezone(quality_read.BEIJING).date(), on) if since else on
    made = []
    for category in Category:
        have = set(held.filter(category=category).values_list("period", flat=True))
        for period, begins_on, ends_on in _due(programme_id, category, first_on, on):
            if period not in have:
                made.append(_open(category, period, begins_on, ends_on, by, at))
    return made


def _due(programme_id: UUID, category: Category, since: date, on: date) -> list[tuple[str, date, date]]:
    """Return the periods for which a task should be there: over by the pack, and the week that runs."""
    facts = {"category": category.value, "since": since.isoformat(), "events": []}
    decision = decide_step(programme_id, "appraisal-cycle", facts, on)
    if not decision.decided:
        return []
    if category == Category.WEEK:
        week = list(periods_due(category.value, on, on + timedelta(days=7)))
        return week[:1]
    over = periods_due(category.value, since, on)
    return [row for row in over if row[0] in (decision.overdue_periods or ())]


def _open(category: Category, period: str, begins_on: date, ends_on: date, by: User, at: datetime) -> CycleTask:
    week = category == Category.WEEK
    firms = (
        list(
            Enterprise.objects.filter(programme_id=by.programme_id, state=EnterpriseState.ADMITTED)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        if week
        else []
    )
    task = CycleTask.objects.create(
        id=derived_id("cycle-task", by.programme_id, category.value, period),
        programme_id=by.programme_id,
        category=category,
        period=period,
        begins_on=begins_on,
        ends_on=ends_on,
        seed=f"{by.programme_id}:{period}" if week else "",
        drawn_from=[str(firm) for firm in firms],
        by=by,
        at=at,
    )
    SiteCheck.objects.bulk_create(
        [
            SiteCheck(
                id=derived_id("site-check", task.pk, firm),
                task=task,
                n=n,
                number=f"{period}-{n:02d}",
                enterprise_id=firm,
            )
            for n, firm in enumerate(quality_read.redraw_week(task), 1)
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="quality.open_cycle",
        object_kind="cycle_task",
        object_id=task.pk,
        facts={"category": category.value, "period": period},
    )
    return task


@transaction.atomic
def record_check(
    *,
    check_id: UUID,
    in_order: bool,
    findings: str,
    by: User,
    at: datetime,
    bodies: str = "",
    correct_by_on: date | None = None,
) -> CheckResult:
    """Write down what was found at an enterprise; what is wrong gets a day by which it must be put right.

    `bodies` names the regulators who came along. Recorded once.
    Raises: NotFound, TextMissing.
    """
    ensure_role(by, Role.QUALITY)
    queue_for_programme(by)
    check = quality_read.get_check(by, check_id)
    if check.result is not None:
        return check.result
    if not findings.strip():
        raise rules.TextMissing("请写明查了什么、看到什么；没有问题的，也请写一句。")
    today = at.astimezone(quality_read.BEIJING).date()
    if not in_order and (correct_by_on is None or correct_by_on <= today):
        raise rules.TextMissing("发现问题的，请填写整改期限，期限须在今天之后。")
    row = CheckResult.objects.create(
        id=derived_id("check-result", check.row.pk),
        check_made=check.row,
        in_order=in_order,
        findings=findings.strip(),
        bodies=bodies.strip(),
        correct_by_on=None if in_order else correct_by_on,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.record_check",
        object_kind="site_check",
        object_id=check.row.pk,
        facts={"in_order": in_order},
    )
    return row


@transaction.atomic
def close_check(*, check_id: UUID, text: str, by: User, at: datetime) -> Correction:
    """Close a check after seeing on the spot that its finding was put right; closed once.

    Raises: NotFound, NoResultYet, TextMissing.
    """
    ensure_role(by, Role.QUALITY)
    queue_for_programme(by)
    check = quality_read.get_check(by, check_id)
    if check.correction is not None:
        return check.correction
    if check.result is None or check.result.in_order:
        raise rules.NoResultYet("这次检查没有待整改的问题，不需要销号。")
    if not text.strip():
        raise rules.TextMissing("请写明复查看到的整改情况。")
    row = Correction.objects.create(
        id=derived_id("correction", check.result.pk), result=check.result, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="quality.close_check", object_kind="site_check", object_id=check.row.pk)
    return row
