"""Reads of safety: the emergencies that are open, one with everything done about it, and how earlier ones ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.kit.errors import NotFound
from sangyu.safety import rules
from sangyu.safety.models import Alarm, Closure, Outcome, Rung, Source, Stage, Step, Taking, Unread

RUNGS = Rung.choices
OUTCOMES = Outcome.choices
PEOPLE = ("by", "elder", "elder__community", "elder__community__parent")


@dataclass(frozen=True)
class Case:
    """An alarm with everything that was done about it, steps in the order in which they were done."""

    alarm: Alarm
    taking: Taking | None
    steps: tuple[Step, ...]
    closure: Closure | None

    @property
    def taken_at(self) -> datetime | None:
        return self.taking.at if self.taking else None

    def level(self, at: datetime) -> rules.Level:
        """Tell how high the alarm has risen by `at`."""
        return rules.escalation(self.alarm.raised_at, self.taken_at, at)

    def waited_s(self, at: datetime) -> int:
        """Return the seconds until it was taken, or until `at` while it waits."""
        return rules.waited_s(self.alarm.raised_at, self.taken_at, at)


def alarms(viewer: User) -> QuerySet[Alarm]:
    """The alarms that the viewer may see: all of the programme for those who see it whole, else one's own."""
    rows = Alarm.objects.filter(programme_id=viewer.programme_id).select_related(*PEOPLE)
    return rows if sees_whole_programme(viewer) else rows.filter(by=viewer)


def open_alarms(viewer: User) -> list[Case]:
    """Return every alarm that is not closed: the ones that nobody has taken first, each kind oldest first."""
    cases = _cases(alarms(viewer).exclude(stage=Stage.CLOSED).order_by("raised_at", "id"))
    return sorted(cases, key=lambda case: case.taking is not None)


def get_alarm(viewer: User, alarm_id: UUID) -> Case:
    """Return one alarm.

    Raises: NotFound, also for an alarm that the viewer may not see.
    """
    found = _cases(alarms(viewer).filter(pk=alarm_id))
    if not found:
        raise NotFound("没有找到这次报警，可能不在您负责的范围内。")
    return found[0]


def alarm_of(viewer: User, source: str, source_id: UUID) -> Case | None:
    """Return the alarm that one call, visit or device event raised; None if it raised none."""
    found = _cases(alarms(viewer).filter(source=str(Source(source)), source_id=source_id))
    return found[0] if found else None


def alarms_of_elder(viewer: User, elder_id: UUID, *, limit: int = 5) -> list[Case]:
    """Return the last alarms of one elder, newest first."""
    return _cases(alarms(viewer).filter(elder_id=elder_id).order_by("-raised_at", "-id")[:limit])


def last_closed(viewer: User, elder_ids: Iterable[UUID]) -> dict[UUID, Closure]:
    """Return how the last closed alarm of each of some elders ended, with its alarm; in one query."""
    newest = Closure.objects.filter(alarm__elder=OuterRef("alarm__elder")).order_by("-alarm__raised_at", "-id")
    rows = (
        Closure.objects.filter(alarm__elder__in=set(elder_ids), alarm__in=alarms(viewer).order_by().values("pk"))
        .filter(pk=Subquery(newest.values("pk")[:1]))
        .select_related("alarm", "by")
    )
    return {closure.alarm.elder_id: closure for closure in rows if closure.alarm.elder_id}


def outcomes(viewer: User, *, limit: int = 10) -> list[Case]:
    """Return how the alarms ended that the viewer raised and somebody else closed, until read; oldest first."""
    ended = Unread.objects.filter(reader=viewer).order_by("closure__at", "closure")
    ids = list(ended.values_list("closure__alarm", flat=True)[:limit])
    cases = {case.alarm.pk: case for case in _cases(alarms(viewer).filter(pk__in=ids))} if ids else {}
    return [cases[pk] for pk in ids if pk in cases]


def closed_by_or_raised_by(viewer: User, begins_at: datetime, ends_at: datetime) -> list[Case]:
    """Return the alarms of a stretch of time that the viewer raised or closed, newest first."""
    own = Closure.objects.filter(by=viewer, alarm__programme_id=viewer.programme_id).values("alarm_id")
    rows = raised_between(viewer, begins_at, ends_at)
    return _cases((rows.filter(by=viewer) | rows.filter(pk__in=own)).order_by("-raised_at", "-id"))


def raised_between(viewer: User, begins_at: datetime, ends_at: datetime) -> QuerySet[Alarm]:
    """The alarms that were raised in a half-open stretch of time."""
    return alarms(viewer).filter(raised_at__gte=begins_at, raised_at__lt=ends_at)


def promptness(viewer: User, begins_at: datetime, ends_at: datetime, at: datetime) -> rules.Promptness:
    """Count how quickly the alarms of a half-open stretch of time were taken, seen from `at`."""
    taken_at = Taking.objects.filter(alarm=OuterRef("pk")).values("at")
    rows = raised_between(viewer, begins_at, ends_at).select_related(None).annotate(taken_at=Subquery(taken_at))
    return rules.promptness(
        rules.waited_s(raised_at, taken, at) for raised_at, taken in rows.values_list("raised_at", F("taken_at"))
    )


def _cases(rows: QuerySet[Alarm]) -> list[Case]:
    found = list(rows)
    ids = [alarm.pk for alarm in found]
    if not ids:
        return []
    takings = {row.alarm_id: row for row in Taking.objects.filter(alarm__in=ids).select_related("by")}
    closures = {row.alarm_id: row for row in Closure.objects.filter(alarm__in=ids).select_related("by")}
    steps: dict[UUID, list[Step]] = {pk: [] for pk in ids}
    for step in Step.objects.filter(alarm__in=ids).select_related("by").order_by("at", "id"):
        steps[step.alarm_id].append(step)
    return [Case(alarm, takings.get(alarm.pk), tuple(steps[alarm.pk]), closures.get(alarm.pk)) for alarm in found]
