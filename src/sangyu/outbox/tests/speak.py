"""Short messages for the tests of this room."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sangyu.kit.ids import derived_id
from sangyu.outbox import actions as outbox
from sangyu.outbox.models import Message

CHENGGUAN = derived_id("programme", "chengguan")
NOON = datetime(2026, 11, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def say(n: int) -> Message:
    return outbox.tell(programme_id=CHENGGUAN, topic="orders", kind="order.moved", body={"n": n}, at=NOON)
