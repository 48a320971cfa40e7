from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import FUND
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.ledger.verify import verify
from sangyu.orders import actions as orders
from sangyu.orders.actions import ReasonMissing
from sangyu.orders.models import Cancellation, Order
from sangyu.orders.rules import WrongStage
from sangyu.registry import actions as registry


def cancel(cast, order, *, by=None, reason="老人住院"):
    return orders.cancel(order_id=order.pk, reason=reason, by=by or cast.ma, at=cast.at + timedelta(minutes=30))


def test_what_was_held_is_given_back_and_the_reason_is_kept(cast):
    order = cast.order()
    assert cancel(cast, order).stage == "CANCELLED"
    assert Cancellation.objects.get(order=order).reason == "老人住院"
    position = budget_read.position(cast.head, FUND, cast.at.date())
    assert (position.held_fen, position.available_fen) == (0, position.appropriated_fen)
    assert verify(cast.programme.pk) == []


def test_the_credit_is_there_again_for_the_next_order(cast):
    first, second = cast.order(), cast.order(hour=15)
    assert (first.public_fen, second.public_fen) == (50_00, 0)
    cancel(cast, first)
    assert cast.order(days=2).public_fen == 50_00


def test_cancelling_again_changes_nothing(cast):
    order = cast.order()
    cancel(cast, order)
    before = AuditEntry.objects.count()
    assert cancel(cast, order, reason="别的原因").stage == "CANCELLED"
    assert AuditEntry.objects.count() == before
    assert Cancellation.objects.get().reason == "老人住院"


@pytest.mark.parametrize("stage", ["sent", "accepted", "assigned"])
def test_until_somebody_is_at_the_door_it_can_be_called_off(cast, stage):
    order = cast.order()
    getattr(cast, stage)(order)
    assert cancel(cast, order, by=cast.wang).stage == "CANCELLED"


@pytest.mark.parametrize(("stage", "label"), [("arrived", "服务中"), ("visited", "已完成")])
def test_later_it_is_refused_saying_where_the_order_is(cast, stage, label):
    order = cast.order()
    getattr(cast, stage)(order)
    with pytest.raises(WrongStage, match=f"工单{order.number}现在是“{label}”，不能进行这一步"):
        cancel(cast, order)
    assert Order.objects.get().stage != "CANCELLED"


def test_a_cancellation_without_a_reason_is_refused(cast):
    with pytest.raises(ReasonMissing, match="取消工单必须写明原因"):
        cancel(cast, cast.order(), reason=" ")


def test_others_may_not(cast):
    order = cast.order()
    for by in (cast.clerk, cast.kangan_user, cast.zhao_user, cast.head):
        with pytest.raises(NotAllowed):
            cancel(cast, order, by=by)


def test_the_agent_next_door_does_not_find_it(cast):
    order = cast.order()
    with pytest.raises(NotFound, match="没有找到这张工单"):
        cancel(cast, order, by=Neighbour(cast.at).agent)
    assert Order.objects.get().stage == "PLACED"


def test_a_death_calls_off_what_is_still_to_come_and_nothing_else(cast):
    first, second, others = cast.order(), cast.order(days=3), cast.order(elder=cast.grandpa, hour=15)
    at = cast.at + timedelta(minutes=30)
    assert orders.cancel_after_death(by=cast.clock, at=at) == []
    registry.record_death(elder_id=cast.li.pk, died_on=cast.at.date(), by=cast.ma, at=at)
    assert {order.pk for order in orders.cancel_after_death(elder_id=cast.li.pk, by=cast.ma, at=at)} == {
        first.pk,
        second.pk,
    }
    assert orders.cancel_after_death(by=cast.clock, at=at) == []
    assert Cancellation.objects.get(order=first).reason == "老人已于2026-11-09去世"
    others.refresh_from_db()
    assert others.stage == "PLACED"
    assert budget_read.position(cast.head, FUND, cast.at.date()).held_fen == others.public_fen
    assert verify(cast.programme.pk) == []


def test_a_visit_that_has_begun_is_left_to_the_desk(cast):
    visit = cast.arrived()
    registry.record_death(elder_id=cast.li.pk, died_on=cast.at.date(), by=cast.clerk, at=cast.at)
    assert orders.cancel_after_death(by=cast.clerk, at=cast.at) == []
    assert Order.objects.get(pk=visit.order_id).stage == "IN_SERVICE"
