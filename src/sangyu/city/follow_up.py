"""The morning calls of the quality officer: what elders say of the visits of the days before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from sangyu.city import behaviour
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.dice import below, chance
from sangyu.city.players import Players
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUp, TaskReason
from sangyu.visits import queries as visits_read

SAMPLED_TRIES_MAX = 3
MINUTES_A_CALL = 3


@transaction.atomic
def ring_elders(plan: Blueprint, players: Players, *, refs: Mapping[UUID, str], at: datetime) -> int:
    """Ring about every visit of the play that is due this morning, once; return how many calls were made.

    Shape: `refs` maps an order id to the call it came from.

    A sampled visit is given up after three mornings; one without proof is asked about until somebody answers. Every
    elder says that the service took place: a city where some deny it waits for a verb that takes a charge back.
    """
    officer = players.users["quality"]
    today = at.astimezone(BEIJING).date()
    due = quality_read.tasks_due(officer, limit=100_000)
    tried = Counter(FollowUp.objects.filter(task__in=due).values_list("task_id", flat=True))
    due = [
        task
        for task in due
        if task.order_id in refs
        and tried[task.pk] < (today - task.sample.day).days
        and (task.reason == TaskReason.UNPROVEN or tried[task.pk] < SAMPLED_TRIES_MAX)
    ]
    went = {row.order_id: row for row in visits_read.visits(officer).filter(order__in=[task.order_id for task in due])}
    due.sort(key=lambda task: (task.sample.day, task.order_id))
    for n, task in enumerate(due):
        visit, ref = went[task.order_id], refs[task.order_id]
        said = behaviour.answers(
            players.firms[visit.enterprise_id].ref,
            players.workers[visit.worker_id].ref,
            ref,
            seed=plan.seed,
            attempt=tried[task.pk] + 1,
        )
        quality.follow_up(
            task_id=task.pk,
            by=officer,
            at=at + timedelta(minutes=MINUTES_A_CALL * n),
            reached=said.is_reached,
            happened=True if said.is_reached else None,
            came_on_time=said.came_on_time if said.is_reached else None,
            paid_as_told=chance(985, plan.seed, "paid as told", ref) if said.is_reached else None,
            satisfaction=said.points,
            complaint=said.complaint,
        )
    _look_into_complaints(plan, players, refs=refs, at=at)
    return len(due)


def _look_into_complaints(plan: Blueprint, players: Players, *, refs: Mapping[UUID, str], at: datetime) -> None:
    """Answer the complaints of the days before: most of those about a visit turn out to be true."""
    officer = players.users["quality"]
    quality.gather_complaints(by=officer, at=at)
    for case in quality_read.open_cases(officer, limit=100_000):
        complaint = case.complaint
        if at - complaint.opened_at < timedelta(days=1):
            continue
        visit = visits_read.visits(officer).filter(order=complaint.order_id).first() if complaint.order_id else None
        ref = refs.get(complaint.order_id, complaint.call.line_reference if complaint.call else "")
        key = (plan.seed, "complaint", ref)
        upheld = visit is not None and chance(650, *key, "upheld")
        quality.decide_complaint(
            complaint_id=complaint.pk,
            upheld=upheld,
            finding="致电老人和服务人员，情况属实，已要求企业道歉整改。"
            if upheld
            else "核对记录并致电本人，不属实或已说明。",
            enterprise_id=visit.enterprise_id if visit else None,
            by=officer,
            at=at + timedelta(hours=3),
        )
        quality.close_complaint(
            complaint_id=complaint.pk,
            satisfaction=3 + below(3, *key, "content"),
            by=officer,
            at=at + timedelta(hours=6),
        )
