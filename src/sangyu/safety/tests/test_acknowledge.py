from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.kit.errors import NotFound
from sangyu.safety import actions as safety
from sangyu.safety import queries as safety_read
from sangyu.safety.models import Acknowledgement, Unread
from sangyu.safety.verify import verify


def end(cast, alarm, by=None):
    safety.close(alarm_id=alarm.pk, outcome="REAL", note="她平安到家", by=by or cast.wang, at=cast.at)


def test_the_outcome_comes_back_to_whoever_raised_the_alarm_until_it_is_read(cast, taken):
    assert safety_read.outcomes(cast.ma) == []
    end(cast, taken)
    (case,) = safety_read.outcomes(cast.ma)
    assert (case.closure.note, case.closure.by) == ("她平安到家", cast.wang)
    assert safety_read.outcomes(cast.other_agent) == []
    for _ in range(2):
        safety.acknowledge(alarm_id=taken.pk, by=cast.ma, at=cast.at + timedelta(minutes=1))
    assert safety_read.outcomes(cast.ma) == []
    assert Acknowledgement.objects.get().by == cast.ma


def test_the_list_of_what_is_unread_says_what_the_records_say(cast, taken):
    end(cast, taken)
    unread = Unread.objects.get()
    closure = unread.closure
    assert (unread.reader, verify(cast.programme.pk)) == (cast.ma, [])
    unread.delete()
    assert verify(cast.programme.pk) == [f"报警结案{closure.pk}：报告人还没有看过，未阅清单上没有。"]
    Unread.objects.create(closure=closure, reader=cast.ma)
    safety.acknowledge(alarm_id=taken.pk, by=cast.ma, at=cast.at)
    assert verify(cast.programme.pk) == []
    Unread.objects.create(closure=closure, reader=cast.ma)
    assert verify(cast.programme.pk) == [f"报警结案{closure.pk}：未阅清单上有，报告人不必再看。"]


def test_ones_own_end_is_no_news(cast, alarm):
    safety.take(alarm_id=alarm.pk, by=cast.ma, at=cast.at)
    end(cast, alarm, by=cast.ma)
    assert safety_read.outcomes(cast.ma) == []
    (case,) = safety_read.closed_by_or_raised_by(cast.ma, cast.at, cast.at + timedelta(days=1))
    assert case.alarm == alarm


def test_what_is_open_or_somebody_else_s_cannot_be_read(cast, taken):
    with pytest.raises(NotFound, match="还没有结案"):
        safety.acknowledge(alarm_id=taken.pk, by=cast.ma, at=cast.at)
    end(cast, taken)
    with pytest.raises(NotFound, match="不是由您报告的"):
        safety.acknowledge(alarm_id=taken.pk, by=cast.other_agent, at=cast.at)


def test_a_stretch_of_time_names_what_one_raised_or_closed(cast, taken):
    end(cast, taken)
    day = (cast.at, cast.at + timedelta(days=1))
    for viewer, known in ((cast.ma, 1), (cast.wang, 1), (cast.other_agent, 0)):
        assert len(safety_read.closed_by_or_raised_by(viewer, *day)) == known
