"""Where the policy asks a caterer for a food licence, no canteen opens without and none sells after it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import COMMUNITY, HOME, Cast

from sangyu.adoption import actions as adoption
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper
from sangyu.providers.models import Canteen
from sangyu.providers.rules import CatererUnlicensed, food_licence_until

NEW_YEAR = date(2027, 1, 1)
LAST_DAY = date(2027, 3, 5)
FOOD = Paper("食品生产经营卫生许可证", "XH-1", date(2024, 3, 6), date(2027, 3, 6))


def adopt(cast: Cast) -> None:
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="jiangmen-xinhui",
        parameters={},
        document="新民〔2018〕12号",
        valid_from=NEW_YEAR,
        by_id=cast.head.pk,
        at=cast.at,
    )


def open_on(cast: Cast, day: date, name: str = "会城长者食堂") -> Canteen:
    return providers.open_canteen(
        by=cast.head,
        at=cast.at,
        enterprise=cast.kangan,
        item=cast.item("ZC009", "长者午餐", minutes=30, market_price_fen=10_00, offer="lunch"),
        name=name,
        community_code=COMMUNITY,
        address="北门巷2号",
        place=HOME,
        opens="11:00–13:00",
        contracted_from=day,
        contracted_until=date(2028, 1, 1),
    )


def sells_on(cast: Cast, day: date) -> None:
    held = providers_read.licences_held(cast.kangan.pk, day)
    providers_read.ensure_caterer(programme_id=cast.programme.pk, name="会城长者食堂", held=held, on=day)


@pytest.mark.proves("JM-05")
def test_no_canteen_opens_without_a_food_licence_that_holds(cast: Cast) -> None:
    adopt(cast)
    with pytest.raises(CatererUnlicensed, match=r"会城长者食堂不能供餐：没有登记食品类许可证.*先登记有效的食品许可证"):
        open_on(cast, NEW_YEAR)
    providers.lodge_licence(enterprise=cast.kangan, paper=FOOD, by=cast.head, at=cast.at)
    assert open_on(cast, LAST_DAY).contracted_from == LAST_DAY
    with pytest.raises(CatererUnlicensed, match=r"许可证2027年3月5日已到期.*“领取《食品生产经营卫生许可证》"):
        open_on(cast, date(2027, 3, 6), "圭峰长者食堂")


@pytest.mark.proves("JM-05")
def test_the_last_day_still_counts_and_the_next_does_not(cast: Cast) -> None:
    adopt(cast)
    providers.lodge_licence(enterprise=cast.kangan, paper=FOOD, by=cast.head, at=cast.at)
    sells_on(cast, LAST_DAY)
    with pytest.raises(CatererUnlicensed, match=r"2027年3月5日已到期，不能供餐"):
        sells_on(cast, date(2027, 3, 6))


def test_a_policy_without_such_a_rule_asks_for_no_food_licence(cast: Cast) -> None:
    adopt(cast)
    assert open_on(cast, date(2026, 12, 31)).name == "会城长者食堂"


def test_of_several_food_licences_the_one_that_holds_longest_counts() -> None:
    held = {"营业执照": date(2040, 1, 1), "食品经营许可证": date(2027, 2, 1), "食品生产许可证": date(2028, 2, 1)}
    assert food_licence_until(held) == date(2028, 1, 31)
    assert food_licence_until({"营业执照": date(2040, 1, 1)}) is None
