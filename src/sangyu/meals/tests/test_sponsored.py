"""A sponsor pays for the free meals of a canteen, one fund for one meal, as far as the money has come in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.benefits.models import Charge
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import BudgetGone
from sangyu.ledger.models import Hold
from sangyu.ledger.verify import verify
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import Sale
from sangyu.meals.tests.kitchen import NOON

TODAY = NOON.date()


def sponsored(kitchen, name, *, yuan, canteen):
    """A sponsor whose money has come in, and who pays at a canteen from today on."""
    own = {"by": kitchen.cast.head, "at": kitchen.cast.at}
    sponsor = budget.register_sponsor(name=name, credit_code="", **own)
    budget.pledge(sponsor_id=sponsor.pk, year=2026, amount_fen=yuan * 200, document="冠名协议", key="1", **own)
    budget.donate(sponsor_id=sponsor.pk, year=2026, amount_fen=yuan * 100, received_on=TODAY, voucher="HD-1", **own)
    meals.name_sponsor(canteen_id=canteen.pk, sponsor_id=sponsor.pk, valid_from=TODAY, **own)
    return sponsor


@pytest.fixture
def two_sponsors(xinhui):
    """The south gate is Weijia's, the north garden Wanjia's; Grandmother Li eats free."""
    xinhui.granted_free_meals(xinhui.cast.li)
    weijia = sponsored(xinhui, "惟佳慈善基金会", yuan=40, canteen=xinhui.south)
    wanjia = sponsored(xinhui, "万家皮具", yuan=100, canteen=xinhui.north)
    return xinhui, weijia, wanjia


@pytest.mark.proves("JM-14")
def test_each_sponsored_meal_debits_one_fund_and_no_fund_falls_below_nothing(two_sponsors):
    xinhui, weijia, wanjia = two_sponsors
    first = xinhui.sell(xinhui.cast.li)
    xinhui.sell(xinhui.cast.li, at=NOON + timedelta(minutes=1))
    north = xinhui.sell(xinhui.cast.li, canteen=xinhui.north, by=xinhui.lv)
    assert (first.elder_fen, first.public_fen, first.because) == (
        0,
        15_00,
        "爱心企业资助的免费用餐，冠名基金付15元，自付0元",
    )

    def funds():
        return {
            one.sponsor.name: (one.pledged_fen, one.received_fen, one.used_fen, one.left_fen)
            for one in budget_read.givings(xinhui.cast.head, 2026)
        }

    assert funds() == {
        "惟佳慈善基金会": (80_00, 40_00, 30_00, 10_00),
        "万家皮具": (200_00, 100_00, 15_00, 85_00),
    }
    with pytest.raises(BudgetGone, match=r"惟佳慈善基金会2026年的冠名资金可用10\.00元，本次需要15\.00元"):
        xinhui.sell(xinhui.cast.li, at=NOON + timedelta(minutes=2))
    assert funds()["惟佳慈善基金会"] == (80_00, 40_00, 30_00, 10_00)
    for sale, sponsor in ((first, weijia), (north, wanjia)):
        [hold] = Hold.objects.filter(cause_id=sale.pk)
        assert hold.account.fund == budget_read.sponsor_fund(sponsor.pk)
    assert budget_read.position_of(xinhui.cast.programme.pk, "CANTEEN-BUDGET", 2026).held_fen == 0
    last = Sale.objects.filter(canteen=xinhui.south).order_by("-n").first()
    meals.refund(sale_id=last.pk, reason="刷错人", by=xinhui.he, at=NOON + timedelta(minutes=3))
    assert funds()["惟佳慈善基金会"] == (80_00, 40_00, 15_00, 25_00)
    assert verify(xinhui.cast.programme.pk) == []


@pytest.mark.proves("JM-28")
def test_meals_money_and_average_price_of_a_year_are_told_by_sponsor(two_sponsors):
    xinhui, _, _ = two_sponsors
    meals.set_prices(
        canteen_id=xinhui.north.pk,
        bands={0: 10_00},
        basis="成本核算表",
        valid_from=TODAY + timedelta(days=1),
        by=xinhui.cast.head,
        at=xinhui.cast.at,
    )
    for days in (0, 1, 1):
        xinhui.sell(xinhui.cast.li, canteen=xinhui.north, by=xinhui.lv, at=NOON + timedelta(days=days))
    xinhui.sell(xinhui.cast.li)
    xinhui.sell(xinhui.cast.grandpa, canteen=xinhui.north, by=xinhui.lv, full_price_agreed=True)  # pays himself

    def told(year):
        return {
            row.sponsor.name: (row.meals, row.paid_fen, row.average_fen)
            for row in meals_read.sponsored_meals(xinhui.cast.head, year)
        }

    assert told(2026) == {"惟佳慈善基金会": (1, 15_00, 15_00), "万家皮具": (3, 35_00, 11_67)}
    assert told(2025) == {"惟佳慈善基金会": (0, 0, None), "万家皮具": (0, 0, None)}


def test_where_no_sponsor_pays_the_city_must_say_who_does(xinhui):
    xinhui.granted_free_meals(xinhui.cast.li)
    with pytest.raises(Exception, match="没有企业资助的食堂里免费对象的餐费由谁付"):
        xinhui.sell(xinhui.cast.li)
    assert not Charge.objects.exists()


def test_a_sponsor_follows_another_and_never_backwards(two_sponsors):
    xinhui, weijia, wanjia = two_sponsors
    tomorrow, own = TODAY + timedelta(days=1), {"by": xinhui.cast.head, "at": xinhui.cast.at}
    meals.name_sponsor(canteen_id=xinhui.south.pk, sponsor_id=None, valid_from=tomorrow, **own)
    assert meals_read.sponsor_of(xinhui.south, TODAY) == weijia
    assert meals_read.sponsor_of(xinhui.south, tomorrow) is None
    for since, why in ((TODAY, "已登记另一家冠名企业"), (TODAY - timedelta(days=1), "已经过去")):
        with pytest.raises(rules.SponsorRefused, match=why):
            meals.name_sponsor(canteen_id=xinhui.south.pk, sponsor_id=wanjia.pk, valid_from=since, **own)
