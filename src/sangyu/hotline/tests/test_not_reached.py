from __future__ import annotations

from datetime import timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.actions import AlreadyEnded, NotAnswered, NotRungBack, TakenByAnother
from sangyu.hotline.models import Call, End, ReturnCall
from sangyu.hotline.tests.conftest import missed_call
from sangyu.kit.errors import NotFound
from sangyu.outbox.models import Message


def ring_back(cast, call, by=None, minutes=5):
    return hotline.answer(call_id=call.pk, by=by or cast.ma, at=cast.at + timedelta(minutes=minutes))


def not_reached(cast, call, by=None, minutes=6):
    return hotline.not_reached(call_id=call.pk, by=by or cast.ma, at=cast.at + timedelta(minutes=minutes))


def listed(cast, minutes=60):
    return hotline_read.to_return(cast.ma, cast.at + timedelta(minutes=minutes))


def test_whoever_was_not_reached_is_rung_again_later(cast, missed):
    ring_back(cast, missed)
    assert listed(cast) == [], "nobody else rings while the agent does"
    not_reached(cast, missed)
    (row,) = listed(cast)
    assert (row.call, row.missed, [attempt.by for attempt in row.attempts]) == (missed, 1, [cast.ma])
    assert hotline_read.own_open(cast.ma) is None
    assert Call.objects.get().answered_at is None


def test_a_double_click_is_one_attempt(cast, missed):
    ring_back(cast, missed)
    not_reached(cast, missed)
    not_reached(cast, missed, minutes=7)
    assert ReturnCall.objects.count() == 1
    assert Message.objects.filter(kind="call.not_reached").count() == 1


def test_every_attempt_is_kept_and_reaching_the_caller_ends_it(cast, missed):
    ring_back(cast, missed)
    not_reached(cast, missed)
    ring_back(cast, missed, by=cast.other_agent, minutes=30)
    hotline.end(
        call_id=missed.pk, kind=End.CONSULTATION, by=cast.other_agent, at=cast.at + timedelta(minutes=33), note="问助餐"
    )
    assert list(ReturnCall.objects.order_by("n").values_list("reached", "by__display_name")) == [
        (False, "马晓兰"),
        (True, "白露"),
    ]
    assert listed(cast) == []


def test_an_order_taken_while_ringing_back_says_that_the_caller_was_reached(cast, missed):
    ring_back(cast, missed)
    hotline.place_order(
        call_id=missed.pk,
        elder_id=cast.li.pk,
        item=cast.cleaning,
        wanted_from=cast.at + timedelta(days=1),
        by=cast.ma,
        at=cast.at + timedelta(minutes=7),
        key="k",
    )
    assert ReturnCall.objects.get().reached


def test_a_number_that_was_missed_three_times_stands_once(cast):
    calls = [missed_call(cast, reference=f"line-{n}", minutes=n) for n in range(3)]
    (row,) = listed(cast)
    assert (row.call, row.missed) == (calls[-1], 3)


def test_a_number_that_rang_again_and_was_answered_leaves_the_list(cast, missed):
    missed_call(cast, "13900000002", reference="line-2", minutes=1)
    later = cast.at + timedelta(minutes=10)
    again = hotline.ring(
        programme=cast.programme, line_reference="again", caller_number="13900000001", called_number="965885", at=later
    )
    assert [row.call.caller_number for row in listed(cast)] == ["13900000001", "13900000002"]
    hotline.answer(call_id=again.pk, by=cast.ma, at=later + timedelta(seconds=5))
    assert [row.call.caller_number for row in listed(cast)] == ["13900000002"]
    missed_call(cast, reference="once-more", minutes=20)
    assert [row.missed for row in listed(cast)] == [1, 1], "what was missed after that is to be returned again"


def test_withheld_numbers_and_last_week_are_not_rung_back(cast):
    missed_call(cast, "", reference="withheld")
    missed_call(cast, reference="long ago", minutes=-8 * 24 * 60)
    assert listed(cast) == []


def test_a_call_that_was_answered_is_no_return_call(cast):
    with pytest.raises(NotRungBack, match="不能记为没打通"):
        not_reached(cast, cast.call())


def test_it_is_in_ones_own_hand_and_not_ended(cast, missed):
    with pytest.raises(NotAnswered, match="请先接听"):
        not_reached(cast, missed)
    ring_back(cast, missed)
    with pytest.raises(TakenByAnother, match="由马晓兰办理"):
        not_reached(cast, missed, by=cast.other_agent)
    with pytest.raises(NotFound, match="没有找到这通电话"):
        not_reached(cast, missed, by=Neighbour(cast.at).agent)
    hotline.end(call_id=missed.pk, kind=End.COMFORT, by=cast.ma, at=cast.at + timedelta(minutes=6))
    with pytest.raises(AlreadyEnded, match="已登记为“关怀聊天”"):
        not_reached(cast, missed)
