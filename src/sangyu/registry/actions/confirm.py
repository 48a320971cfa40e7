"""Say that what the register knows of an elder was checked and is right (核实), so that it does not count as stale."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.registry.actions.elders import ReasonMissing, lock
from sangyu.registry.models import Elder
from sangyu.registry.queries.finding import CONFIRMED, confirmed_at

BEIJING = ZoneInfo("Asia/Shanghai")
HOW_MAX = 60


@transaction.atomic
def confirm(*, elder_id: UUID, how: str, by: User, at: datetime) -> Elder:
    """Note that somebody checked an elder's data, and how: a visit, a call. A second time on one day changes nothing.

    Raises: NotAllowed, NotFound; ReasonMissing, without saying how it was checked.
    """
    ensure_role(by, Role.COMMUNITY)
    elder = lock(elder_id, by)
    said = how.strip()[:HOW_MAX]
    if not said:
        raise ReasonMissing("请写明是怎样核实的（如：入户、电话），供下次核对。")
    before = confirmed_at(elder.pk)
    if before is None or before.astimezone(BEIJING).date() != at.astimezone(BEIJING).date():
        access.record(by=by, at=at, verb=CONFIRMED, object_kind="elder", object_id=elder.pk, facts={"how": said})
    return elder
