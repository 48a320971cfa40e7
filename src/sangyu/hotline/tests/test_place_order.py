from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.cast import BEIJING, COMMUNITY, Cast
from tests.neighbour import Neighbour
from tests.race import race

from sangyu.hotline import actions as hotline
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.actions import AlreadyEnded, NotAnswered, TakenByAnother
from sangyu.hotline.insert_only import INSERT_ONLY_TABLES
from sangyu.hotline.models import Call, CallOrder, End
from sangyu.hotline.tests.conftest import missed_call
from sangyu.kit.errors import NotFound
from sangyu.orders.models import Order
from sangyu.orders.rules import SameKeyOtherOrder, SlotTaken

TOMORROW_10 = datetime(2026, 11, 10, 10, tzinfo=BEIJING)


def place(cast, call, *, by=None, **other):
    given = {"elder_id": cast.li.pk, "item": cast.cleaning, "wanted_from": TOMORROW_10, "key": "k", **other}
    return hotline.place_order(call_id=call.pk, by=by or cast.ma, at=cast.at + timedelta(seconds=50), **given)


def test_a_call_ends_as_an_order_that_knows_its_call(cast):
    call = cast.call()
    order = place(cast, call, note="请带鞋套")
    call.refresh_from_db()
    assert (call.end, call.elder, call.ended_at) == (End.ORDER, cast.li, cast.at + timedelta(seconds=50))
    assert hotline_read.call_of(cast.ma, order) == call
    assert hotline_read.call_of(cast.kangan_user, order) is None
    assert hotline_read.caller(cast.ma, call, cast.at.date()).open_orders == (order,)


def test_the_same_key_again_is_the_same_order(cast):
    call = cast.call()
    assert place(cast, call) == place(cast, call)
    assert (Order.objects.count(), CallOrder.objects.count()) == (1, 1)


def test_the_same_key_with_another_wish_is_refused(cast):
    call = cast.call()
    place(cast, call)
    with pytest.raises(SameKeyOtherOrder, match="内容却不同"):
        place(cast, call, item=cast.bathing)


def test_a_second_order_in_one_call_is_refused_and_not_swallowed(cast):
    call = cast.call()
    first = place(cast, call)
    with pytest.raises(AlreadyEnded, match=f"已下工单{first.number}，一通电话登记一张工单"):
        place(cast, call, item=cast.bathing, key="other")
    assert Order.objects.count() == 1


def test_a_refused_order_leaves_the_call_open(cast):
    cast.order()
    call = cast.call()
    with pytest.raises(SlotTaken):
        place(cast, call)
    assert Call.objects.get(pk=call.pk).end == ""
    assert not CallOrder.objects.exists()
    assert place(cast, call, wanted_from=TOMORROW_10 + timedelta(hours=4), key="later").stage == "PLACED"


def test_the_call_must_be_ones_own_and_still_open(cast):
    with pytest.raises(NotAnswered, match="请先接听"):
        place(cast, cast.call(answered=False, reference="ringing"))
    call = cast.call()
    with pytest.raises(TakenByAnother, match="由马晓兰办理"):
        place(cast, call, by=cast.other_agent)
    hotline.end(call_id=call.pk, kind=End.COMFORT, by=cast.ma, at=cast.at)
    with pytest.raises(AlreadyEnded, match="已登记为“关怀聊天”，不能再改为“下单”"):
        place(cast, call)


def test_what_is_next_door_is_not_there(cast):
    neighbour = Neighbour(cast.at)
    call = cast.call()
    for wrong in ({"by": neighbour.agent}, {"elder_id": neighbour.zhou.pk}, {"item": neighbour.item}):
        with pytest.raises(NotFound, match="没有"):
            place(cast, call, **wrong)
    assert not Order.objects.exists()


@pytest.mark.parametrize("table", INSERT_ONLY_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_came_of_a_call_stays(cast, table, change):
    missed = missed_call(cast, reference="missed")
    for verb in (hotline.answer, hotline.not_reached):
        verb(call_id=missed.pk, by=cast.ma, at=cast.at + timedelta(minutes=2))
    hotline.request_registration(
        call_id=cast.call("13700000000", reference="new").pk,
        name="陈桂芳",
        community_code=COMMUNITY,
        address="南门巷12号",
        phone="13700000000",
        by=cast.ma,
        at=cast.at,
    )
    cast.called_order()
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_order():
    cast = Cast()
    call = cast.call()
    placed = race(*[partial(place, cast, call)] * 3)
    assert {order.pk for order in placed} == {Order.objects.get().pk}
    assert CallOrder.objects.count() == 1
