"""An enterprise leaves: what it has in hand goes to others, who is at the door finishes, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.race import race

from sangyu.access.queries import NotAllowed
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.dispatch.models import Dispatch, RefusalRow
from sangyu.dispatch.rules import DoesNotFit, StillMember
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Order, Stage
from sangyu.providers import actions as providers
from sangyu.providers.actions import Incomplete
from sangyu.providers.models import Enterprise, Standing

LATER = timedelta(minutes=20)


def close_out(cast, enterprise=None, **more):
    given = {"by": cast.head, "at": cast.at + LATER, "reason": "停业", "document": "城民函〔2026〕3号", **more}
    return dispatch.close_out(enterprise_id=(enterprise or cast.kangan).pk, **given)


def suspend(cast, enterprise):
    providers.suspend(enterprise_id=enterprise.pk, reason="整改", document="通知2号", by=cast.head, at=cast.at)


def in_hand_at_every_stage(cast):
    return [
        cast.sent(cast.order(elder=cast.grandpa, days=1)),
        cast.accepted(cast.order(elder=cast.grandpa, days=2)),
        cast.assigned(cast.order(elder=cast.grandpa, days=3)),
    ]


@pytest.mark.proves("LZ-20")
def test_every_open_order_goes_to_the_next_enterprise_with_the_reason(cast):
    held = in_hand_at_every_stage(cast)
    report = close_out(cast)
    assert [sent.order_id for sent in report.moved] == [sent.order_id for sent in held]
    assert {sent.enterprise for sent in report.moved} == {cast.letter}
    assert (report.waiting, report.finishing) == ((), ())
    assert set(RefusalRow.objects.filter(dispatch__in=held).values_list("reason", "by")) == {
        ("ENTERPRISE_LEFT", cast.head.pk)
    }
    assert {order.stage for order in Order.objects.all()} == {Stage.SENT}
    assert Enterprise.objects.get(pk=cast.kangan.pk).state == "EXITED"
    assert dispatch_read.inbox(cast.kangan_user, *Stage.values) == []
    assert dispatch_read.assignment_of(held[2].order) is None


def test_who_is_at_the_door_finishes_first(cast):
    visit = cast.arrived()
    report = close_out(cast, at=visit.arrived_at)
    assert [sent.order for sent in report.finishing] == [visit.order]
    visit.order.refresh_from_db()
    assert visit.order.stage == Stage.IN_SERVICE


def test_what_fits_nobody_waits_on_the_board_with_the_reason(cast):
    sent = cast.sent()
    suspend(cast, cast.letter)
    report = close_out(cast)
    assert [(order.pk, why) for order, why in report.waiting] == [(sent.order_id, "加盟状态不符2家")]
    assert Order.objects.get(pk=sent.order_id).stage == Stage.PLACED


def test_an_order_whose_time_is_past_waits_too(cast):
    sent = cast.assigned()
    report = close_out(cast, at=sent.order.wanted_from + LATER)
    assert [order.pk for order, _ in report.waiting] == [sent.order_id]


def test_a_repeat_goes_on_and_tells_the_same(cast):
    in_hand_at_every_stage(cast)
    first = close_out(cast)
    sent = Dispatch.objects.count()
    assert close_out(cast, at=cast.at + 2 * LATER) == first
    assert (Dispatch.objects.count(), Standing.objects.filter(enterprise=cast.kangan).count()) == (sent, 2)


def test_the_preview_says_where_each_order_would_go_and_writes_nothing(cast):
    held = in_hand_at_every_stage(cast)
    preview = dispatch_read.to_send_anew(cast.head, cast.kangan)
    assert [going.dispatch for going in preview] == held
    assert {going.following.enterprise_id for going in preview} == {cast.letter.pk}
    suspend(cast, cast.letter)
    assert {going.why for going in dispatch_read.to_send_anew(cast.head, cast.kangan)} == {"加盟状态不符1家"}
    assert not RefusalRow.objects.exists()


def test_the_preview_costs_the_same_whatever_is_in_hand(cast, django_assert_max_num_queries):
    in_hand_at_every_stage(cast)
    for day in range(4, 9):
        cast.sent(cast.order(elder=cast.grandpa, days=day))
    with django_assert_max_num_queries(16):
        assert len(dispatch_read.to_send_anew(cast.head, cast.kangan)) == 8


def test_a_suspended_enterprise_keeps_what_it_has_unless_it_is_asked_for(cast):
    sent = cast.accepted()
    suspend(cast, cast.kangan)
    assert Order.objects.get(pk=sent.order_id).stage == Stage.ACCEPTED
    with pytest.raises(DoesNotFit, match="企业暂停"):
        dispatch.send(order_id=cast.order(days=2).pk, by=cast.wang, at=cast.at, enterprise_id=cast.kangan.pk)
    report = dispatch.take_back(enterprise_id=cast.kangan.pk, by=cast.other_agent, at=cast.at + LATER)
    assert [moved.enterprise for moved in report.moved] == [cast.letter]
    assert RefusalRow.objects.get(dispatch=sent).reason == "ENTERPRISE_SUSPENDED"


def test_from_a_member_in_good_standing_nothing_is_taken(cast):
    with pytest.raises(StillMember, match="现在是“已加盟”"):
        dispatch.take_back(enterprise_id=cast.kangan.pk, by=cast.head, at=cast.at)


def test_who_may_not(cast):
    sent = cast.sent()
    for by in (cast.wang, cast.kangan_user, cast.ma):
        with pytest.raises(NotAllowed):
            close_out(cast, by=by)
    with pytest.raises(Incomplete, match="依据文件"):
        close_out(cast, document="")
    assert dispatch_read.inbox(cast.kangan_user, Stage.SENT) == [sent]


def test_what_was_given_back_is_no_longer_the_enterprises_to_open(cast):
    sent = cast.sent()
    assert dispatch_read.get_dispatch(cast.kangan_user, sent.pk) == sent
    refuse = partial(dispatch.refuse, dispatch_id=sent.pk, reason="NO_WORKER", by=cast.kangan_user, at=cast.at + LATER)
    row = refuse()
    with pytest.raises(NotFound, match="改派"):
        dispatch_read.get_dispatch(cast.kangan_user, sent.pk)
    assert dispatch_read.why(cast.kangan_user, sent.order) == []
    assert dispatch_read.get_dispatch(cast.wang, sent.pk) == sent
    assert refuse() == row


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("LZ-20")
def test_while_it_leaves_nothing_new_is_sent_to_it():
    cast = Cast()
    cast.enterprise("和顺养老服务有限公司", "和顺", 3)
    waiting = [cast.order(elder=cast.grandpa, days=day) for day in range(1, 5)]
    race(
        partial(close_out, cast),
        *[
            partial(dispatch.send, order_id=order.pk, by=cast.wang, at=cast.at, enterprise_id=cast.kangan.pk)
            for order in waiting[:2]
        ],
        *[partial(dispatch.send, order_id=order.pk, by=cast.wang, at=cast.at) for order in waiting[2:]],
    )
    close_out(cast)
    assert dispatch_read.in_hand(cast.wang, cast.kangan) == []
