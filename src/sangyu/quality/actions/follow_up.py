"""Ask the elders: the day's reproducible sample, and what was said on the telephone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption.steps import decide_step
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.quality import rules
from sangyu.quality.actions.complain import open_complaint
from sangyu.quality.actions.queue import queue_for_programme
from sangyu.quality.models import FollowUp, FollowUpDue, FollowUpTask, Sample, TaskReason
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")


class AlreadyReached(Refusal):
    """The elder has answered already."""


class AnswersMissing(Refusal):
    """An elder who was reached has said whether somebody came, and how it was."""


@transaction.atomic
def draw_sample(*, day: date, by: User, at: datetime) -> Sample:
    """Draw the follow-up calls of a day: the pack's share of what was served, and every visit without proof.

    The same day is drawn once.
    Raises: Undecided, when the share is not set.
    """
    ensure_role(by, Role.QUALITY, Role.CLOCK)
    programme_id = queue_for_programme(by)
    existing = Sample.objects.filter(programme_id=programme_id, day=day).first()
    if existing is not None:
        return existing
    begins_at = datetime.combine(day, datetime.min.time(), BEIJING)
    served = visits_read.served_between(programme_id, begins_at, begins_at + timedelta(days=1))
    decision = decide_step(programme_id, "spot-check", {"total": len(served)}, day)
    if decision.value is None:
        raise rules.Undecided(f"抽查比例还没有设定（{decision.missing}），请先由民政局在政策参数里设定。")
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
    # Whoever left after yesterday's sample was drawn is looked at here, or nobody would ever ask about that visit.
    evening = visits_read.served_between(programme_id, begins_at - timedelta(days=1), begins_at)
    unproven = {row.visit.order_id for row in [*evening, *served] if row.grade in ("C", "D")}
    unproven -= set(FollowUpTask.objects.filter(order_id__in=unproven).values_list("order_id", flat=True))
    chosen = set(rules.draw((row.visit.order_id for row in served), due=decision.value, seed=seed))
    tasks = FollowUpTask.objects.bulk_create(
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
    FollowUpDue.objects.bulk_create([FollowUpDue(task=task, programme_id=programme_id) for task in tasks])
    return sample


@transaction.atomic
def follow_up(
    *,
    task_id: UUID,
    by: User,
    at: datetime,
    reached: bool,
    happened: bool | None = None,
    came_on_time: bool | None = None,
    paid_as_told: bool | None = None,
    satisfaction: int | None = None,
    complaint: str = "",
) -> FollowUp:
    """Write down a follow-up call; an elder who was reached is not rung again, and a complaint becomes a case.

    Raises: NotAllowed, NotFound, AnswersMissing, AlreadyReached.
    """
    ensure_role(by, Role.QUALITY)
    task = FollowUpTask.objects.filter(pk=task_id, sample__programme_id=by.programme_id).first()
    if task is None:
        raise NotFound("没有找到这项回访任务。")
    if reached and (happened is None or satisfaction not in range(1, 6)):
        raise AnswersMissing("老人已接通，请填写是否有人上门，并请老人打1至5分。")
    said = complaint.strip() if reached else ""
    if said:
        # A case is numbered by the programme, which is always queued for before an order.
        queue_for_programme(by)
    orders.lock(order_id=task.order_id, by=by)
    due = FollowUpDue.objects.filter(task=task).first()
    if due is None:
        raise AlreadyReached("这张工单已经回访过，不需要再打。")
    n = due.tries + 1
    row = FollowUp.objects.create(
        id=derived_id("follow-up", task.pk, n),
        task=task,
        n=n,
        reached=reached,
        happened=happened if reached else None,
        came_on_time=came_on_time if reached else None,
        paid_as_told=paid_as_told if reached else None,
        satisfaction=satisfaction if reached else None,
        complaint=said,
        by=by,
        at=at,
    )
    if reached:
        due.delete()
    else:
        due.tries = n
        due.save(update_fields=["tries"])
    if said:
        open_complaint(follow_up=row, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="quality.follow_up",
        object_kind="order",
        object_id=task.order_id,
        facts={"reached": reached, "happened": happened, "satisfaction": satisfaction},
    )
    return row
