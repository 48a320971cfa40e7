from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Incomplete, OtherPrice
from sangyu.providers.models import Price, ServiceItem
from sangyu.providers.queries import PriceMissing


def list_item(cast, *, by=None, **other):
    fields = {
        "code": "SH009",
        "name": "擦窗",
        "item_class": "DAILY_LIFE",
        "standard": "擦窗一次约60分钟。",
        "unit": "次",
        "minutes": 60,
        "offer": "household",
        "initials": "cc",
        **other,
    }
    return providers.list_item(by=by or cast.wang, fields=fields)


def price(cast, item, fen, valid_from, *, by=None):
    return providers.set_price(item=item, market_price_fen=fen, valid_from=valid_from, by=by or cast.wang, at=cast.at)


def test_an_item_is_found_by_name_initials_or_code(cast):
    item = list_item(cast)
    for text in ["擦", "cc", "CC", "sh009"]:
        assert item in providers_read.search_items(cast.ma, text, on=cast.at.date())
    assert providers_read.search_items(cast.ma, "  ", on=cast.at.date()) == []
    assert providers_read.get_item(cast.ma, item.pk) == item


def test_a_code_is_listed_once(cast):
    first = list_item(cast)
    assert list_item(cast, name="别名") == first
    assert ServiceItem.objects.filter(code="SH009").count() == 1


@pytest.mark.parametrize("wrong", [{"name": " "}, {"minutes": 0}])
def test_an_item_without_a_name_or_without_time_is_refused(cast, wrong):
    with pytest.raises(Incomplete, match="必须有名称，时长必须大于0分钟"):
        list_item(cast, **wrong)


def test_only_the_bureau_and_the_centre_list_items(cast):
    for by in (cast.ma, cast.clerk, cast.kangan_user):
        with pytest.raises(NotAllowed, match="可办理的岗位"):
            list_item(cast, by=by)


def test_the_catalogue_next_door_is_another(cast):
    neighbour = Neighbour(cast.at)
    assert [item.code for item in providers_read.items(neighbour.agent)] == ["SH001"]
    with pytest.raises(NotFound, match="目录里没有这个服务项目"):
        providers_read.get_item(cast.ma, neighbour.item.pk)


def test_a_price_holds_until_the_next_one(cast):
    item = list_item(cast)
    price(cast, item, 6000, date(2026, 1, 1))
    price(cast, item, 7000, date(2026, 12, 1))
    price(cast, item, 6500, date(2026, 6, 1))
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 11, 30), date(2026, 12, 1), date(2030, 1, 1)]
    assert [providers_read.market_price_fen(item, day) for day in days] == [6000, 6500, 6500, 7000, 7000]


def test_the_same_price_again_is_set_once(cast):
    item = list_item(cast)
    assert price(cast, item, 6000, date(2026, 1, 1)) == price(cast, item, 6000, date(2026, 1, 1))
    assert Price.objects.filter(item=item).count() == 1


def test_another_price_from_the_same_day_is_refused(cast):
    item = list_item(cast)
    price(cast, item, 6000, date(2026, 1, 1))
    with pytest.raises(OtherPrice, match=r"“擦窗”从2026-01-01起已定价60.00元.*另选生效日期"):
        price(cast, item, 6001, date(2026, 1, 1))
    assert providers_read.market_price_fen(item, date(2026, 1, 1)) == 6000


def test_a_price_below_zero_is_refused(cast):
    with pytest.raises(Incomplete, match="不能是负数"):
        price(cast, list_item(cast), -1, date(2026, 1, 1))


def test_a_price_is_the_bureaus_or_the_centres_and_stands_in_the_audit_book(cast):
    item = list_item(cast)
    for by in (cast.ma, cast.clerk, cast.kangan_user):
        with pytest.raises(NotAllowed, match="可办理的岗位"):
            price(cast, item, 6000, date(2026, 1, 1), by=by)
    with pytest.raises(NotFound, match="目录里没有"):
        price(cast, item, 6000, date(2026, 1, 1), by=Neighbour(cast.at).dispatcher)
    price(cast, item, 6000, date(2026, 1, 1))
    entry = AuditEntry.objects.get(verb="providers.set_price", object_id=item.pk)
    assert (entry.by, entry.facts["market_price_fen"]) == (cast.wang, 6000)


def test_a_missing_price_is_never_zero(cast):
    item = list_item(cast)
    price(cast, item, 6000, date(2026, 12, 1))
    with pytest.raises(PriceMissing, match="“擦窗”在2026-11-30没有价格，不能下单。请在服务目录里补上价格"):
        providers_read.market_price_fen(item, date(2026, 11, 30))


def test_lunch_is_not_found_where_orders_are_taken(cast: Cast) -> None:
    lunch = cast.item("ZC001", "老年餐厅午餐", minutes=30, market_price_fen=1500, offer="lunch")
    assert lunch not in providers_read.search_items(cast.ma, "午餐", on=cast.at.date())
    assert providers_read.search_items(cast.ma, "保洁", on=cast.at.date()) == [cast.cleaning]
