"""The centre sends an order to an enterprise. Locks: order, then enterprise."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch import rules
from sangyu.dispatch.actions.steps import hand_to
from sangyu.dispatch.models import Dispatch
from sangyu.orders import actions as orders
from sangyu.orders.models import Stage

BEIJING = ZoneInfo("Asia/Shanghai")


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
    return hand_to(order, enterprise_id=enterprise_id, by=by, at=at)
