from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import resident_number
from tests.neighbour import Neighbour

from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read
from sangyu.registry import actions as registry


def test_the_operator_sees_every_order_and_a_community_those_of_its_elders(cast):
    own = cast.order()
    across_the_river = registry.register(
        by=cast.head,
        at=cast.at,
        name="何福生",
        document_number=resident_number(date(1950, 6, 1), 65),
        community_code="620102002001",
        address="北园巷1号",
        phones=[],
        hukou_in_area=True,
    )
    other = cast.order(elder=across_the_river)
    for viewer in (cast.ma, cast.wang, cast.head):
        assert set(orders_read.orders(viewer)) == {own, other}
    assert list(orders_read.orders(cast.clerk)) == [own]
    assert orders_read.get_order(cast.clerk, own.pk) == own
    assert orders_read.open_for(cast.clerk, across_the_river) == []
    with pytest.raises(NotFound, match="没有找到这张工单"):
        orders_read.get_order(cast.clerk, other.pk)


def test_a_stranger_sees_none(cast):
    order = cast.order()
    neighbour = Neighbour(cast.at)
    for viewer in (cast.kangan_user, cast.zhao_user, neighbour.agent, neighbour.clerk, neighbour.head):
        assert not orders_read.orders(viewer).exists()
        assert orders_read.open_for(viewer, cast.li) == []
        assert set(orders_read.counts(viewer).values()) == {0}
        with pytest.raises(NotFound, match="没有找到这张工单"):
            orders_read.get_order(viewer, order.pk)


def test_every_open_stage_is_counted_zeros_included(cast):
    cast.order()
    cast.sent(cast.order(days=2))
    assert orders_read.counts(cast.wang) == {
        "PLACED": 1,
        "SENT": 1,
        "ACCEPTED": 0,
        "ASSIGNED": 0,
        "IN_SERVICE": 0,
    }


def test_a_sieve_narrows_by_area_class_and_promised_time(cast):
    order = cast.order(days=1)
    cast.order(days=2)

    def placed(**wish):
        return orders_read.counts(cast.wang, sieve=orders_read.Sieve(**wish))["PLACED"]

    assert placed(area="620102001") == 2
    assert placed(area="620102002") == 0
    assert (placed(item_class="DAILY_LIFE"), placed(item_class="COMFORT")) == (2, 0)
    assert placed(since=order.wanted_from, until=order.wanted_from + timedelta(hours=1)) == 1
    assert placed(until=order.wanted_from) == 0


def test_what_is_late_and_what_soon_will_be_with_nobody_named_is_counted(cast):
    cast.assigned(cast.order(elder=cast.grandpa, days=0, hour=10))
    late = cast.sent(cast.order(days=0, hour=10)).order
    half_past_nine = cast.at + timedelta(minutes=30)
    hour = timedelta(hours=1)
    assert orders_read.lateness(cast.wang, half_past_nine, soon=hour) == orders_read.Lateness(late=0, soon=1)
    assert orders_read.lateness(cast.wang, late.wanted_from + hour, soon=hour) == orders_read.Lateness(2, 0)
    assert orders_read.lateness(cast.kangan_user, late.wanted_from + hour, soon=hour) == orders_read.Lateness(0, 0)


def test_what_an_elder_waits_for_stands_apart_from_what_is_over(cast):
    waiting, called_off = cast.order(days=2), cast.order(days=3)
    orders.cancel(order_id=called_off.pk, reason="改天", by=cast.ma, at=cast.at)
    assert orders_read.open_for(cast.ma, cast.li) == [waiting]
    assert orders_read.recent_for(cast.ma, cast.li) == [called_off]
    assert orders_read.open_for(cast.ma, cast.grandpa) == []
