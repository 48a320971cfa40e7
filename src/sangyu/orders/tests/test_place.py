from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.cast import BEIJING, FUND
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.ledger.verify import verify
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.orders.rules import ElderDied, SameKeyOtherOrder, SlotOver, SlotTaken
from sangyu.outbox.models import Message
from sangyu.providers.models import ServiceItem
from sangyu.providers.queries import PriceMissing
from sangyu.registry import actions as registry

TOMORROW_10 = datetime(2026, 11, 10, 10, tzinfo=BEIJING)


def place(cast, *, by=None, at=None, **other):
    given = {"elder_id": cast.li.pk, "item": cast.cleaning, "wanted_from": TOMORROW_10, "key": "k", **other}
    return orders.place(by=by or cast.ma, at=at or cast.at, **given)


def held_fen(cast, year=2026):
    return budget_read.position(cast.head, FUND, date(year, 1, 1)).held_fen


def test_an_order_keeps_its_price_its_reasons_and_holds_its_public_part(cast):
    order = place(cast, note="请带鞋套")
    assert (order.stage, order.requester, order.note) == ("PLACED", "李秀兰", "请带鞋套")
    assert order.wanted_until - order.wanted_from == timedelta(minutes=120)
    assert (order.price_fen, order.elder_fen, order.public_fen) == (64_00, 14_00, 50_00)
    assert order.quote["decisions"][-1]["because"].startswith("B类每月补贴50元，本次扣减50元")
    assert held_fen(cast) == 50_00
    assert AuditEntry.objects.get(object_id=order.pk).verb == "orders.place"
    assert Message.objects.get(topic="orders").body == {"order": str(order.pk), "stage": "PLACED"}
    assert order.number.startswith("261109-")


@pytest.mark.proves("LZ-47")
def test_fifty_yuan_a_month_is_spent_once_and_comes_again_with_the_next(cast):
    parts = [(cast.order(days=days).public_fen, cast.order(days=days, hour=15).public_fen) for days in (1, 22)]
    assert parts == [(50_00, 0), (50_00, 0)]
    assert held_fen(cast) == 100_00
    assert verify(cast.programme.pk) == []


def test_the_same_key_again_is_the_same_order(cast):
    first = place(cast)
    before = (AuditEntry.objects.count(), Message.objects.count())
    a_minute_later = cast.at + timedelta(minutes=1)
    assert place(cast, at=a_minute_later) == first
    assert place(cast, by=cast.other_agent, wanted_from=TOMORROW_10.astimezone(UTC)) == first
    assert (Order.objects.count(), held_fen(cast)) == (1, 50_00)
    assert (AuditEntry.objects.count(), Message.objects.count()) == before


@pytest.mark.parametrize("other", ["elder", "item", "time", "note"])
def test_the_same_key_with_another_wish_is_refused(cast, other):
    first = place(cast)
    wish = {
        "elder": {"elder_id": cast.grandpa.pk},
        "item": {"item": cast.bathing},
        "time": {"wanted_from": TOMORROW_10 + timedelta(days=1)},
        "note": {"note": "改了"},
    }
    with pytest.raises(SameKeyOtherOrder, match=f"工单{first.number}用了同一个编号，内容却不同"):
        place(cast, **wish[other])
    assert Order.objects.count() == 1


def test_a_slot_that_overlaps_is_refused_naming_what_is_there(cast):
    first = place(cast)
    for minutes in (-119, 0, 119):
        with pytest.raises(SlotTaken, match=f"工单{first.number}（室内保洁，11月10日 10:00开始）重叠"):
            place(cast, wanted_from=TOMORROW_10 + timedelta(minutes=minutes), key=str(minutes))
    for minutes in (-120, 120):
        place(cast, wanted_from=TOMORROW_10 + timedelta(minutes=minutes), key=str(minutes))
    place(cast, elder_id=cast.grandpa.pk, key="somebody else's slot")


def test_a_slot_comes_free_when_its_order_is_cancelled(cast):
    orders.cancel(order_id=place(cast).pk, reason="改天", by=cast.ma, at=cast.at)
    assert place(cast, key="again").public_fen == 50_00


@pytest.mark.parametrize(
    ("wanted_from", "why"),
    [
        (datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING), "已经过去"),
        (datetime(2026, 11, 8, 9, 0, tzinfo=BEIJING), "已经过去"),
        (datetime(2027, 1, 8, 9, 1, tzinfo=BEIJING), "60天以内"),
    ],
)
def test_a_time_that_is_over_or_too_far_ahead_is_refused(cast, wanted_from, why):
    with pytest.raises(SlotOver, match=why):
        place(cast, wanted_from=wanted_from)


def test_nothing_is_ordered_for_the_dead(cast):
    registry.record_death(elder_id=cast.li.pk, died_on=date(2026, 11, 9), by=cast.clerk, at=cast.at)
    with pytest.raises(ElderDied, match="李秀兰已于2026-11-09去世，不能再安排或结算服务"):
        place(cast)
    registry.withdraw_death(elder_id=cast.li.pk, reason="同名登记错误", by=cast.clerk, at=cast.at)
    assert place(cast).stage == "PLACED"


def test_an_item_without_a_price_is_refused(cast):
    unpriced = ServiceItem.objects.create(
        programme=cast.programme, code="X", name="没定价", minutes=60, offer="household", unit="次"
    )
    with pytest.raises(PriceMissing, match="“没定价”在2026-11-10没有价格，不能下单"):
        place(cast, item=unpriced)
    assert (Order.objects.count(), held_fen(cast)) == (0, 0)


def test_elders_and_items_of_another_programme_are_not_there(cast):
    neighbour = Neighbour(cast.at)
    with pytest.raises(NotFound, match="没有找到这位老人"):
        place(cast, elder_id=neighbour.zhou.pk)
    with pytest.raises(NotFound, match="目录里没有这个服务项目"):
        place(cast, item=neighbour.item)
    with pytest.raises(NotFound):
        place(cast, by=neighbour.agent)
    assert not Order.objects.exists()


@pytest.mark.proves("LZ-02")
def test_only_agents_take_orders(cast):
    for by in (cast.wang, cast.clerk, cast.kangan_user, cast.zhao_user, cast.head, cast.qian):
        with pytest.raises(NotAllowed, match="话务员、值班长"):
            place(cast, by=by)
