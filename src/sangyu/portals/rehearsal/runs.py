"""Rehearsals made and kept: a small one while its page is asked for, a large one by the clock's worker.

What a page found is remembered for some minutes by the process; what somebody keeps, or the worker made, stands in the
database and can be opened and printed again, with the ids of the elders who gain and lose and by how much. No policy,
elder or charge is changed by any of it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal import Rehearsal
from sangyu.insight.queries.rehearsal.kept import read
from sangyu.kit.errors import NotFound
from sangyu.portals.rehearsal.asked import Asked, Said
from sangyu.portals.rehearsal.models import Run

KEPT_MINUTES = 10
KEPT_MAX = 4
AT_ONCE_MAX = 20_000  # so many charges are decided in the second for which somebody waits for a page


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
    """Count the charges that a question may read, as far as it matters: more than `AT_ONCE_MAX` is one more."""
    readers = [viewer, *(one.reader for one in asked.districts)]
    return rehearsal.size(readers, today, months, AT_ONCE_MAX)


def made(viewer: User, asked: Asked, *, months: int, at: datetime, today: date) -> Made:
    """Rehearse, or give what the same tables and figures came to within the last minutes; one at a time in a process.

    Raises: NotAllowed; PolicyError.
    """
    with _turn:
        known = remembered(viewer, asked, months=months, at=at, today=today)
        if known is not None:
            return known
        key = _key(viewer, asked, months, today)
        _kept[key] = Made(asked.said, found_by(viewer, asked, months, today), at)
        _kept.move_to_end(key)
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
        return _kept[key]


def remembered(viewer: User, asked: Asked, *, months: int, at: datetime, today: date) -> Made | None:
    """Give what the same tables and figures came to within the last minutes, in the words of this question."""
    known = _kept.get(_key(viewer, asked, months, today))
    if known is None or not at - timedelta(minutes=KEPT_MINUTES) <= known.at <= at:
        return None
    return replace(known, said=asked.said)  # two drafts of the same tables have documents of their own


def _key(viewer: User, asked: Asked, months: int, today: date) -> tuple[Any, ...]:
    figures = asked.figures_text
    return viewer.programme_id, asked.before.digest, asked.after.digest, figures, asked.on, today, months


def forget() -> None:
    """Keep nothing of what was found lately."""
    with _turn:
        _kept.clear()


def found_by(
    viewer: User, asked: Asked, months: int, today: date, progress: rehearsal.Progress = rehearsal.nobody
) -> Rehearsal:
    """Rehearse a question anew.

    Raises: NotAllowed; PolicyError.
    """
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
