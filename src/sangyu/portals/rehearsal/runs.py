"""Rehearsals made and kept: a small one while its page is asked for, a large one by the clock's worker.

What a page found is remembered for some minutes by the process; what somebody keeps, or the worker made, stands in the
database and can be opened and printed again. Nothing of a policy, an elder or a charge is written anywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connections
from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal import Rehearsal
from sangyu.insight.queries.rehearsal.kept import plain, read
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import new_id
from sangyu.policy import PolicyError
from sangyu.portals.clock import now
from sangyu.portals.rehearsal.asked import Asked, Said, of
from sangyu.portals.rehearsal.models import Run

BEIJING = ZoneInfo("Asia/Shanghai")
KEPT_MINUTES = 10
KEPT_MAX = 4
AT_ONCE_MAX = 20_000  # so many charges are decided in the second for which somebody waits for a page
FAULT_MAX = 400
TITLE_MAX = 300
STEP_PM = 10


@dataclass(frozen=True)
class Made:
    """A rehearsal in words and numbers, and when it was made; `run` where it is kept."""

    said: Said
    found: Rehearsal
    at: datetime
    run: Run | None = None


_kept: OrderedDict[tuple[Any, ...], Made] = OrderedDict()
_turn = Lock()


def size(viewer: User, asked: Asked, *, months: int, today: date) -> int:
    """Count the charges that a question would read, as far as it matters: more than `AT_ONCE_MAX` is one more."""
    readers = [viewer, *(one.reader for one in asked.districts)]
    return rehearsal.size(readers, today, months, AT_ONCE_MAX)


def made(viewer: User, asked: Asked, *, months: int, at: datetime, today: date) -> Made:
    """Rehearse, or give what the same question found within the last minutes; one at a time in a process.

    Raises: NotAllowed; PolicyError.
    """
    key = (viewer.programme_id, asked.before.digest, asked.after.digest, asked.figures_text, asked.on, today, months)
    with _turn:
        known = _kept.get(key)
        if known is not None and at - timedelta(minutes=KEPT_MINUTES) <= known.at <= at:
            return known
        _kept[key] = Made(asked.said, _found(viewer, asked, months, today), at)
        _kept.move_to_end(key)
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
        return _kept[key]


def forget() -> None:
    """Keep nothing of what was found lately."""
    with _turn:
        _kept.clear()


def _found(
    viewer: User, asked: Asked, months: int, today: date, progress: rehearsal.Progress = rehearsal.nobody
) -> Rehearsal:
    return rehearsal.rehearse(
        viewer,
        asked.before,
        asked.after,
        on=asked.on,
        today=today,
        parameters=asked.parameters,
        parameters_after=asked.parameters_after,
        months=months,
        districts=asked.districts,
        progress=progress,
    )


# -- kept --------------------------------------------------------------------------------------------------------------


def runs(viewer: User) -> QuerySet[Run]:
    """The kept rehearsals of the viewer's programme, newest first."""
    return Run.objects.filter(programme_id=viewer.programme_id).select_related("by").order_by("-at", "-id")


def run_of(viewer: User, run_id: UUID) -> Run:
    """Return one kept rehearsal of the viewer's programme.

    Raises: NotFound.
    """
    found = runs(viewer).filter(pk=run_id).first()
    if found is None:
        raise NotFound("没有找到这次试算。请从试算台的清单里打开。")
    return found


def kept(run: Run) -> Made:
    """Read what a kept rehearsal found."""
    assert run.ended_at is not None
    return Made(read(Said, run.said), Rehearsal.from_kept(run.found or {}), run.ended_at, run)


def start(viewer: User, question: dict[str, str], asked: Asked, *, months: int, at: datetime) -> tuple[Run, bool]:
    """Put a rehearsal down as asked for, and tell whether it is new: what is under way is not asked for twice."""
    waiting = runs(viewer).filter(asked=question, months=months, ended_at=None).first()
    if waiting is not None:
        return waiting, False
    begun = Run.objects.create(
        id=new_id(),
        programme_id=viewer.programme_id,
        asked=question,
        months=months,
        title=asked.said.short[:TITLE_MAX],
        by=viewer,
        at=at,
    )
    return begun, True


def work(run_id: UUID) -> None:
    """Make a rehearsal that was asked for and keep it; one that has ended stays as it is.

    The rehearsal reads in a transaction that cannot write, so a second hand writes down how far it has come.
    """
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
            found = _found(run.by, asked, run.months, today, progress)
            ended = {"fault": "", "said": plain(asked.said), "found": found.to_kept(), "done_pm": 1000}
        except (Refusal, PolicyError) as refused:
            ended = {"fault": str(refused)[:FAULT_MAX]}
        finally:
            hand.submit(connections.close_all).result()
            Run.objects.filter(pk=run_id, ended_at=None).update(**ended, ended_at=now())


def _keep(run_id: UUID, doing: str, done_pm: int) -> None:
    Run.objects.filter(pk=run_id, ended_at=None).update(doing=doing[:120], done_pm=done_pm)
