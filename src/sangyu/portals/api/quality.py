"""What elders say afterwards, and how every enterprise is appraised."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BeforeValidator, Field

from sangyu.access.models import User
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import State, reads, writes
from sangyu.portals.api.pages import Page, Where, page
from sangyu.portals.api.shapes import Day, Flag, MonthText, Said, Tenths, Told, Versioned, whole_only, written
from sangyu.portals.clock import now
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.queue import queue_for_enterprise
from sangyu.quality.models import Appraisal, FollowUp, FollowUpTask
from sangyu.quality.queries import Sheet

router = Router()
TAG = "质量 quality"
Satisfaction = Annotated[int, Field(ge=1, le=5), BeforeValidator(whole_only)]


class SampleTold(Told):
    """The follow-up sample of a day (抽查样本), which anybody can draw again from its seed."""

    id: UUID
    day: str
    seed: str
    served: int
    due: int


class TaskTold(Told):
    """An order about which the elder is to be rung (回访任务)."""

    id: UUID
    order_id: UUID
    reason: str
    day: str


class TasksTold(Told):
    """The calls to make next: never tried before tried, then the oldest day first."""

    items: list[TaskTold]


class FollowUpTold(Told):
    """What an elder said when rung (回访)."""

    id: UUID
    task_id: UUID
    n: int
    reached: bool
    happened: bool | None
    satisfaction: int | None
    at: datetime


class LineTold(Told):
    """An item of a sheet: its full marks, the score that holds now, and the objection if there is one."""

    item_id: UUID
    dimension: str
    code: str
    name: str
    by_hand: bool
    full_tenths: int
    score_tenths: int | None
    objection_id: UUID | None
    ruled: bool


class SheetTold(Versioned):
    """The appraisal of an enterprise for a month (考核表), item by item."""

    id: UUID
    enterprise_id: UUID
    month: str
    lines: list[LineTold]
    released_at: datetime | None
    object_until: datetime | None
    final_at: datetime | None
    final_score_tenths: int | None


class AppraisalTold(Told):
    """An appraisal in a list."""

    id: UUID
    enterprise_id: UUID
    month: str
    drafted_at: datetime


class AppraisalsTold(Told):
    """The appraisals that were drafted now; those drafted before keep their draft."""

    items: list[AppraisalTold]


class SampleOf(Said):
    """The day whose services are asked about."""

    day: Day


class Answers(Said):
    """What was said on the telephone; an elder who was not reached has said nothing."""

    reached: Flag
    happened: Flag | None = None
    came_on_time: Flag | None = None
    paid_as_told: Flag | None = None
    satisfaction: Satisfaction | None = None
    complaint: written(200) = ""  # type: ignore[valid-type]


class OfMonth(Said):
    """The month."""

    month: MonthText


class HandScore(Said):
    """A score by hand, with what it rests on."""

    score_tenths: Tenths
    evidence: written(200, shortest=1)  # type: ignore[valid-type]
    check_number: written(30) = ""  # type: ignore[valid-type]


class Objecting(Said):
    """Why an enterprise disagrees."""

    text: written(400, shortest=1)  # type: ignore[valid-type]


class Ruling(Said):
    """The answer to an objection."""

    upheld: Flag
    score_tenths: Tenths
    reason: written(400, shortest=1)  # type: ignore[valid-type]


def task_told(task: FollowUpTask) -> TaskTold:
    """Show a call to make."""
    return TaskTold(id=task.pk, order_id=task.order_id, reason=task.reason, day=task.sample.day.isoformat())


def follow_up_told(row: FollowUp) -> FollowUpTold:
    """Show what was said, without its words."""
    return FollowUpTold(
        id=row.pk,
        task_id=row.task_id,
        n=row.n,
        reached=row.reached,
        happened=row.happened,
        satisfaction=row.satisfaction,
        at=row.at,
    )


def told(sheet: Sheet) -> SheetTold:
    """Show a sheet."""
    release, final = sheet.release, sheet.final
    return SheetTold(
        id=sheet.appraisal.pk,
        enterprise_id=sheet.appraisal.enterprise_id,
        month=sheet.appraisal.month,
        lines=[
            LineTold(
                item_id=line.item.pk,
                dimension=line.item.dimension,
                code=line.item.code,
                name=line.item.name,
                by_hand=line.by_hand,
                full_tenths=line.item.full_tenths,
                score_tenths=line.score_tenths,
                objection_id=line.objection.pk if line.objection else None,
                ruled=line.ruling is not None,
            )
            for line in sheet.lines
        ],
        released_at=release.at if release else None,
        object_until=release.object_until if release else None,
        final_at=final.at if final else None,
        final_score_tenths=final.total_tenths if final else None,
    )


def appraisal_told(row: Appraisal) -> AppraisalTold:
    """Show an appraisal in a list."""
    return AppraisalTold(id=row.pk, enterprise_id=row.enterprise_id, month=row.month, drafted_at=row.drafted_at)


def seen(viewer: User, appraisal_id: UUID) -> SheetTold:
    """Return one sheet as its viewer sees it.

    Raises: NotFound.
    """
    return told(quality_read.get_sheet(viewer, appraisal_id))


def _sheet_of_item(viewer: User, item_id: UUID) -> SheetTold:
    return seen(viewer, quality_read.get_item(viewer, item_id).appraisal_id)


def _sheet_of_objection(viewer: User, objection_id: UUID) -> SheetTold:
    return seen(viewer, quality_read.get_objection(viewer, objection_id).item.appraisal_id)


def _lock(viewer: User, appraisal_id: UUID) -> None:
    queue_for_enterprise(quality_read.get_sheet(viewer, appraisal_id).appraisal)


SHEET = State(seen=seen, lock=_lock)
SHEET_OF_ITEM = State(
    seen=_sheet_of_item,
    lock=lambda viewer, item_id: _lock(viewer, quality_read.get_item(viewer, item_id).appraisal_id),
)
SHEET_OF_OBJECTION = State(
    seen=_sheet_of_objection,
    lock=lambda viewer, objection_id: _lock(viewer, quality_read.get_objection(viewer, objection_id).item.appraisal_id),
)


@writes(router, "/samples", scope="quality:write", name="drawSample", answer=SampleTold, tag=TAG, status=201,
        refuses=(NotAllowed, rules.Undecided))  # fmt: skip
def draw_sample(request: HttpRequest, body: SampleOf) -> SampleTold:
    """Draw the follow-up calls of a day; the same day is drawn once."""
    row = quality.draw_sample(day=body.day, by=viewer_of(request), at=now())
    return SampleTold(id=row.pk, day=row.day.isoformat(), seed=row.seed, served=row.served, due=row.due)


@reads(router, "/follow-up-tasks", scope="quality:read", name="listFollowUpTasks", answer=TasksTold, tag=TAG)
def list_follow_up_tasks(request: HttpRequest, where: Query[Where]) -> TasksTold:
    """List the calls to make next; whoever was reached is not on the list any more."""
    return TasksTold(items=[task_told(row) for row in quality_read.queue(viewer_of(request), limit=where.limit)])


@writes(router, "/follow-up-tasks/{uuid:task_id}/follow-ups", scope="quality:write", name="followUp",
        answer=FollowUpTold, tag=TAG, status=201,
        refuses=(NotAllowed, NotFound, quality.AnswersMissing, quality.AlreadyReached))  # fmt: skip
def follow_up(request: HttpRequest, task_id: UUID, body: Answers) -> FollowUpTold:
    """Write down a follow-up call; a complaint becomes a case."""
    row = quality.follow_up(
        task_id=task_id,
        by=viewer_of(request),
        at=now(),
        reached=body.reached,
        happened=body.happened,
        came_on_time=body.came_on_time,
        paid_as_told=body.paid_as_told,
        satisfaction=body.satisfaction,
        complaint=body.complaint,
    )
    return follow_up_told(row)


@reads(router, "/appraisals", scope="quality:read", name="listAppraisals", answer=Page[AppraisalTold], tag=TAG)
def list_appraisals(request: HttpRequest, where: Query[Where]) -> Page[AppraisalTold]:
    """List appraisals, newest month first: all for the operator, its own released ones for an enterprise."""
    rows = quality_read.appraisals(viewer_of(request))
    return page(
        request, rows, where, by="month", newest_first=True, show=lambda found: [appraisal_told(row) for row in found]
    )


@reads(router, "/appraisals/{uuid:appraisal_id}", scope="quality:read", name="getAppraisal", answer=SheetTold,
       tag=TAG, refuses=(NotFound,))  # fmt: skip
def get_appraisal(request: HttpRequest, appraisal_id: UUID) -> SheetTold:
    """Read one appraisal, item by item."""
    return seen(viewer_of(request), appraisal_id)


@writes(router, "/appraisals", scope="quality:write", name="draftAppraisals", answer=AppraisalsTold, tag=TAG,
        status=201, refuses=(NotAllowed, rules.NotOver, rules.BadSheet))  # fmt: skip
def draft_appraisals(request: HttpRequest, body: OfMonth) -> AppraisalsTold:
    """Draft the appraisals of a month that is over; computed items get their score now."""
    rows = quality.appraise(month=Month.parse(body.month), by=viewer_of(request), at=now())
    return AppraisalsTold(items=[appraisal_told(row) for row in rows])


@writes(router, "/appraisal-items/{uuid:item_id}/score", scope="quality:write", name="scoreItem", answer=SheetTold,
        tag=TAG, of=SHEET_OF_ITEM,
        refuses=(NotAllowed, NotFound, rules.NotByHand, rules.AlreadyReleased, rules.TextMissing,
                 rules.ScoreOutOfRange, rules.CheckNotFound))  # fmt: skip
def score_item(request: HttpRequest, item_id: UUID, body: HandScore) -> SheetTold:
    """Give an item its score by hand, with what it rests on; answered with the whole sheet."""
    viewer = viewer_of(request)
    quality.score_by_hand(
        item_id=item_id,
        score_tenths=body.score_tenths,
        evidence=body.evidence,
        by=viewer,
        at=now(),
        check_number=body.check_number,
    )
    return _sheet_of_item(viewer, item_id)


@writes(router, "/appraisals/{uuid:appraisal_id}/release", scope="quality:write", name="releaseAppraisal",
        answer=SheetTold, tag=TAG, of=SHEET, refuses=(NotAllowed, NotFound, rules.ItemsEmpty))  # fmt: skip
def release_appraisal(request: HttpRequest, appraisal_id: UUID) -> SheetTold:
    """Publish a complete sheet to its enterprise; the working days for objections run from the next day."""
    viewer = viewer_of(request)
    quality.release(appraisal_id=appraisal_id, by=viewer, at=now())
    return seen(viewer, appraisal_id)


@writes(router, "/appraisal-items/{uuid:item_id}/objection", scope="quality:write", name="objectToItem",
        answer=SheetTold, tag=TAG, of=SHEET_OF_ITEM,
        refuses=(NotAllowed, NotFound, rules.ObjectionTooLate, rules.TextMissing))  # fmt: skip
def object_to_item(request: HttpRequest, item_id: UUID, body: Objecting) -> SheetTold:
    """Disagree with an item of one's own sheet, in time and with words."""
    viewer = viewer_of(request)
    quality.object_to(item_id=item_id, text=body.text, by=viewer, at=now())
    return _sheet_of_item(viewer, item_id)


@writes(router, "/objections/{uuid:objection_id}/ruling", scope="quality:write", name="ruleOnObjection",
        answer=SheetTold, tag=TAG, of=SHEET_OF_OBJECTION,
        refuses=(NotAllowed, NotFound, rules.OwnWork, rules.TextMissing, rules.ScoreOutOfRange))  # fmt: skip
def rule_on_objection(request: HttpRequest, objection_id: UUID, body: Ruling) -> SheetTold:
    """Answer an objection: the item's score that holds from now on, and why."""
    viewer = viewer_of(request)
    quality.rule(
        objection_id=objection_id,
        upheld=body.upheld,
        score_tenths=body.score_tenths,
        reason=body.reason,
        by=viewer,
        at=now(),
    )
    return _sheet_of_objection(viewer, objection_id)


@writes(router, "/appraisals/{uuid:appraisal_id}/finalisation", scope="quality:write", name="finaliseAppraisal",
        answer=SheetTold, tag=TAG, of=SHEET,
        refuses=(NotAllowed, NotFound, rules.ItemsEmpty, rules.StillOpen, rules.Undecided))  # fmt: skip
def finalise_appraisal(request: HttpRequest, appraisal_id: UUID) -> SheetTold:
    """Make an appraisal final once the days for objections are over."""
    viewer = viewer_of(request)
    quality.finalise(appraisal_id=appraisal_id, by=viewer, at=now())
    return seen(viewer, appraisal_id)
