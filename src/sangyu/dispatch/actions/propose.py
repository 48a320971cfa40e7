"""Another time: the enterprise offers it, the centre asks the elder and answers. Locks: elder, order, enterprise."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.actions.steps import ensure_waiting, give_back, hold_place, is_newest, own, tell
from sangyu.dispatch.models import Acceptance, Proposal, ProposalAnswer, RefusalReason
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.orders import actions as orders
from sangyu.orders.models import Order, Stage
from sangyu.orders.rules import ensure_ahead
from sangyu.outbox import actions as outbox

BEIJING = ZoneInfo("Asia/Shanghai")


class SameTime(Refusal):
    """What is offered is the time that was asked for."""


@transaction.atomic
def propose(*, dispatch_id: UUID, wanted_from: datetime, by: User, at: datetime, note: str = "") -> Proposal:
    """Offer another time for an order instead of refusing it; a later offer takes the place of an earlier one.

    The centre asks the elder; meanwhile the order is not taken away. A repeat changes nothing.
    Raises: NotAllowed, NotFound, AnswerTooLate, SameTime, SlotOver.
    """
    dispatch = own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    standing = dispatch_read.open_proposal_of(dispatch)
    if standing is not None and standing.wanted_from == wanted_from:
        return standing
    ensure_waiting(dispatch, order)
    if at > dispatch.answer_by:
        raise rules.AnswerTooLate(
            f"接单时限是{dispatch.answer_by.astimezone(BEIJING):%H:%M}，已经超过，工单将改派。请以后及时答复。"
        )
    if wanted_from == order.wanted_from:
        raise SameTime("提出的时间与约定时间相同，请直接接单。")
    ensure_ahead(wanted_from=wanted_from, at=at)
    n = Proposal.objects.filter(dispatch=dispatch).count() + 1
    proposal = Proposal.objects.create(
        id=derived_id("proposal", dispatch.pk, n),
        dispatch=dispatch,
        n=n,
        wanted_from=wanted_from,
        note=note.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.propose",
        object_kind="order",
        object_id=order.pk,
        facts={"wanted_from": wanted_from, "n": n},
    )
    outbox.tell(
        programme_id=order.programme_id,
        topic="orders",
        kind="dispatch.proposed",
        body={"dispatch": str(dispatch.pk), "order": str(order.pk)},
        at=at,
    )
    return proposal


@transaction.atomic
def agree(*, proposal_id: UUID, by: User, at: datetime, note: str = "") -> ProposalAnswer:
    """Say that the elder agrees: the order moves to the offered time, and the enterprise that offered it has taken it.

    Raises: NotAllowed; NotFound; ProposalMoot; DoesNotFit, if the enterprise may not have it on that day; what
    `orders.reschedule` refuses (SlotOver, SlotTaken, ElderDied, TimeFixed).
    """
    proposal, order, answered = _asked(proposal_id, by)
    if answered is not None:
        if answered.agreed:
            return answered
        raise _moot(order, answered)
    dispatch = proposal.dispatch
    _ensure_open(proposal, order)
    # The words of the enterprise stand in the order's own history.
    order = orders.reschedule(
        order_id=order.pk,
        wanted_from=proposal.wanted_from,
        by=by,
        at=at,
        reason=f"{dispatch.enterprise.short_name}提出改期，老人同意",
    )
    verdict = next(
        verdict for verdict in dispatch_read.candidates(order) if verdict.enterprise_id == dispatch.enterprise_id
    )
    if not verdict.rank:
        raise rules.DoesNotFit(f"{verdict.name}那天不能承接：{verdict.figure}。请回绝这个时间，改派其他企业。")
    try:
        hold_place(order, dispatch.enterprise_id)
    except Refusal as full:
        raise rules.DoesNotFit(f"{full}请回绝这个时间，改派其他企业。") from full
    orders.move(order=order, to=Stage.ACCEPTED, at=at)
    Acceptance.objects.create(dispatch=dispatch, by=proposal.by, at=at)
    answer = _answer(proposal, order, agreed=True, note=note, by=by, at=at)
    tell(dispatch, "dispatch.agreed", at)
    return answer


@transaction.atomic
def decline(*, proposal_id: UUID, by: User, at: datetime, take_back: bool = False, note: str = "") -> ProposalAnswer:
    """Say that the elder keeps to the time: the enterprise may still take it, or it is taken back to be sent anew.

    Once the time for the enterprise's answer has passed, it is taken back in any case. A repeat changes nothing.
    Raises: NotAllowed, NotFound, ProposalMoot.
    """
    proposal, order, answered = _asked(proposal_id, by)
    if answered is not None:
        if not answered.agreed:
            return answered
        raise _moot(order, answered)
    _ensure_open(proposal, order)
    answer = _answer(proposal, order, agreed=False, note=note, by=by, at=at)
    if take_back or at > proposal.dispatch.answer_by:
        give_back(
            proposal.dispatch,
            order,
            reason=RefusalReason.OTHER_TIME,
            note="老人不同意改期",
            by=by,
            at=at,
        )
    else:
        tell(proposal.dispatch, "dispatch.declined", at)
    return answer


def _asked(proposal_id: UUID, by: User) -> tuple[Proposal, Order, ProposalAnswer | None]:
    ensure_role(by, Role.AGENT, Role.SUPERVISOR, Role.DISPATCHER)
    proposal = dispatch_read.get_proposal(by, proposal_id)
    order = orders.lock(order_id=proposal.dispatch.order_id, by=by, elder_too=True)
    answered = ProposalAnswer.objects.filter(proposal=proposal).select_related("by").first()
    return proposal, order, answered


def _ensure_open(proposal: Proposal, order: Order) -> None:
    newest = dispatch_read.open_proposal_of(proposal.dispatch)
    if order.stage != Stage.SENT or not is_newest(proposal.dispatch, order) or newest is None:
        raise rules.ProposalMoot(f"工单{order.number}已不在等待答复，可能企业已按原时间接单或已改派。请刷新后再看。")
    if newest.pk != proposal.pk:
        raise rules.ProposalMoot(
            f"企业刚把时间改提为{newest.wanted_from.astimezone(BEIJING):%m月%d日 %H:%M}。请刷新后按新的时间问老人。"
        )


def _moot(order: Order, answered: ProposalAnswer) -> rules.ProposalMoot:
    said = "同意" if answered.agreed else "回绝"
    return rules.ProposalMoot(
        f"工单{order.number}的改期刚被{answered.by.display_name}{said}（{answered.at.astimezone(BEIJING):%H:%M}）。"
    )


def _answer(proposal: Proposal, order: Order, *, agreed: bool, note: str, by: User, at: datetime) -> ProposalAnswer:
    answer = ProposalAnswer.objects.create(
        id=derived_id("proposal answer", proposal.pk),
        proposal=proposal,
        agreed=agreed,
        note=note.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="dispatch.agree" if agreed else "dispatch.decline",
        object_kind="order",
        object_id=order.pk,
        facts={"wanted_from": proposal.wanted_from},
    )
    return answer
