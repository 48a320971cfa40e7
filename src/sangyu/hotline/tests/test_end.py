from __future__ import annotations

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.actions import AlreadyEnded, NotAnswered, OrderMissing, TakenByAnother
from sangyu.hotline.models import Call, End
from sangyu.kit.errors import NotFound
from sangyu.safety import queries as safety_read


def end(cast, call, kind=End.CONSULTATION, *, by=None, **more):
    return hotline.end(call_id=call.pk, kind=kind, by=by or cast.ma, at=cast.at, **more)


@pytest.mark.parametrize("kind", [End.CONSULTATION, End.COMPLAINT, End.EMERGENCY, End.COMFORT])
def test_a_call_ends_as_one_of_four_talks(cast, kind):
    call = end(cast, cast.call(), kind, note="问电话补贴", elder_id=cast.li.pk)
    assert (call.end, call.note, call.elder, call.ended_at) == (kind, "问电话补贴", cast.li, cast.at)
    assert hotline_read.own_open(cast.ma) is None
    assert AuditEntry.objects.get(object_id=call.pk).facts == {"end": kind, "note": "问电话补贴"}


def test_an_emergency_raises_its_alarm_with_the_end_of_the_call(cast):
    call = end(cast, cast.call(), End.EMERGENCY, note="摔倒了", elder_id=cast.li.pk)
    (case,) = safety_read.open_alarms(cast.wang)
    assert (case.alarm.source, case.alarm.source_id, case.alarm.by) == ("CALL", call.pk, cast.ma)
    assert (case.alarm.elder, case.alarm.phone, case.alarm.note) == (cast.li, "13900000001", "摔倒了")
    end(cast, call, End.EMERGENCY)
    assert len(safety_read.open_alarms(cast.wang)) == 1


def test_an_emergency_of_somebody_unknown_is_one_all_the_same(cast):
    end(cast, cast.call("13700000000"), End.EMERGENCY)
    (case,) = safety_read.open_alarms(cast.wang)
    assert (case.alarm.elder, case.alarm.phone) == (None, "13700000000")


@pytest.mark.parametrize("kind", [End.CONSULTATION, End.COMPLAINT, End.COMFORT])
def test_no_other_end_raises_an_alarm(cast, kind):
    end(cast, cast.call(), kind, elder_id=cast.li.pk)
    assert safety_read.open_alarms(cast.wang) == []


def test_ending_it_the_same_way_again_changes_nothing(cast):
    call = cast.call()
    end(cast, call)
    before = AuditEntry.objects.count()
    end(cast, call, note="又点了一次")
    assert (AuditEntry.objects.count(), Call.objects.get().note) == (before, "")


def test_ending_it_as_something_else_is_refused(cast):
    call = cast.call()
    end(cast, call)
    with pytest.raises(AlreadyEnded, match="已登记为“咨询”，不能再改为“投诉”"):
        end(cast, call, End.COMPLAINT)


def test_it_does_not_end_as_an_order_without_one(cast):
    with pytest.raises(OrderMissing, match="请直接下单"):
        end(cast, cast.call(), End.ORDER)
    assert Call.objects.get().end == ""


def test_it_is_answered_before_it_ends(cast):
    with pytest.raises(NotAnswered, match="请先接听"):
        end(cast, cast.call(answered=False))


def test_another_agents_call_is_refused_by_name(cast):
    with pytest.raises(TakenByAnother, match="这通电话由马晓兰办理"):
        end(cast, cast.call(), by=cast.other_agent)


def test_what_is_next_door_is_not_there(cast):
    neighbour = Neighbour(cast.at)
    call = cast.call()
    with pytest.raises(NotFound, match="没有找到这通电话"):
        end(cast, call, by=neighbour.agent)
    with pytest.raises(NotFound, match="没有找到这位老人"):
        end(cast, call, elder_id=neighbour.zhou.pk)
    assert Call.objects.get().end == ""
