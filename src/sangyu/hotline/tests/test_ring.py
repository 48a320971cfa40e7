from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.hotline.rules import answering
from sangyu.outbox.models import Message


def kinds():
    return list(Message.objects.filter(topic="hotline").order_by("id").values_list("kind", flat=True))


def test_a_ringing_call_waits_for_an_agent(cast):
    call = cast.call(answered=False)
    assert hotline_read.waiting(cast.ma) == [call]
    assert kinds() == ["call.rang"]
    assert Message.objects.get(topic="hotline").body == {"call": str(call.pk)}


def test_the_exchange_may_say_so_twice(cast):
    assert cast.call(answered=False) == cast.call(answered=False)
    assert (Call.objects.count(), kinds()) == (1, ["call.rang"])


@pytest.mark.parametrize("number", ["13900000001", "013900000001", "+86 139 0000 0001"])
def test_the_caller_is_known_however_the_number_is_written(cast, number):
    caller = hotline_read.caller(cast.ma, cast.call(number), cast.at.date())
    assert caller.elders == (cast.li,)
    assert caller.card.age == 82


@pytest.mark.parametrize("number", ["13999999999", "", "anonymous", "sip:somebody@a.very.long.example.test"])
def test_an_unknown_or_withheld_number_rings_all_the_same(cast, number):
    caller = hotline_read.caller(cast.ma, cast.call(number), cast.at.date())
    assert (caller.elders, caller.card) == ((), None)


def test_the_elder_who_was_found_by_hand_is_shown(cast):
    caller = hotline_read.caller(cast.ma, cast.call("13999999999"), cast.at.date(), chosen=cast.li.pk)
    assert caller.elders == (cast.li,)


def test_a_call_that_hung_up_unanswered_is_one_to_return(cast):
    call = cast.call(answered=False)
    for seconds in (20, 90):
        hotline.hang_up(programme=cast.programme, line_reference="line-1", at=cast.at + timedelta(seconds=seconds))
    assert hotline_read.waiting(cast.ma) == []
    assert [row.call for row in hotline_read.to_return(cast.ma, cast.at)] == [call]
    assert Call.objects.get().hung_up_at == cast.at + timedelta(seconds=20)
    assert kinds() == ["call.rang", "call.hung_up"]


def test_a_line_that_never_rang_cannot_hang_up(cast):
    assert hotline.hang_up(programme=cast.programme, line_reference="line-9", at=cast.at) is None


def test_the_figures_of_the_day(cast):
    cast.call(reference="quick")
    slow = cast.call(reference="slow", answered=False)
    hotline.answer(call_id=slow.pk, by=cast.other_agent, at=cast.at + timedelta(seconds=16))
    cast.call(reference="lost", answered=False)
    hotline.hang_up(programme=cast.programme, line_reference="lost", at=cast.at + timedelta(seconds=9))
    day = hotline_read.figures(cast.ma, cast.at, cast.at + timedelta(days=1))
    assert (day.rang, day.answered, day.answered_in_15_s, day.missed) == (3, 2, 1, 1)
    assert hotline_read.figures(cast.ma, cast.at + timedelta(days=1), cast.at + timedelta(days=2)).rang == 0


def test_the_rule_of_a_shift_and_the_figures_of_the_day_agree(cast):
    cast.call(reference="quick")
    lost = cast.call("13900000002", reference="lost", answered=False)
    hotline.hang_up(programme=cast.programme, line_reference="lost", at=cast.at + timedelta(seconds=9))
    hotline.answer(call_id=lost.pk, by=cast.ma, at=cast.at + timedelta(minutes=2))
    hotline.log_by_hand(caller_number="", by=cast.ma, at=cast.at + timedelta(minutes=3), key="paper")
    cast.call(reference="rings", answered=False)
    day = (cast.at, cast.at + timedelta(days=1))
    counted, ruled = hotline_read.figures(cast.ma, *day), answering(hotline_read.times(cast.ma, *day), cast.at)
    assert (counted.rang, counted.answered, counted.answered_in_15_s, counted.missed) == (4, 2, 1, 1)
    assert (ruled.rang, ruled.answered, ruled.quick, ruled.abandoned) == (4, 2, 1, 1)


def test_strangers_hear_nothing(cast):
    cast.call()
    neighbour = Neighbour(cast.at)
    for viewer in (cast.clerk, cast.kangan_user, cast.zhao_user, neighbour.agent, neighbour.head):
        assert not hotline_read.calls(viewer).exists()
        assert hotline_read.waiting(viewer) == []
        assert hotline_read.own_open(viewer) is None
