"""The word of the door is known to who goes, when they go, and to who tells it to the elder; and how to get there."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import HOME
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.point import Crs, Point
from sangyu.orders import actions as orders
from sangyu.registry.models import Elder
from sangyu.visits import queries as visits_read


def due(cast, **more):
    """An order that worker Zhao is to go for, as it stands in the books."""
    order = cast.assigned(cast.order(**more)).order
    order.refresh_from_db()
    return order


def test_the_word_is_known_from_two_hours_before_until_the_worker_has_left(cast):
    order = due(cast)
    begins_at = order.wanted_from
    assert visits_read.pass_word(cast.zhao_user, order, begins_at - timedelta(hours=2, seconds=1)) is None
    word = visits_read.pass_word(cast.zhao_user, order, begins_at - timedelta(hours=2))
    assert word is not None
    assert visits_read.pass_word(cast.zhao_user, order, begins_at + timedelta(minutes=50)) == word
    done = cast.visited(cast.order(days=2)).order
    done.refresh_from_db()
    assert visits_read.pass_word(cast.zhao_user, done, done.wanted_from) is None


def test_the_centre_can_tell_the_elder_and_nobody_else_knows(cast):
    order = due(cast)
    word = visits_read.pass_word(cast.zhao_user, order, order.wanted_from)
    assert word is not None
    for teller in (cast.ma, cast.wang, cast.clock):
        assert visits_read.pass_word(teller, order, cast.at) == word
    for other in (
        cast.other_user,
        cast.kangan_user,
        cast.letter_user,
        cast.head,
        cast.auditor,
        cast.sun,
        neighbour(cast, Role.AGENT),
    ):
        assert visits_read.pass_word(other, order, order.wanted_from) is None


def test_a_replaced_worker_s_word_opens_nothing(cast):
    sent = cast.assigned()
    order = sent.order
    order.refresh_from_db()
    before = visits_read.pass_word(cast.ma, order, order.wanted_from)
    other = cast.worker(cast.kangan, "周到", "13900000013")
    dispatch.assign(dispatch_id=sent.pk, worker_id=other.pk, by=cast.kangan_user, at=cast.at)
    assert visits_read.pass_word(cast.zhao_user, order, order.wanted_from) is None
    assert visits_read.pass_word(cast.ma, order, order.wanted_from) not in (None, before)


def test_an_order_nobody_goes_for_has_no_word(cast):
    order = due(cast)
    order = orders.cancel(order_id=order.pk, reason="老人住院", by=cast.ma, at=cast.at)
    assert visits_read.pass_word(cast.ma, order, order.wanted_from) is None
    assert visits_read.pass_word(cast.ma, cast.order(days=3), cast.at) is None


def test_the_way_is_measured_from_the_last_visit_of_the_day_else_from_the_base(cast):
    order = due(cast, hour=14)
    Elder.objects.filter(pk=cast.li.pk).update(lng=HOME.lng, lat=HOME.lat + 0.01)
    going = dispatch_read.get_own_assignment(cast.zhao_user, order.pk)
    way = visits_read.way_to(cast.zhao_user, going, order.wanted_from)
    assert (way.wind, way.since) == ("北", None)
    assert 1100 < way.distance_m < 1125
    west = Point(lng=HOME.lng - 0.02, lat=HOME.lat + 0.01, crs=Crs.WGS84)
    morning = cast.arrived(cast.order(hour=10), place=west)
    way = visits_read.way_to(cast.zhao_user, going, order.wanted_from)
    assert (way.wind, way.since) == ("东", morning.arrived_at)
    assert visits_read.way_to(cast.zhao_user, going, order.wanted_from + timedelta(days=1)).since is None


def test_a_home_that_is_not_on_the_map_has_no_way(cast):
    order = due(cast)
    Elder.objects.filter(pk=cast.li.pk).update(lng=None, lat=None)
    going = dispatch_read.get_own_assignment(cast.zhao_user, order.pk)
    assert visits_read.way_to(cast.zhao_user, going, order.wanted_from) is None
