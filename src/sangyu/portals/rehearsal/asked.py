"""What is rehearsed: a draft that somebody proposed, or one figure changed in the address; and what was found lately.

A rehearsal of a whole district takes a while, so its result is kept for some minutes in the memory of the process; it
says when it was made. Nothing of it is written anywhere.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Draft
from sangyu.insight.queries import rehearsal
from sangyu.insight.queries.rehearsal import Rehearsal
from sangyu.policy import ir
from sangyu.portals.policy import changes

KEPT_MINUTES = 10
KEPT_MAX = 4
CHANGES_MAX = 40


@dataclass(frozen=True, eq=False)
class Asked:
    """One change: the pack in force and the changed one with their figures, the day, and what changed in words."""

    title: str
    document: str
    changes: tuple[str, ...]
    before: ir.Pack
    after: ir.Pack
    parameters: Mapping[str, Any]
    parameters_after: Mapping[str, Any]
    on: date
    draft: Draft | None = None


@dataclass(frozen=True)
class Made:
    """A rehearsal and when it was made."""

    found: Rehearsal
    at: datetime


def of_draft(viewer: User, draft_id: UUID, today: date) -> Asked:
    """Compare a draft with the adoption that it changes.

    Raises: NotFound.
    """
    draft = adoption_read.draft(viewer, draft_id)
    before, after = adoption_read.pack_of(draft.base), adoption_read.draft_pack(viewer, draft_id)
    told = changes.proposed(viewer, draft)
    figures = [f"“{one.label}”：{one.before or '（不设）'} 改为 {one.after or '（不设）'}" for one in told.figures]
    wanted = draft.wanted_from if draft.wanted_from and draft.wanted_from >= today else None
    return Asked(
        title=after.title,
        document=draft.document,
        changes=(*figures, *map(str, told.changes)),
        before=before,
        after=after,
        parameters=draft.base.parameters,
        parameters_after=draft.parameters,
        on=max(wanted or today, rehearsal.begins_on(after, today)),
        draft=draft,
    )


def of_figure(viewer: User, key: str, to: str, today: date) -> Asked:
    """Compare the pack in force with itself, one figure changed.

    Raises: NothingAdopted; NoFigure.
    """
    adopted = adoption_read.in_force(viewer.programme_id, today)
    pack = adoption_read.pack_of(adopted)
    tried = rehearsal.tried(pack, adopted.parameters, today, key, to)
    return Asked(
        title=pack.title,
        document=adopted.document,
        changes=(tried.said,),
        before=pack,
        after=tried.pack,
        parameters=adopted.parameters,
        parameters_after=tried.parameters,
        on=today,
    )


_kept: OrderedDict[tuple[Any, ...], Made] = OrderedDict()
_turn = Lock()


def made(viewer: User, asked: Asked, *, months: int, at: datetime, today: date) -> Made:
    """Rehearse, or give what the same question found within the last minutes; one at a time in a process.

    Raises: NotAllowed; PolicyError.
    """
    figures = json.dumps([asked.parameters, asked.parameters_after], sort_keys=True, default=str)
    key = (viewer.programme_id, asked.before.digest, asked.after.digest, figures, asked.on, today, months)
    with _turn:
        known = _kept.get(key)
        if known is not None and at - timedelta(minutes=KEPT_MINUTES) <= known.at <= at:
            return known
        found = rehearsal.rehearse(
            viewer,
            asked.before,
            asked.after,
            on=asked.on,
            today=today,
            parameters=asked.parameters,
            parameters_after=asked.parameters_after,
            months=months,
        )
        _kept[key] = Made(found, at)
        _kept.move_to_end(key)
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
        return _kept[key]


def forget() -> None:
    """Keep nothing of what was found."""
    with _turn:
        _kept.clear()
