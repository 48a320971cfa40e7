"""What a meal costs: by canteen, day and age; the same at the table and at the door, and from whoever cooks it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.access.queries import NotAllowed
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import PriceTable, Sale
from sangyu.meals.tests.kitchen import NOON

TODAY = NOON.date()
TOMORROW = TODAY + timedelta(days=1)


def lay_down(kitchen, bands, *, canteen="south", since=TODAY, by=None, **more):
    """Lay down prices at a canteen, or with None at all of them."""
    return meals.set_prices(
        canteen_id=canteen and getattr(kitchen, canteen).pk,
        bands=bands,
        basis="成本核算表 2026年11月",
        valid_from=since,
        by=by or kitchen.cast.head,
        at=kitchen.cast.at,
        **more,
    )


def parts(sale: Sale) -> tuple[int, int, int]:
    return sale.price_fen, sale.elder_fen, sale.public_fen


@pytest.mark.proves("JM-15")
def test_others_pay_the_cost_price_of_their_canteen_and_period(xinhui):
    lay_down(xinhui, {0: 12_50})
    lay_down(xinhui, {0: 13_20}, since=TOMORROW)
    lay_down(xinhui, {0: 11_00}, canteen="north")

    def sold(**more) -> Sale:
        return xinhui.sell(xinhui.cast.li, full_price_agreed=True, **more)

    assert parts(sold()) == (12_50, 12_50, 0)
    assert parts(sold(canteen=xinhui.north, by=xinhui.lv)) == (11_00, 11_00, 0)
    tomorrow = sold(at=NOON + timedelta(days=1))
    assert parts(tomorrow) == (13_20, 13_20, 0)
    assert tomorrow.because == "按制作成本收费，自付13.20元"
    close = meals.close_day(canteen_id=xinhui.south.pk, day=TODAY, by=xinhui.he, at=NOON.replace(hour=18))
    assert (close.elder_fen, close.agrees, close.decisions) == (12_50, True, [])


@pytest.mark.proves("JM-10")
def test_what_a_licensed_caterer_cooks_is_priced_and_split_by_the_table_of_all_canteens(xinhui):
    """The enterprise Letai only sells meals to the government; Kang'an runs the government's canteen."""
    lay_down(xinhui, {0: 12_50, 90: 8_00}, canteen=None)
    xinhui.recognise(xinhui.cast.grandpa, "extreme_poor")
    for elder, expected in (
        (xinhui.cast.grandpa, (12_50, 0, 12_50)),
        (xinhui.cast.li, (12_50, 12_50, 0)),
        (xinhui.aged(90, serial=90), (8_00, 8_00, 0)),
    ):
        offers = [meals.quote(elder=elder, canteen=canteen, at=NOON) for canteen in (xinhui.south, xinhui.closed_door)]
        assert {(offer.price_fen, offer.elder_fen, offer.public_fen) for offer in offers} == {expected}
        assert offers[0].quote.decisions == offers[1].quote.decisions


@pytest.mark.proves("JM-09")
def test_a_meal_at_the_door_costs_what_it_costs_at_the_table(xinhui):
    lay_down(xinhui, {0: 12_50})
    xinhui.recognise(xinhui.cast.grandpa, "extreme_poor")
    for elder, expected in ((xinhui.cast.grandpa, (12_50, 0, 12_50)), (xinhui.cast.li, (12_50, 12_50, 0))):
        table, door = (xinhui.sell(elder, mode=mode, full_price_agreed=True) for mode in ("DINE_IN", "DELIVERY"))
        assert parts(table) == parts(door) == expected
        assert (table.get_mode_display(), door.get_mode_display()) == ("堂食", "送餐上门")
        assert (table.delivery_fee_fen, door.delivery_fee_fen) == (0, 0)


@pytest.mark.proves("LZ-25")
def test_the_severely_disabled_pay_neither_for_the_meal_nor_for_the_way(kitchen):
    lay_down(kitchen, {0: 15_00}, delivery_fee_fen=2_00)
    kitchen.recognise(kitchen.cast.grandpa, "severe_disability")
    offer = meals.quote(elder=kitchen.cast.grandpa, canteen=kitchen.south, at=NOON, mode="DELIVERY")
    assert (offer.elder_fen, offer.delivery_fee_fen, offer.said) == (0, 0, "王爷爷，免费")
    assert "重度残疾老人免费送餐上门" in offer.because
    assert offer.delivery_because == "登记入院的重度残疾老人，免费送餐上门"
    sale = kitchen.sell(kitchen.cast.grandpa, mode="DELIVERY")
    assert (sale.mode, sale.elder_fen, sale.public_fen, sale.delivery_fee_fen) == ("DELIVERY", 0, 15_00, 0)


def test_others_pay_for_the_way_and_it_is_counted_apart(kitchen):
    lay_down(kitchen, {0: 15_00}, delivery_fee_fen=2_00)
    offer = meals.quote(elder=kitchen.cast.li, canteen=kitchen.south, at=NOON, mode="DELIVERY")
    assert offer.said == "李奶奶，自付五元，送餐费二元"
    sale = kitchen.sell(kitchen.cast.li, mode="DELIVERY")
    assert (parts(sale), sale.delivery_fee_fen) == ((15_00, 5_00, 10_00), 2_00)
    close = meals.close_day(canteen_id=kitchen.south.pk, day=TODAY, by=kitchen.he, at=NOON.replace(hour=18))
    assert (close.elder_fen, close.delivery_fee_fen, close.agrees) == (5_00, 2_00, True)


@pytest.mark.proves("QJ-14")
def test_each_point_says_from_which_age_a_meal_is_free_cheap_or_paid_in_full(kitchen):
    lay_down(kitchen, {0: 10_00, 70: 3_00, 80: 0})
    lay_down(kitchen, {0: 8_00}, canteen="north")
    ages = {age: kitchen.aged(age, serial=age) for age in (69, 70, 79, 80)}
    evening = NOON.replace(hour=17)  # the district pays for lunch only: what is left is the point's own price

    def price(age: int, canteen) -> int:
        return meals.quote(elder=ages[age], canteen=canteen, at=evening).elder_fen

    assert [price(age, kitchen.south) for age in ages] == [10_00, 3_00, 3_00, 0]
    assert [price(age, kitchen.north) for age in ages] == [8_00] * 4
    assert kitchen.sell(ages[80], at=evening).elder_fen == 0, "nothing to pay, nobody to ask"


def test_a_table_holds_from_its_day_and_what_was_sold_keeps_its_price(kitchen):
    before = kitchen.sell(kitchen.cast.li)
    lay_down(kitchen, {0: 18_00}, since=TOMORROW)
    assert parts(Sale.objects.get(pk=before.pk)) == (15_00, 5_00, 10_00)
    assert meals_read.tariff(kitchen.south, TODAY).bands == {0: 15_00}
    assert meals_read.tariff(kitchen.south, TOMORROW).price_for(82) == 18_00


@pytest.mark.parametrize(
    ("bands", "more", "why"),
    [
        ({70: 3_00}, {}, "缺少“其他老人”的价格"),
        ({0: -1}, {}, "不能小于0"),
        ({0: 3_00}, {"delivery_fee_fen": -1}, "不能小于0"),
        ({0: 3_00}, {"since": TODAY - timedelta(days=1)}, "已经过去"),
    ],
    ids=["nobody else", "below nothing", "fee below nothing", "backdated"],
)
def test_a_table_that_cannot_hold_is_refused(kitchen, bands, more, why):
    with pytest.raises(rules.PriceNotSet, match=why):
        lay_down(kitchen, bands, **more)
    assert not PriceTable.objects.exists()


def test_prices_are_laid_down_once_and_by_the_operator(kitchen):
    first = lay_down(kitchen, {0: 15_00})
    assert lay_down(kitchen, {0: 15_00}) == first
    with pytest.raises(rules.PriceNotSet, match="已有另一张餐价表"):
        lay_down(kitchen, {0: 16_00})
    with pytest.raises(NotAllowed):
        lay_down(kitchen, {0: 16_00}, since=TOMORROW, by=kitchen.cast.kangan_user)
