"""Another time for the same service at the same price; what would cost otherwise is taken anew."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING, FUND, Cast
from tests.neighbours import neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.benefits import queries as benefits_read
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.ledger.verify import verify
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.orders import rules
from sangyu.orders.actions import ReasonMissing
from sangyu.orders.models import Order, Rescheduling, Stage
from sangyu.orders.rules import ElderDied, SlotOver, SlotTaken, TimeFixed
from sangyu.providers import actions as providers
from sangyu.registry import actions as registry

MONEY = {"price_fen": 6400, "shares_fen": {"elder": 1400}, "fund": FUND, "public_fen": 5000, "credit_fen": 5000}


def move(cast, order, *, days=0, hour=None, **more):
    wanted = order.wanted_from.astimezone(BEIJING) + timedelta(days=days)
    wanted = wanted if hour is None else wanted.replace(hour=hour)
    given = {"reason": "老人要去医院", "by": cast.wang, "at": cast.at, **more}
    return orders.reschedule(order_id=order.pk, wanted_from=wanted, **given)


def test_the_order_stands_at_the_new_time_with_its_price_and_what_it_holds(cast):
    order = cast.order()
    before = budget_read.position(cast.head, FUND, cast.at.date()), order.quote
    moved = move(cast, order, days=2, hour=15)
    assert (moved.wanted_from, moved.stage) == (datetime(2026, 11, 12, 15, tzinfo=BEIJING), Stage.PLACED)
    assert moved.wanted_until - moved.wanted_from == order.wanted_until - order.wanted_from
    assert (budget_read.position(cast.head, FUND, cast.at.date()), moved.quote) == before
    assert benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, moved.wanted_from.date()).left_fen == 0
    [row] = orders_read.reschedulings(cast.wang, moved)
    assert (row.old_from, row.new_from, row.reason) == (order.wanted_from, moved.wanted_from, "老人要去医院")
    assert verify(cast.programme.pk) == []


def test_the_same_time_again_changes_nothing(cast):
    order = cast.order()
    move(cast, order, days=2)
    move(cast, order, days=2)
    assert Rescheduling.objects.count() == 1


def test_its_own_old_time_is_no_hindrance_and_another_order_is(cast):
    order, other = cast.order(hour=10), cast.order(hour=14, key="other")
    move(cast, order, hour=11)
    with pytest.raises(SlotTaken, match=other.number):
        move(cast, order, hour=13)


def test_a_month_whose_credit_it_does_not_hold_is_refused(cast):
    order = cast.order()
    with pytest.raises(TimeFixed, match=r"占用的是2026年11月的补贴额度，不能改到2026年12月.*重新下单"):
        move(cast, order, days=25)
    assert Order.objects.get(pk=order.pk).wanted_from == order.wanted_from
    assert verify(cast.programme.pk) == []


def test_what_the_elder_pays_alone_may_move_to_another_month(cast):
    order = cast.order(elder=cast.grandpa)
    assert order.public_fen == 0
    assert move(cast, order, days=25).wanted_from.astimezone(BEIJING).date() == date(2026, 12, 5)


def test_a_day_with_another_price_is_refused(cast):
    order = cast.order()
    providers.set_price(
        item=cast.cleaning, market_price_fen=9000, valid_from=date(2026, 11, 12), by=cast.wang, at=cast.at
    )
    move(cast, order, days=1)
    with pytest.raises(TimeFixed, match=r"改到11月12日以后.*价格或补贴会变.*念给老人听"):
        move(cast, order, days=2)


def test_a_time_that_cannot_be_is_refused(cast):
    order = cast.order()
    with pytest.raises(SlotOver, match="已经过去"):
        move(cast, order, days=-2)
    with pytest.raises(SlotOver, match="60天以内"):
        move(cast, order, days=61)
    registry.record_death(elder_id=cast.li.pk, died_on=cast.at.date(), by=cast.clerk, at=cast.at)
    with pytest.raises(ElderDied):
        move(cast, order, days=3)


def test_once_an_enterprise_has_taken_it_its_time_stands(cast):
    sent = cast.sent()
    move(cast, sent.order, hour=15)
    taken = cast.accepted(cast.order(days=3))
    with pytest.raises(TimeFixed, match=r"“待派人”，不能改期.*与企业商定"):
        move(cast, taken.order, hour=15)


def test_a_reason_and_the_right_to_do_it_are_asked_for(cast):
    order = cast.order()
    with pytest.raises(ReasonMissing, match="改期必须写明原因"):
        move(cast, order, days=1, reason=" ")
    for by in (cast.kangan_user, cast.clerk, cast.qian):
        with pytest.raises(NotAllowed):
            move(cast, order, days=1, by=by)
    with pytest.raises(NotFound):
        move(cast, order, days=1, by=neighbour(cast, Role.DISPATCHER))


@pytest.mark.django_db(transaction=True)
def test_two_orders_moved_to_one_time_at_once_leave_one_where_it_was():
    cast = Cast()
    first, second = cast.order(elder=cast.grandpa, hour=8), cast.order(elder=cast.grandpa, hour=17, key="second")
    outcomes = race(*[partial(move, cast, order, hour=12) for order in (first, second)])
    won, refused = won_and_refused(outcomes)
    assert (len(won), [type(refusal) for refusal in refused]) == (1, [SlotTaken])


@settings(deadline=None, max_examples=80)
@given(
    days=st.tuples(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.dates(date(2026, 1, 1), date(2027, 12, 31))),
    credit_fen=st.sampled_from([0, 5000]),
    public_fen=st.sampled_from([0, 5000]),
)
def test_money_stays_in_the_month_and_year_that_hold_it(days, credit_fen, public_fen):
    held_on, on = days
    money = {**MONEY, "credit_fen": credit_fen, "public_fen": public_fen}
    stays = (not credit_fen or held_on.replace(day=1) == on.replace(day=1)) and (
        not public_fen or held_on.year == on.year
    )
    given = {"number": "1", "held_on": held_on, "on": on, "stands": money, "would_be": dict(money)}
    if stays:
        rules.ensure_same_money(**given)
    else:
        with pytest.raises(TimeFixed):
            rules.ensure_same_money(**given)
    with pytest.raises(TimeFixed):
        rules.ensure_same_money(**{**given, "would_be": {**money, "price_fen": 1}})
