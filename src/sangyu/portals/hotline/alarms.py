"""What the emergency card shows, at this desk and at every other that includes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sangyu.access.models import Role, User
from sangyu.kit.age import age_on
from sangyu.kit.ids import new_id
from sangyu.portals.hotline.picture import today
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Alarm, Closure, Step

HELPERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER})
# A storm of alarms must not push the page away; the first ones are told in full, the rest in one line each.
IN_FULL = 3


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder, and what has come of it so far."""

    code: str
    label: str
    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Card:
    """One open emergency as one viewer sees it."""

    case: safety_read.Case
    seconds: int
    level: str
    age: int | None
    contacts: list[Contact]
    last: Closure | None
    rungs: list[Rung]
    mine: bool
    may_close: bool
    in_full: bool
    key: str

    @property
    def alarm(self) -> Alarm:
        return self.case.alarm

    @property
    def elder(self) -> Elder | None:
        return self.case.alarm.elder

    @property
    def warnings(self) -> list[str]:
        """What must not be overlooked, one tag each."""
        text = self.elder.warnings if self.elder else ""
        return [part for part in text.replace("，", "、").split("、") if part]


def picture(viewer: User, at: datetime, **more: Any) -> dict[str, Any]:
    """Return what the emergency card needs; the number of queries grows only with the cards told in full."""
    cases = safety_read.open_alarms(viewer)
    last = safety_read.last_closed(viewer, [case.alarm.elder_id for case in cases if case.alarm.elder_id])
    may_act = bool(viewer.roles & HELPERS)
    return {
        "alarms": [_card(viewer, case, at, last, in_full=n < IN_FULL) for n, case in enumerate(cases)],
        "outcomes": safety_read.outcomes(viewer),
        "endings": [{"value": code, "label": label} for code, label in safety_read.OUTCOMES],
        "may_act": may_act,
        **more,
    }


def _card(viewer: User, case: safety_read.Case, at: datetime, last: Mapping[UUID, Closure], *, in_full: bool) -> Card:
    elder, taking = case.alarm.elder, case.taking
    mine = taking is not None and taking.by_id == viewer.pk
    in_full = mine or (in_full and taking is None)
    return Card(
        case=case,
        seconds=case.waited_s(at) if taking is None else max(0, int((at - taking.at).total_seconds())),
        level=str(case.level(at)) if taking is None else "",
        age=age_on(elder.birth_on, today(at)) if elder else None,
        contacts=registry_read.contacts_of(elder.pk) if elder and in_full else [],
        last=last.get(elder.pk) if elder else None,
        rungs=_rungs(case),
        mine=mine,
        may_close=mine or (taking is not None and Role.SUPERVISOR in viewer.roles),
        in_full=in_full,
        key=str(new_id()),
    )


def _rungs(case: safety_read.Case) -> list[Rung]:
    return [
        Rung(code, label, f"Alt+{n}", tuple(step for step in case.steps if step.rung == code))
        for n, (code, label) in enumerate(safety_read.RUNGS, start=5)
    ]
