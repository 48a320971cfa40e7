"""The enterprise answers: takes the order, gives it back, or lets the time pass. Locks: the order."""

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
from sangyu.dispatch.actions.steps import ensure_waiting, give_back, is_newest, own, tell
from sangyu.dispatch.models import Acceptance, Dispatch, RefusalReason, RefusalRow
from sangyu.kit.errors import Refusal
from sangyu.orders import actions as orders
from sangyu.orders.models import Stage

BEIJING = ZoneInfo("Asia/Shanghai")


class NoteMissing(Refusal):
    """A refusal for another reason needs the reason."""


@transaction.atomic
def accept(*, dispatch_id: UUID, by: User, at: datetime) -> Acceptance:
    """Take an order for one's enterprise in time; accepting it again changes nothing.

    Raises: NotFound, AnswerTooLate.
    """
    dispatch = own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    existing = Acceptance.objects.filter(dispatch=dispatch).first()
    if existing is not None:
        return existing
    ensure_waiting(dispatch, order)
    if at > dispatch.answer_by:
        raise rules.AnswerTooLate(
            f"接单时限是{dispatch.answer_by.astimezone(BEIJING):%H:%M}，已经超过，工单将改派。请以后及时接单。"
        )
    orders.move(order=order, to=Stage.ACCEPTED, at=at)
    acceptance = Acceptance.objects.create(dispatch=dispatch, by=by, at=at)
    access.record(by=by, at=at, verb="dispatch.accept", object_kind="order", object_id=order.pk)
    tell(dispatch, "dispatch.accepted", at)
    return acceptance


@transaction.atomic
def refuse(*, dispatch_id: UUID, reason: str, by: User, at: datetime, note: str = "") -> RefusalRow:
    """Give an order back with a reason; it returns to the top of the centre's list.

    Raises: NotFound, AnswerTooLate, NoteMissing.
    """
    dispatch = own(dispatch_id, by)
    order = orders.lock(order_id=dispatch.order_id, by=by)
    existing = RefusalRow.objects.filter(dispatch=dispatch).first()
    if existing is not None:
        return existing
    if RefusalReason(reason) == RefusalReason.OTHER and not note.strip():
        raise NoteMissing("选择“其他”时请写明拒单原因。")
    ensure_waiting(dispatch, order)
    return give_back(dispatch, order, reason=reason, note=note.strip(), by=by, at=at)


@transaction.atomic
def let_lapse(*, programme_id: UUID, by: User, at: datetime) -> int:
    """Take back every dispatch whose time for an answer has passed; return how many. The clock calls this.

    While the elder is being asked about another time, the order stays until the promised time itself.
    """
    ensure_role(by, Role.CLOCK)
    late = Dispatch.objects.filter(
        order__programme_id=programme_id, order__stage=Stage.SENT, answer_by__lt=at
    ).order_by("order_id", "n")
    lapsed = 0
    for dispatch in late:
        order = orders.lock(order_id=dispatch.order_id, by=by)
        asked = order.wanted_from > at and dispatch_read.open_proposal_of(dispatch) is not None
        if order.stage == Stage.SENT and is_newest(dispatch, order) and not asked:
            give_back(dispatch, order, reason=RefusalReason.NO_ANSWER, note="", by=by, at=at)
            lapsed += 1
    return lapsed
