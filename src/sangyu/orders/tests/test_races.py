"""Two agents, one elder, one fen."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.cast import FUND, Cast
from tests.race import race, won_and_refused

from sangyu.access.models import AuditEntry
from sangyu.benefits import queries as benefits_read
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import BudgetGone
from sangyu.ledger.verify import verify
from sangyu.orders import actions as orders
from sangyu.orders.models import Cancellation, Order
from sangyu.orders.rules import SameKeyOtherOrder, SlotTaken
from sangyu.registry import actions as registry

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_agents_at_one_slot_one_wins():
    cast = Cast()
    won, refused = won_and_refused(race(partial(cast.order, key="a"), partial(cast.order, key="b")))
    assert [order.pk for order in won] == [Order.objects.get().pk]
    assert [type(refusal) for refusal in refused] == [SlotTaken]
    assert budget_read.position(cast.head, FUND, cast.at.date()).held_fen == 50_00
    assert verify(cast.programme.pk) == []


@pytest.mark.proves("LZ-47")
def test_orders_at_once_never_use_more_than_the_fifty_yuan_of_the_month():
    cast = Cast()
    placed = race(*[partial(cast.order, hour=hour) for hour in (8, 11, 14, 17)])
    assert sorted(order.public_fen for order in placed) == [0, 0, 0, 50_00]
    credit = benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, date(2026, 11, 10))
    assert (credit.granted_fen, credit.left_fen) == (50_00, 0)
    assert verify(cast.programme.pk) == []


def test_the_last_money_goes_to_exactly_one_of_two_orders():
    cast = Cast(budget_fen=64_00)
    elders = [cast.elder(name, date(1950, 1, n), 60 + n, []) for n, name in enumerate(["陈素云", "何福生"], 1)]
    for elder in elders:
        registry.recognise(
            elder=elder, code="three_no", evidence="供养证1号", valid_from=date(2020, 1, 1), by=cast.clerk, at=cast.at
        )
    won, refused = won_and_refused(race(*[partial(cast.order, elder=elder) for elder in elders]))
    assert [order.public_fen for order in won] == [64_00]
    assert [type(refusal) for refusal in refused] == [BudgetGone]
    assert Order.objects.count() == 1
    position = budget_read.position(cast.head, FUND, cast.at.date())
    assert (position.held_fen, position.available_fen) == (64_00, 0)
    assert verify(cast.programme.pk) == []


def test_a_double_click_is_one_order():
    cast = Cast()
    placed = race(*[partial(cast.order, key="click")] * 4)
    assert {order.pk for order in placed} == {Order.objects.get().pk}
    assert AuditEntry.objects.filter(verb="orders.place").count() == 1
    assert verify(cast.programme.pk) == []


def test_one_key_for_two_elders_at_once_serves_one():
    cast = Cast()
    won, refused = won_and_refused(race(partial(cast.order, key="k"), partial(cast.order, elder=cast.grandpa, key="k")))
    assert [order.pk for order in won] == [Order.objects.get().pk]
    assert [type(refusal) for refusal in refused] == [SameKeyOtherOrder]


def test_two_cancellations_at_once_give_back_once():
    cast = Cast()
    order = cast.order()
    race(
        *[
            partial(orders.cancel, order_id=order.pk, reason=reason, by=by, at=cast.at)
            for reason, by in [("住院", cast.ma), ("改天", cast.wang)]
        ]
    )
    assert Cancellation.objects.count() == 1
    assert budget_read.position(cast.head, FUND, cast.at.date()).held_fen == 0
    assert verify(cast.programme.pk) == []
