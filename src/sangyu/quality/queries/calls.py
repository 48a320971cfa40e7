"""Reads of the follow-up calls: the calls to make, a sample drawn again, and whether a visit was confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption.steps import decide_step
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Order
from sangyu.quality import rules
from sangyu.quality.models import FollowUp, FollowUpDue, FollowUpTask, Sample, TaskReason
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")
_ALIVE = {"task__order__elder__died_on": None, "task__order__elder__merged_into__died_on": None}


def tasks_due(viewer: User, *, limit: int = 50) -> list[FollowUpTask]:
    """Return follow-up calls still to make (nobody reached yet), oldest day first; none where somebody has died."""
    rows = tasks(viewer).filter(pk__in=_alive(viewer).values("task"))
    return list(rows.order_by("sample__day", "id")[:limit])


def queue(viewer: User, *, limit: int = 9) -> list[FollowUpTask]:
    """Return the calls to make in the order of the desk: never tried before tried, then oldest day first.

    Shape: each task carries `tries`, the calls that reached nobody.
    """
    return _in_order(viewer, sorted(_due(viewer))[:limit])


@dataclass(frozen=True)
class Progress:
    """How far the follow-up calls have come."""

    due: int
    due_unproven: int
    reached: int
    not_reached: int
    complaints: int


def desk(
    viewer: User, begins_at: datetime, ends_at: datetime, *, limit: int = 9
) -> tuple[list[FollowUpTask], Progress]:
    """Return the queue, the number of calls still to make, and of those made in a half-open stretch of time.

    The desk counts what is still to be rung and shows the first of it, so it is read once for both.
    """
    due = sorted(_due(viewer))
    rows = FollowUp.objects.filter(task__sample__programme_id=viewer.programme_id, at__gte=begins_at, at__lt=ends_at)
    made = list(rows.values_list("reached", "complaint")) if sees_whole_programme(viewer) else []
    return _in_order(viewer, due[:limit]), Progress(
        due=len(due),
        due_unproven=sum(1 for one in due if one.reason == TaskReason.UNPROVEN),
        reached=sum(1 for was_reached, _ in made if was_reached),
        not_reached=sum(1 for was_reached, _ in made if not was_reached),
        complaints=sum(1 for _, complaint in made if complaint),
    )


class _Due(NamedTuple):
    tries: int
    day: date
    task_id: UUID
    reason: str


def _due(viewer: User) -> list[_Due]:
    """Read what is still to be rung; it sorts in the order of the desk."""
    return [_Due(*row) for row in _alive(viewer).values_list("tries", "task__sample__day", "task", "task__reason")]


def _alive(viewer: User) -> QuerySet[FollowUpDue]:
    """The calls still to make; nobody rings where somebody has died."""
    rows = FollowUpDue.objects.filter(programme_id=viewer.programme_id, **_ALIVE)
    return rows if sees_whole_programme(viewer) else rows.none()


def _in_order(viewer: User, due: Sequence[_Due]) -> list[FollowUpTask]:
    """Return the tasks of what is due, as it stands, each with its `tries`."""
    found = tasks(viewer).in_bulk([one.task_id for one in due])
    for one in due:
        found[one.task_id].tries = one.tries
    return [found[one.task_id] for one in due]


def tasks(viewer: User) -> QuerySet[FollowUpTask]:
    """The follow-up tasks of the viewer's programme, for those who see all of it."""
    rows = FollowUpTask.objects.filter(sample__programme_id=viewer.programme_id).select_related(
        "sample", "order", "order__elder", "order__item", "order__community"
    )
    return rows if sees_whole_programme(viewer) else rows.none()


def get_task(viewer: User, task_id: UUID) -> FollowUpTask:
    """Return one follow-up task.

    Raises: NotFound.
    """
    found = tasks(viewer).filter(pk=task_id).first()
    if found is None:
        raise NotFound("没有找到这项回访任务。")
    return found


def follow_ups(viewer: User, order: Order) -> list[FollowUp]:
    """Return what was said about an order when the elder was rung, first call first."""
    if not sees_whole_programme(viewer):
        return []
    return list(FollowUp.objects.filter(task__order=order).select_related("by", "task").order_by("n"))


def samples(viewer: User, *, limit: int = 31) -> list[Sample]:
    """Return the samples of the last days, newest first."""
    rows = Sample.objects.filter(programme_id=viewer.programme_id).order_by("-day")
    return list(rows[:limit]) if sees_whole_programme(viewer) else []


@dataclass(frozen=True)
class Redraw:
    """A day's sample beside the same sample drawn again from what was served."""

    sample: Sample
    served: int
    due: int | None
    drawn: tuple[str, ...]
    stored: tuple[str, ...]
    unproven: int

    @property
    def same(self) -> bool:
        """The size, the share and every single order come out as they were stored."""
        return (self.served, self.due, self.drawn) == (self.sample.served, self.sample.due, self.stored)


def redraw(viewer: User, day: date) -> Redraw:
    """Draw the sample of a day again by the same rules, from the visits that had ended when it was drawn.

    Shape: `drawn` and `stored` are order numbers in their order.
    Raises: NotFound.
    """
    rows = Sample.objects.filter(programme_id=viewer.programme_id, day=day).select_related("by")
    sample = rows.first() if sees_whole_programme(viewer) else None
    if sample is None:
        raise NotFound("这一天还没有抽样。")
    begins_at = datetime.combine(day, datetime.min.time(), BEIJING)
    departures = visits_read.served_between(viewer.programme_id, begins_at, begins_at + timedelta(days=1))
    served = {row.visit.order_id: row.visit.order.number for row in departures if row.left_at <= sample.at}
    decision = decide_step(viewer.programme_id, "spot-check", {"total": len(served)}, day)
    drawn = rules.draw(served, due=decision.value or 0, seed=sample.seed)
    tasks_of_day = list(FollowUpTask.objects.filter(sample=sample).values_list("order__number", "reason"))
    return Redraw(
        sample=sample,
        served=len(served),
        due=decision.value,
        drawn=tuple(sorted(served[order_id] for order_id in drawn)),
        stored=tuple(sorted(number for number, reason in tasks_of_day if reason == TaskReason.SAMPLED)),
        unproven=sum(1 for _, reason in tasks_of_day if reason == TaskReason.UNPROVEN),
    )


def confirmed_orders(programme_id: UUID, order_ids: Sequence[UUID] | QuerySet) -> set[UUID]:
    """Return those of the orders whose elder said on the telephone that the visit took place."""
    return set(
        FollowUp.objects.filter(
            task__sample__programme_id=programme_id, task__order_id__in=order_ids, reached=True, happened=True
        ).values_list("task__order_id", flat=True)
    )


def denied_orders(programme_id: UUID, order_ids: Sequence[UUID] | QuerySet) -> set[UUID]:
    """Return those of the orders whose elder said on the telephone that nobody came."""
    return set(
        FollowUp.objects.filter(
            task__sample__programme_id=programme_id, task__order_id__in=order_ids, reached=True, happened=False
        ).values_list("task__order_id", flat=True)
    )
