"""Verbs of the desk of rehearsals: keep a question, and make what was asked for.

The rehearsal itself reads in a transaction that cannot write, so a second hand writes down how far it has come.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connections, transaction

from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.insight.queries.rehearsal.kept import plain
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.policy import PolicyError
from sangyu.portals.clock import now
from sangyu.portals.rehearsal import tasks
from sangyu.portals.rehearsal.asked import Asked, of
from sangyu.portals.rehearsal.models import Run
from sangyu.portals.rehearsal.runs import Made, found_by, remembered, runs

BEIJING = ZoneInfo("Asia/Shanghai")
DOING_MAX = 120
FAULT_MAX = 400
TITLE_MAX = 300
STEP_PM = 10
KEEPERS = (Role.BUREAU, Role.DEPUTY, Role.HEAD)  # the auditor keeps nothing


def start(
    viewer: User, question: dict[str, str], asked: Asked, *, months: int, at: datetime, at_once: bool = False
) -> Run:
    """Put a rehearsal down as asked for, and make it at once or leave it to the worker; the same goes on if it waits.

    At once is what its page has just shown, while that is remembered, else what comes of today's rows. Every press
    leaves a job, which finds nothing to do where another one ended the rehearsal: so one that was broken off before its
    job was written is made after all.
    Raises: NotAllowed.
    """
    ensure_role(viewer, *KEEPERS)
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=viewer.programme_id)  # a second press waits here
        run = runs(viewer).filter(asked=question, months=months, ended_at=None).first() or Run.objects.create(
            id=new_id(),
            programme_id=viewer.programme_id,
            asked=question,
            months=months,
            title=asked.said.short[:TITLE_MAX],
            by=viewer,
            at=at,
        )
        if not at_once:
            tasks.rehearse.defer(run_id=str(run.pk))
    if at_once:
        shown = remembered(viewer, asked, months=months, at=at, today=at.astimezone(BEIJING).date())
        if shown is None:
            work(run.pk)
        else:
            Run.objects.filter(pk=run.pk, ended_at=None).update(**_ended(shown), ended_at=shown.at)
    return run


def _ended(made: Made) -> dict[str, Any]:
    return {"fault": "", "said": plain(made.said), "found": made.found.to_kept(), "done_pm": 1000}


def work(run_id: UUID) -> None:
    """Make a rehearsal that was asked for and keep it; one that has ended stays as it is."""
    run = Run.objects.select_related("by__programme", "by__organisation").get(pk=run_id)
    if run.ended_at is not None:
        return
    last = ("", -STEP_PM)
    with ThreadPoolExecutor(1) as hand:

        def progress(doing: str, done_pm: int) -> None:
            nonlocal last
            if doing != last[0] or done_pm >= last[1] + STEP_PM:
                last = doing, done_pm
                hand.submit(_keep, run_id, doing, done_pm)

        today = run.at.astimezone(BEIJING).date()
        ended: dict[str, Any] = {"fault": "试算中途出错，详情见任务日志。请再试一次；仍然出错请告诉维护人员。"}
        try:
            asked = of(run.by, run.asked, today)
            ended = _ended(Made(asked.said, found_by(run.by, asked, run.months, today, progress), run.at))
        except (Refusal, PolicyError) as refused:
            ended = {"fault": str(refused)[:FAULT_MAX]}
        finally:
            hand.submit(connections.close_all).result()
            Run.objects.filter(pk=run_id, ended_at=None).update(**ended, ended_at=now())


def _keep(run_id: UUID, doing: str, done_pm: int) -> None:
    Run.objects.filter(pk=run_id, ended_at=None).update(doing=doing[:DOING_MAX], done_pm=done_pm)
