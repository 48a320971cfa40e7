"""Verbs of dispatch: send, accept, refuse, let lapse, assign. Locks: order, then worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.models import Acceptance, Assignment, Candidate, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.outbox import actions as outbox
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Certificate, Worker

BEIJING = ZoneInfo("Asia/Shanghai")
ANSWER_MINUTES_MAX = 30
# All ranked enterprises are kept, and of those that failed a rule the first few; the counts tell of the rest.
FAILED_KEPT = 20


class NoteMissing(Refusal):
    """A refusal for another reason needs the reason."""


@transaction.atomic
def send(*, order_id: UUID, by: User, at: datetime, enterprise_id: UUID | None = None) -> Dispatch:
    """Send an order to an enterprise (the best one unless it is named) and keep every candidate's reason.

    Raises: NotAllowed; AlreadySent, naming who did it when; TooLate; NobodyFits; DoesNotFit.
    """
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER)
    order = orders.lock(order_id=order_id, by=by)
    last = dispatch_read.latest(order)
    if order.stage == Stage.SENT and last is not None:
        who = "您" if last.sent_by_id == by.pk else last.sent_by.display_name
        raise rules.AlreadySent(
            f"工单{order.number}刚被{who}派给{last.enterprise.name}（{last.sent_at.astimezone(BEIJING):%H:%M}）。"
        )
    rules.ensure_in_time(number=order.number, wanted_from=order.wanted_from.astimezone(BEIJING), at=at)
    verdicts = dispatch_read.candidates(order)
    ranked = [verdict for verdict in verdicts if verdict.rank]
    if not ranked:
        raise rules.NobodyFits(
            f"没有企业可以承接工单{order.number}：{_tally(verdicts)}。请与老人另约时间，或由企业管理岗协调。"
        )
    chosen = ranked[0]
    if enterprise_id is not None:
        chosen = next((verdict for verdict in verdicts if verdict.enterprise_id == enterprise_id), None)
        if chosen is None:
            raise NotFound("没有找到这家企业。")
        if not chosen.rank:
            raise rules.DoesNotFit(f"不能派给{chosen.name}：{chosen.figure}。请从推荐企业中选择。")
    orders.move(order=order, to=Stage.SENT, at=at)
    n = last.n + 1 if last else 1
    dispatch = Dispatch.objects.create(
        id=derived_id("dispatch", order.pk, n),
        order=order,
        enterprise_id=chosen.enterprise_id,
        n=n,
        sent_by=by,
        sent_at=at,
        answer_by=min(at + timedelta(minutes=ANSWER_MINUTES_MAX), order.wanted_from),
        counts=rules.counts(verdicts),
    )
    failed = [verdict for verdict in verdicts if not verdict.rank][:FAILED_KEPT]
    Candidate.objects.bulk_create(
        [
            Candidate(
                dispatch=dispatch,
                enterprise_id=verdict.enterprise_id,
                rank=verdict.rank,
                score=verdict.score,
                terms=dict(verdict.terms),
                failed=verdict.failed,
                figure=verdict.figure,
            )
            for verdict in [*ranked, *failed]
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.send",
        object_kind="order",
        object_id=order.pk,
        facts={"enterprise": chosen.enterprise_id, "rank": chosen.rank, "n": n},
    )
    _tell(dispatch, "dispatch.sent", at)
    return dispatch


@transaction.atomic
def accept(*, dispatch_id: UUID, by: User, at: datetime) -> Acceptance:
    """Take an order for one's enterprise in time; accepting it again changes nothing.

    Raises: NotFound, AnswerTooLate.
    """
    dispatch = _own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    existing = Acceptance.objects.filter(dispatch=dispatch).first()
    if existing is not None:
        return existing
    _ensure_waiting(dispatch, order)
    if at > dispatch.answer_by:
        raise rules.AnswerTooLate(
            f"接单时限是{dispatch.answer_by.astimezone(BEIJING):%H:%M}，已经超过，工单将改派。请以后及时接单。"
        )
    orders.move(order=order, to=Stage.ACCEPTED, at=at)
    acceptance = Acceptance.objects.create(dispatch=dispatch, by=by, at=at)
    access.record(by=by, at=at, verb="dispatch.accept", object_kind="order", object_id=order.pk)
    _tell(dispatch, "dispatch.accepted", at)
    return acceptance


@transaction.atomic
def refuse(*, dispatch_id: UUID, reason: str, by: User, at: datetime, note: str = "") -> RefusalRow:
    """Give an order back with a reason; it returns to the top of the centre's list.

    Raises: NotFound, AnswerTooLate, NoteMissing.
    """
    dispatch = _own(dispatch_id, by)
    orders.lock(order_id=dispatch.order_id, by=by)
    existing = RefusalRow.objects.filter(dispatch=dispatch).first()
    if existing is not None:
        return existing
    if RefusalReason(reason) == RefusalReason.OTHER and not note.strip():
        raise NoteMissing("选择“其他”时请写明拒单原因。")
    return _give_back(dispatch, reason=reason, note=note.strip(), by=by, at=at)


@transaction.atomic
def let_lapse(*, programme_id: UUID, by: User, at: datetime) -> int:
    """Take back every dispatch whose time for an answer has passed; return how many. The clock calls this."""
    ensure_role(by, Role.CLOCK)
    late = Dispatch.objects.filter(
        order__programme_id=programme_id, order__stage=Stage.SENT, answer_by__lt=at
    ).order_by("order_id", "n")
    lapsed = 0
    for dispatch in late:
        order = orders.lock(order_id=dispatch.order_id, by=by)
        if order.stage == Stage.SENT and _is_newest(dispatch, order):
            _give_back(dispatch, reason=RefusalReason.NO_ANSWER, note="", by=by, at=at)
            lapsed += 1
    return lapsed


@transaction.atomic
def assign(*, dispatch_id: UUID, worker_id: UUID, by: User, at: datetime) -> Assignment:
    """Name the worker who goes; naming the same one again changes nothing, another one replaces the first.

    Raises: NotFound, NotAccepted, WorkerUnfit, WorkerBusy, WrongStage.
    """
    dispatch = _own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    if not _is_newest(dispatch, order) or not Acceptance.objects.filter(dispatch=dispatch).exists():
        raise rules.NotAccepted(f"工单{order.number}没有由贵企业接单，不能派人。请先接单；如已改派，则不用再处理。")
    worker = (
        Worker.objects.select_for_update()
        .filter(pk=worker_id, enterprise_id=dispatch.enterprise_id, left_on=None)
        .first()
    )
    if worker is None:
        raise NotFound("没有找到这位服务人员，可能已离职。")
    now = dispatch_read.assignment_of(order)
    if now is not None and now.dispatch_id == dispatch.pk and now.worker_id == worker.pk:
        return now
    _ensure_fit(worker, order)
    rules.ensure_worker_free(
        name=worker.name,
        wanted=(order.wanted_from, order.wanted_until),
        taken=[
            (row.begins_at, row.ends_at, row.dispatch.order.number)
            for row in dispatch_read.taken([worker], order.wanted_from, order.wanted_until)
            if row.dispatch.order_id != order.pk
        ],
    )
    orders.move(order=order, to=Stage.ASSIGNED, at=at)
    n = Assignment.objects.filter(dispatch=dispatch).count() + 1
    assignment = Assignment.objects.create(
        id=derived_id("assignment", dispatch.pk, n),
        dispatch=dispatch,
        n=n,
        worker=worker,
        begins_at=order.wanted_from,
        ends_at=order.wanted_until,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.assign",
        object_kind="order",
        object_id=order.pk,
        facts={"worker": worker.pk, "n": n},
    )
    _tell(dispatch, "dispatch.assigned", at)
    return assignment


def _own(dispatch_id: UUID, by: User) -> Dispatch:
    ensure_role(by, Role.ENTERPRISE)
    return dispatch_read.get_dispatch(by, dispatch_id)


def _ensure_waiting(dispatch: Dispatch, order: Order) -> None:
    if order.stage != Stage.SENT or not _is_newest(dispatch, order):
        raise rules.AnswerTooLate(f"工单{order.number}已不在等待您接单，可能已超时改派或取消。")


def _is_newest(dispatch: Dispatch, order: Order) -> bool:
    newest = dispatch_read.latest(order)
    return newest is not None and newest.pk == dispatch.pk


def _give_back(dispatch: Dispatch, *, reason: str, note: str, by: User, at: datetime) -> RefusalRow:
    order = orders.lock(order_id=dispatch.order_id, by=by)
    _ensure_waiting(dispatch, order)
    orders.move(order=order, to=Stage.PLACED, at=at)
    row = RefusalRow.objects.create(dispatch=dispatch, reason=str(reason), note=note, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="dispatch.refuse",
        object_kind="order",
        object_id=order.pk,
        facts={"reason": str(reason), "note": note},
    )
    _tell(dispatch, "dispatch.refused", at)
    return row


def _ensure_fit(worker: Worker, order: Order) -> None:
    on = order.wanted_from.astimezone(BEIJING).date()
    item = order.item
    if item.skill and item.skill not in worker.skills:
        raise rules.WorkerUnfit(f"{worker.name}没有“{item.skill}”技能，不能承担“{item.name}”。请换一位服务人员。")
    if item.certificate:
        newest = (
            Certificate.objects.filter(worker=worker, kind=item.certificate, valid_from__lte=on)
            .order_by("-valid_until")
            .first()
        )
        if newest is None:
            raise rules.WorkerUnfit(f"{worker.name}没有{item.certificate}，不能承担“{item.name}”。请换一位服务人员。")
        if newest.valid_until <= on:
            raise rules.WorkerUnfit(
                f"{worker.name}的{item.certificate}已于{newest.valid_until.month}月{newest.valid_until.day}日过期，请换一位服务人员。"
            )


def _tally(verdicts: list[rules.Verdict]) -> str:
    counts = rules.counts(verdicts)
    return (
        "，".join(f"{rules.RULES[code]}不符{n}家" for code, n in counts.items() if code != "ELIGIBLE") or "没有加盟企业"
    )


def _tell(dispatch: Dispatch, kind: str, at: datetime) -> None:
    outbox.tell(
        programme_id=dispatch.order.programme_id,
        topic=f"enterprise:{providers_read.organisation_of(dispatch.enterprise_id)}",
        kind=kind,
        body={"dispatch": str(dispatch.pk), "order": str(dispatch.order_id)},
        at=at,
    )
