"""An enterprise leaves or is suspended: what it has in hand goes to others. Locks: each order, then an enterprise.

Not one transaction but one for each order, so that a long list holds up nobody, and a repeat goes on where it stopped:
once the enterprise has left nothing new is sent to it, and what was taken back is not found in its hands again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.actions.steps import give_back, hand_to, is_newest
from sangyu.dispatch.models import Dispatch, RefusalReason
from sangyu.dispatch.queries import CloseOut
from sangyu.orders import actions as orders
from sangyu.orders.models import Stage
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Enterprise, EnterpriseState

TAKEN_BACK = (Stage.SENT, Stage.ACCEPTED, Stage.ASSIGNED)
REASONS = {
    EnterpriseState.SUSPENDED: RefusalReason.ENTERPRISE_SUSPENDED,
    EnterpriseState.EXITED: RefusalReason.ENTERPRISE_LEFT,
}


def close_out(*, enterprise_id: UUID, by: User, at: datetime, reason: str, document: str) -> CloseOut:
    """Let an enterprise leave and send every open order of it to the next one that fits; who is at the door finishes.

    What fits nobody waits on top of the board with the reason. A repeat sends what is still open and tells the same.
    Raises: NotAllowed; NotFound; Incomplete; WrongStanding.
    """
    providers.leave(enterprise_id=enterprise_id, reason=reason, document=document, by=by, at=at)
    return take_back(enterprise_id=enterprise_id, by=by, at=at)


def take_back(*, enterprise_id: UUID, by: User, at: datetime) -> CloseOut:
    """Send the open orders of an enterprise that is suspended or has left to others; a repeat goes on.

    Raises: NotAllowed; NotFound; StillMember.
    """
    ensure_role(by, Role.BUREAU, Role.SUPERVISOR)
    enterprise = providers_read.get_enterprise(by, enterprise_id)
    if enterprise.state not in REASONS:
        raise rules.StillMember(
            f"{enterprise.name}现在是“{enterprise.get_state_display()}”，工单留在原处。先办理暂停或退出，再改派。"
        )
    for dispatch in dispatch_read.in_hand(by, enterprise, TAKEN_BACK):
        _take_back_one(dispatch, enterprise, by=by, at=at)
    return dispatch_read.close_out_of(by, enterprise)


@transaction.atomic
def _take_back_one(dispatch: Dispatch, enterprise: Enterprise, *, by: User, at: datetime) -> None:
    order = orders.lock(order_id=dispatch.order_id, by=by)
    if order.stage not in TAKEN_BACK or not is_newest(dispatch, order):
        return  # somebody was faster: cancelled, refused, or at the door
    give_back(dispatch, order, reason=REASONS[EnterpriseState(enterprise.state)], note="", by=by, at=at)
    try:
        with transaction.atomic():
            hand_to(order, enterprise_id=None, by=by, at=at)
    except (rules.NobodyFits, rules.TooLate):
        order.refresh_from_db()  # it waits on the board; whoever opens it is told why nobody fits
