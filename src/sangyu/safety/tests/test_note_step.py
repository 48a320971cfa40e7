from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Step
from sangyu.safety.rules import AlreadyClosed, NotTaken


def step(cast, alarm, rung="FAMILY", *, by=None, key="1", seconds=30, note=""):
    at = cast.at + timedelta(seconds=seconds)
    return safety.note_step(alarm_id=alarm.pk, rung=rung, note=note, by=by or cast.wang, at=at, key=key)


def test_what_was_done_is_kept_in_its_order(cast, taken):
    step(cast, taken, "AMBULANCE", by=cast.ma, seconds=40)
    step(cast, taken, "ELDER", note="无人接听", seconds=10)
    step(cast, taken, "ELDER", note="接了，说话清楚", key="2", seconds=50)
    done = safety_read.get_alarm(cast.head, taken.pk).steps
    assert [(row.rung, row.note, row.by) for row in done] == [
        ("ELDER", "无人接听", cast.wang),
        ("AMBULANCE", "", cast.ma),
        ("ELDER", "接了，说话清楚", cast.wang),
    ]


def test_a_double_click_is_one_step(cast, taken):
    assert step(cast, taken) == step(cast, taken, seconds=31)
    assert Step.objects.count() == 1
    step(cast, taken, by=cast.ma)
    assert Step.objects.count() == 2, "the same key of somebody else is another step"


def test_it_is_taken_first(cast, alarm):
    with pytest.raises(NotTaken, match="请先接管"):
        step(cast, alarm)


def test_after_the_end_nothing_is_added(cast, taken):
    safety.close(alarm_id=taken.pk, outcome="FALSE", note="误碰按键", by=cast.wang, at=cast.at)
    with pytest.raises(AlreadyClosed, match="误报，误碰按键"):
        step(cast, taken)


def test_only_the_operator_writes_here(cast, taken):
    with pytest.raises(NotAllowed, match="调度员"):
        step(cast, taken, by=cast.head)
    with pytest.raises(NotFound, match="没有找到这次报警"):
        step(cast, taken, by=Neighbour(cast.at).agent)
