from __future__ import annotations

import pytest
from tests.neighbour import Neighbour

from sangyu.kit.errors import NotFound
from sangyu.orders import actions as orders
from sangyu.orders import queries as orders_read


def test_the_operator_sees_every_order_and_a_community_those_of_its_elders(cast):
    order = cast.order()
    for viewer in (cast.ma, cast.wang, cast.head, cast.clerk):
        assert orders_read.get_order(viewer, order.pk) == order


def test_a_stranger_sees_none(cast):
    order = cast.order()
    neighbour = Neighbour(cast.at)
    for viewer in (cast.kangan_user, cast.zhao_user, neighbour.agent, neighbour.clerk, neighbour.head):
        assert not orders_read.orders(viewer).exists()
        assert orders_read.at_stage(viewer, "PLACED") == []
        assert orders_read.open_for(viewer, cast.li) == []
        assert set(orders_read.counts(viewer).values()) == {0}
        with pytest.raises(NotFound, match="没有找到这张工单"):
            orders_read.get_order(viewer, order.pk)


def test_the_list_of_a_stage_goes_on_behind_its_last_row(cast):
    placed = [cast.order(days=days) for days in (3, 1, 2)]
    found, after = [], None
    while page := orders_read.at_stage(cast.wang, "PLACED", after=after, limit=2):
        found += page
        after = (page[-1].wanted_from, page[-1].pk)
    assert found == [placed[1], placed[2], placed[0]]
    assert orders_read.at_stage(cast.wang, "PLACED", area="620102002") == []


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
    assert orders_read.counts(cast.wang, area="620102002")["PLACED"] == 0


def test_what_an_elder_waits_for_stands_apart_from_what_is_over(cast):
    waiting, called_off = cast.order(days=2), cast.order(days=3)
    orders.cancel(order_id=called_off.pk, reason="改天", by=cast.ma, at=cast.at)
    assert orders_read.open_for(cast.ma, cast.li) == [waiting]
    assert orders_read.recent_for(cast.ma, cast.li) == [called_off]
    assert orders_read.open_for(cast.ma, cast.grandpa) == []
