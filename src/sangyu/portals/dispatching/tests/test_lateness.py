"""How late an order is, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.cast import BEIJING

from sangyu.portals.dispatching.lateness import lateness

NOON = datetime(2026, 11, 9, 12, tzinfo=BEIJING)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("stage", "since", "wanted", "answer", "tone", "words"),
    [
        ("PLACED", -3, 300, None, "off", "剩7分钟"),
        ("PLACED", -8, 300, None, "waiting", "剩2分钟"),
        ("PLACED", -3, 55, None, "urgent", "距上门55分钟，未派"),
        ("PLACED", -14, 300, None, "waiting", "已等14分钟"),
        ("PLACED", -14, -5, None, "urgent", "误时5分钟"),
        ("SENT", -5, 300, 25, "off", "剩25分钟"),
        ("SENT", -25, 300, 5, "waiting", "剩5分钟"),
        ("SENT", -40, 300, -10, "urgent", "超时10分钟未接"),
        ("ACCEPTED", -5, 60, None, "waiting", "距上门60分钟"),
        ("ACCEPTED", -5, 3000, None, "off", "距上门2天"),
        ("ASSIGNED", -5, 300, None, "off", "距上门5小时"),
        ("ASSIGNED", -5, 12, None, "waiting", "距上门12分钟"),
        ("ASSIGNED", -5, -16, None, "urgent", "误时16分钟"),
        ("IN_SERVICE", -40, -40, None, "now", "已服务40分钟"),
        ("IN_SERVICE", -200, -200, None, "waiting", "超出预计80分钟"),
    ],
)
def test_colour_repeats_the_words(stage: str, since: int, wanted: int, answer: int | None, tone: str, words: str):
    found = lateness(
        stage=stage,
        at=NOON,
        stage_at=NOON + since * MINUTE,
        wanted_from=NOON + wanted * MINUTE,
        wanted_until=NOON + (wanted + 120) * MINUTE,
        answer_by=None if answer is None else NOON + answer * MINUTE,
    )
    assert (found.tone, str(found.text)) == (tone, words)
