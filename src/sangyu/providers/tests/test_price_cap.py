"""Where the policy knows an approved maximum (政府核定最高价), no price above it is set, anywhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.cast import COMMUNITY, HOME, Cast

from sangyu import policy
from sangyu.adoption import actions as adoption
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import PriceAboveCap
from sangyu.providers.models import Canteen, Price, ServiceItem

NEW_YEAR = date(2027, 1, 1)  # the policy with a maximum begins; until then one without holds


@pytest.fixture
def window(cast: Cast) -> ServiceItem:
    return cast.item("SH009", "擦窗", minutes=60, market_price_fen=80_00)


def adopt(cast: Cast, parameters: dict[str, Any]) -> None:
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="fuzhou-gulou",
        parameters=parameters,
        document="鼓价〔2026〕8号",
        valid_from=NEW_YEAR,
        by_id=cast.head.pk,
        at=cast.at,
    )


def price(cast: Cast, item: ServiceItem, fen: int, valid_from: date) -> Price:
    return providers.set_price(item=item, market_price_fen=fen, valid_from=valid_from, by=cast.wang, at=cast.at)


def canteen(cast: Cast, fen: int, opens_on: date) -> Canteen:
    return providers.open_canteen(
        by=cast.head,
        at=cast.at,
        enterprise=cast.kangan,
        item=cast.item("ZC009", "社区晚餐", minutes=30, market_price_fen=10_00, offer="lunch"),
        name="北门社区餐厅",
        community_code=COMMUNITY,
        address="北门巷2号",
        place=HOME,
        opens="17:00–18:30",
        contracted_from=opens_on,
        contracted_until=date(2028, 1, 1),
        standard_price_fen=fen,
    )


@pytest.mark.proves("GL-32")
def test_a_price_up_to_the_approved_maximum_is_set_and_one_fen_more_is_refused_with_the_clause(
    cast: Cast, window: ServiceItem
) -> None:
    adopt(cast, {"approved_max_fen": 50_00})
    with pytest.raises(
        PriceAboveCap, match=r"“擦窗”不能这样定价：价格50\.01元，超过核定的最高价50元.*“政府合理制定收费标准”"
    ):
        price(cast, window, 50_01, NEW_YEAR)
    assert not Price.objects.filter(item=window, valid_from=NEW_YEAR).exists()
    assert price(cast, window, 50_00, NEW_YEAR).market_price_fen == 50_00


def test_a_price_that_reaches_into_the_days_of_a_maximum_is_refused_with_the_day(
    cast: Cast, window: ServiceItem
) -> None:
    adopt(cast, {"approved_max_fen": 50_00})
    with pytest.raises(PriceAboveCap, match=r"从2027-01-01起价格90元，超过核定的最高价50元.*在2027-01-01以前结束"):
        price(cast, window, 90_00, date(2026, 12, 31))
    price(cast, window, 50_00, NEW_YEAR)
    assert price(cast, window, 90_00, date(2026, 12, 31)).valid_until == NEW_YEAR


def test_before_any_policy_a_price_is_free(cast: Cast, window: ServiceItem) -> None:
    adopt(cast, {"approved_max_fen": 50_00})
    price(cast, window, 50_00, NEW_YEAR)
    assert price(cast, window, 70_00, date(2020, 1, 1)).market_price_fen == 70_00


def test_a_maximum_that_is_not_set_lets_no_price_pass(cast: Cast, window: ServiceItem) -> None:
    adopt(cast, {})
    with pytest.raises(PriceAboveCap, match="请先由民政局核定最高价"):
        price(cast, window, 1, NEW_YEAR)


def test_a_canteen_asks_no_more_than_the_maximum_either(cast: Cast) -> None:
    adopt(cast, {"approved_max_fen": 12_00})
    with pytest.raises(PriceAboveCap, match="“北门社区餐厅”不能这样定价：价格15元"):
        canteen(cast, 15_00, NEW_YEAR)
    with pytest.raises(PriceAboveCap, match="从2027-01-01起价格15元"):
        canteen(cast, 15_00, date(2026, 12, 1))
    assert canteen(cast, 12_00, NEW_YEAR).standard_price_fen == 12_00


def test_prices_that_stood_before_a_maximum_are_listed_from_its_first_day_and_stay_as_they_are(
    cast: Cast, window: ServiceItem
) -> None:
    canteen(cast, 15_00, date(2026, 12, 1))
    gulou, capped = policy.load("fuzhou-gulou"), {"approved_max_fen": 70_00}

    def told(since: date) -> list[tuple[str, int, date]]:
        found = providers_read.prices_above_cap(cast.head, gulou, capped, since=since)
        assert all("超过核定的最高价70元" in one.because for one in found)
        return [(one.name, one.price_fen, one.on) for one in found if one.name in {"擦窗", "北门社区餐厅"}]

    assert told(NEW_YEAR) == [("擦窗", 80_00, NEW_YEAR)]
    adopt(cast, capped)
    price(cast, window, 60_00, date(2027, 2, 1))
    assert told(NEW_YEAR) == [("擦窗", 80_00, NEW_YEAR)], "nothing was changed by the adoption"
    assert told(date(2027, 2, 1)) == []
    chengguan = policy.load("lanzhou-chengguan")
    assert providers_read.prices_above_cap(cast.head, chengguan, {}, since=NEW_YEAR) == []
