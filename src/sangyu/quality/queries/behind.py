"""The records behind a computed item of an appraisal sheet: each with what was seen, and whether it cost points.

What `actions/count.py` counts for all enterprises at once is listed here for one; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.dispatch.models import Acceptance, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.month import Month
from sangyu.providers import queries as providers_read
from sangyu.providers import rules as providers_rules
from sangyu.providers.models import Certificate, Licence
from sangyu.quality import rules
from sangyu.quality.models import AppraisalItem, ComplaintResult, FollowUp, How
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Record:
    """One record that an item counts.

    Shape: `about` names it, `why` says what was seen; `kind` and `id` lead to its page (DISPATCH, TASK, COMPLAINT), or
    are empty.
    """

    about: str
    good: bool
    why: str
    kind: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class _Stretch:
    """A month of one enterprise, as far as it was known when its sheet was drafted."""

    enterprise_id: UUID
    month: Month
    known_at: datetime

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.month.first_day, datetime.min.time(), BEIJING)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.month.next().first_day, datetime.min.time(), BEIJING)

    @property
    def last_day(self) -> date:
        return self.month.next().first_day - timedelta(days=1)


def records_behind(viewer: User, item: AppraisalItem) -> list[Record]:
    """Return what a computed item of a sheet rests on, what cost points first; nothing for an item scored by hand.

    Answers and calls of after the draft are left out; visits of the month and papers are told as they are on file now.
    An enterprise sees which scores its elders gave, and not who gave them.
    """
    if item.how == How.HAND:
        return []
    sheet = item.appraisal
    found = _BEHIND[item.code](_Stretch(sheet.enterprise_id, Month.parse(sheet.month), sheet.drafted_at))
    if item.code == "Q1" and not sees_whole_programme(viewer):
        found = sorted((Record("一次回访", one.good, one.why) for one in found), key=lambda one: one.why)
    return sorted(found, key=lambda one: one.good)


def _licences(s: _Stretch) -> list[Record]:
    rows = Licence.objects.filter(enterprise_id=s.enterprise_id).order_by("kind", "valid_from")
    held: dict[str, list[Licence]] = {}
    for row in rows:
        held.setdefault(row.kind, []).append(row)
    days = [s.month.first_day + timedelta(days=n) for n in range((s.last_day - s.month.first_day).days + 1)]
    found = []
    for kind, papers in held.items():
        periods = [(paper.kind, paper.valid_from, paper.valid_until) for paper in papers]
        open_days = [
            day
            for day in days
            if providers_rules.first_lapsed(providers_rules.held_until(periods, on=day), on=day) is not None
        ]
        until = papers[-1].valid_until - timedelta(days=1)
        said = f"有效期至{until}" + (f"；本月{_span(open_days)}没有有效的证" if open_days else "")
        found.append(Record(f"{kind} {papers[-1].number}", not open_days, said))
    return found or [Record("证照", False, "没有登记证照")]


def _span(days: list[date]) -> str:
    return f"{days[0].day}日" if len(days) == 1 else f"{days[0].day}日至{days[-1].day}日共{len(days)}天"


def _officers(s: _Stretch) -> list[Record]:
    trained = providers_read.trained_officers([s.enterprise_id], s.last_day)[s.enterprise_id]
    return [
        Record(label, trained[duty] > 0, f"月末持有{certificate}的{trained[duty]}人")
        for duty, (label, certificate) in providers_rules.OFFICERS.items()
    ]


def _answers(s: _Stretch) -> list[Record]:
    sent = Dispatch.objects.filter(
        enterprise_id=s.enterprise_id,
        order__wanted_from__gte=s.begins_at,
        order__wanted_from__lt=s.ends_at,
        sent_at__lte=s.known_at,
    )
    known = {"dispatch__in": sent, "at__lte": s.known_at}
    taken = dict(Acceptance.objects.filter(**known).values_list("dispatch_id", "at"))
    refused = {row.dispatch_id: row for row in RefusalRow.objects.filter(**known)}
    found = []
    for row in sent.select_related("order").order_by("order__wanted_from", "n"):
        back = refused.get(row.pk)
        if row.pk in taken:
            good, why = True, f"{_clock(row.sent_at)}派出，{_clock(taken[row.pk])}接单"
        elif back is not None and back.reason != RefusalReason.NO_ANSWER:
            good, why = True, f"{_clock(row.sent_at)}派出，{_clock(back.at)}退单：{back.get_reason_display()}"
        else:
            good, why = False, f"{_clock(row.sent_at)}派出，到{_clock(row.answer_by)}没有答复"
        found.append(Record(row.order.number, good, why, "DISPATCH", row.pk))
    return found


def _departures(s: _Stretch) -> list[tuple[Departure, UUID | None]]:
    rows = list(
        Departure.objects.filter(visit__enterprise_id=s.enterprise_id, left_at__gte=s.begins_at, left_at__lt=s.ends_at)
        .select_related("visit", "visit__order")
        .order_by("left_at", "pk")
    )
    taken = dict(
        Acceptance.objects.filter(
            dispatch__order__in=[row.visit.order_id for row in rows], dispatch__enterprise_id=s.enterprise_id
        )
        .order_by("at")
        .values_list("dispatch__order_id", "dispatch_id")
    )
    return [(row, taken.get(row.visit.order_id)) for row in rows]


def _punctual(s: _Stretch) -> list[Record]:
    late = timedelta(minutes=rules.LATE_MINUTES_MAX)
    return [
        Record(
            row.visit.order.number,
            row.visit.arrived_at <= row.visit.order.wanted_from + late,
            _kept(row.visit.order.wanted_from, row.visit.arrived_at),
            "DISPATCH",
            dispatch_id,
        )
        for row, dispatch_id in _departures(s)
    ]


def _proven(s: _Stretch) -> list[Record]:
    return [
        Record(
            row.visit.order.number, row.grade in ("A", "B"), f"{row.grade}级：{row.because}", "DISPATCH", dispatch_id
        )
        for row, dispatch_id in _departures(s)
    ]


def _said(s: _Stretch) -> list[Record]:
    orders = [row.visit.order_id for row, _ in _departures(s)]
    calls = FollowUp.objects.filter(reached=True, task__order__in=orders, at__lte=s.known_at)
    return [
        Record(
            row.task.order.number,
            row.satisfaction == rules.SATISFACTION_FULL,
            f"{row.satisfaction or 0}分（满分{rules.SATISFACTION_FULL}分），{_clock(row.at)}回访",
            "TASK",
            row.task_id,
        )
        for row in calls.select_related("task__order").order_by("at", "pk")
    ]


def _complaints(s: _Stretch) -> list[Record]:
    upheld = ComplaintResult.objects.filter(
        enterprise_id=s.enterprise_id, upheld=True, at__gte=s.begins_at, at__lt=s.ends_at
    )
    return [
        Record(row.complaint.number, False, row.finding, "COMPLAINT", row.complaint_id)
        for row in upheld.select_related("complaint").order_by("at", "pk")
    ]


def _certificates(s: _Stretch) -> list[Record]:
    newest: dict[tuple[UUID, str], Certificate] = {}
    rows = Certificate.objects.filter(worker__enterprise_id=s.enterprise_id, worker__left_on=None)
    for row in rows.select_related("worker").order_by("valid_until"):
        newest[row.worker_id, row.kind] = row
    return [
        Record(
            f"{row.worker.name} {row.kind}",
            row.valid_until > s.last_day,
            f"有效期至{row.valid_until - timedelta(days=1)}",
        )
        for row in sorted(newest.values(), key=lambda row: (row.worker.name, row.kind))
    ]


def _kept(wanted_from: datetime, arrived_at: datetime) -> str:
    late = int((arrived_at - wanted_from).total_seconds() // 60)
    said = f"晚{late}分钟" if late > 0 else (f"早{-late}分钟" if late < 0 else "准时")
    return f"约定{_clock(wanted_from)}，{arrived_at.astimezone(BEIJING):%H:%M}到达，{said}"


def _clock(at: datetime) -> str:
    local = at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日{local:%H:%M}"


_BEHIND: Mapping[str, Callable[[_Stretch], list[Record]]] = {
    "E1": _licences,
    "E2": _officers,
    "N1": _answers,
    "N2": _punctual,
    "N3": _proven,
    "Q1": _said,
    "Q2": _complaints,
    "S1": _certificates,
}
