"""Steps that several verbs of dispatch share, each inside the transaction of its verb, the order locked already."""

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
from sangyu.dispatch.models import Candidate, Dispatch, RefusalRow
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.outbox import actions as outbox
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Enterprise, EnterpriseState

BEIJING = ZoneInfo("Asia/Shanghai")
ANSWER_MINUTES_MAX = 30
# All ranked enterprises are kept, and of those that failed a rule the first few; the counts tell of the rest.
FAILED_KEPT = 20


class _PlaceGone(Refusal):
    """Between the look and the lock the enterprise was filled or lost its standing."""


def hand_to(order: Order, *, enterprise_id: UUID | None, by: User, at: datetime) -> Dispatch:
    """Send a locked order to the best enterprise, or to the one that is named, with everybody's reason.

    Raises: TooLate; NobodyFits; NotFound; DoesNotFit; WrongStage.
    """
    rules.ensure_in_time(number=order.number, wanted_from=order.wanted_from.astimezone(BEIJING), at=at)
    while True:
        verdicts = dispatch_read.candidates(order)
        chosen = _chosen(order, verdicts, enterprise_id)
        try:
            with transaction.atomic():  # a savepoint, so that the lock on an enterprise that is full is let go again
                hold_place(order, chosen.enterprise_id)
        except _PlaceGone:
            continue  # what the others did is committed, so the next look sees it and never chooses this one again
        return _sent(order, chosen, verdicts, by=by, at=at)


def hold_place(order: Order, enterprise_id: UUID) -> None:
    """Lock an enterprise and make sure that its day still has room for the order: who sends another one waits here."""
    firm = Enterprise.objects.select_for_update().get(pk=enterprise_id)
    on = order.wanted_from.astimezone(BEIJING).date()
    if firm.state != EnterpriseState.ADMITTED:
        raise _PlaceGone(f"{firm.name}{EnterpriseState(firm.state).label}，不能再接新单。")
    if dispatch_read.sent_on(firm.pk, on, besides=order) >= firm.capacity_per_day:
        raise _PlaceGone(f"{firm.name}在{on:%m月%d日}已满{firm.capacity_per_day}单。")


def give_back(dispatch: Dispatch, order: Order, *, reason: str, note: str, by: User, at: datetime) -> RefusalRow:
    """Write down that a locked order leaves an enterprise, and put it on top of the centre's list."""
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
    tell(dispatch, "dispatch.refused", at)
    return row


def own(dispatch_id: UUID, by: User) -> Dispatch:
    """Return a dispatch that was sent to the actor's enterprise, even if it has given it back since.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(by, Role.ENTERPRISE)
    found = dispatch_read.ever_sent(by).filter(pk=dispatch_id).first()
    if found is None:
        raise NotFound("没有找到这张派单，可能已改派给其他企业。")
    return found


def ensure_waiting(dispatch: Dispatch, order: Order) -> None:
    """Refuse an answer to a dispatch that nobody waits for any more.

    Raises: AnswerTooLate.
    """
    if order.stage != Stage.SENT or not is_newest(dispatch, order):
        raise rules.AnswerTooLate(f"工单{order.number}已不在等待您接单，可能已超时改派或取消。")


def is_newest(dispatch: Dispatch, order: Order) -> bool:
    """Tell whether a dispatch is the last attempt for its order."""
    newest = dispatch_read.latest(order)
    return newest is not None and newest.pk == dispatch.pk


def tell(dispatch: Dispatch, kind: str, at: datetime) -> None:
    """Tell the enterprise that something happened to what was sent to it."""
    outbox.tell(
        programme_id=dispatch.order.programme_id,
        topic=f"enterprise:{providers_read.organisation_of(dispatch.enterprise_id)}",
        kind=kind,
        body={"dispatch": str(dispatch.pk), "order": str(dispatch.order_id)},
        at=at,
    )


def _chosen(order: Order, verdicts: list[rules.Verdict], enterprise_id: UUID | None) -> rules.Verdict:
    ranked = [verdict for verdict in verdicts if verdict.rank]
    if not ranked:
        why = dispatch_read.nobody(verdicts) or "没有加盟企业"
        raise rules.NobodyFits(f"没有企业可以承接工单{order.number}：{why}。请与老人另约时间，或由企业管理岗协调。")
    if enterprise_id is None:
        return ranked[0]
    named = next((verdict for verdict in verdicts if verdict.enterprise_id == enterprise_id), None)
    if named is None:
        raise NotFound("没有找到这家企业。")
    if not named.rank:
        raise rules.DoesNotFit(f"不能派给{named.name}：{named.figure}。请从推荐企业中选择。")
    return named


def _sent(order: Order, chosen: rules.Verdict, verdicts: list[rules.Verdict], *, by: User, at: datetime) -> Dispatch:
    orders.move(order=order, to=Stage.SENT, at=at)
    last = dispatch_read.latest(order)
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
    ranked = [verdict for verdict in verdicts if verdict.rank]
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
    tell(dispatch, "dispatch.sent", at)
    return dispatch
