"""The last sale of a till can be given back today, with a reason, and its subsidy is free again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import FUND

from sangyu.benefits.models import Reversal
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.ledger.models import HoldEnd
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import Refund, SaleCharge
from sangyu.meals.tests.kitchen import NOON

LATER = NOON + timedelta(minutes=3)


def test_a_refund_gives_the_subsidy_back(kitchen):
    before = budget_read.position_of(kitchen.cast.programme.pk, FUND, 2026).available_fen
    sale = kitchen.sell(kitchen.cast.li)
    meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=LATER)
    charge = SaleCharge.objects.get(sale=sale).charge
    assert Reversal.objects.get(charge=charge).reason == "退餐：刷错人"
    assert HoldEnd.objects.get(hold_id=charge.hold_id).voided_fen == 1000
    assert budget_read.position_of(kitchen.cast.programme.pk, FUND, 2026).available_fen == before


def test_a_lunch_at_full_price_is_given_back_too(kitchen):
    sale = kitchen.sell(kitchen.cast.li, at=NOON.replace(hour=18), full_price_agreed=True)
    meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=NOON.replace(hour=19))
    assert meals_read.get_sale(kitchen.he, sale.pk).refunded


def test_a_second_press_gives_back_once(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    first = meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=LATER)
    assert meals.refund(sale_id=sale.pk, reason="再按一次", by=kitchen.he, at=LATER).pk == first.pk
    assert Refund.objects.count() == Reversal.objects.count() == 1


def test_only_the_last_sale_is_given_back(kitchen):
    first = kitchen.sell(kitchen.cast.li)
    second = kitchen.sell(kitchen.cast.grandpa, at=LATER)
    with pytest.raises(rules.NotTheLast, match="最后一笔"):
        meals.refund(sale_id=first.pk, reason="刷错人", by=kitchen.he, at=LATER)
    meals.refund(sale_id=second.pk, reason="刷错人", by=kitchen.he, at=LATER)
    meals.refund(sale_id=first.pk, reason="刷错人", by=kitchen.he, at=LATER)
    assert meals_read.last_own_sale(kitchen.he, kitchen.south, NOON.date()) is None


def test_yesterday_s_sale_stays(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    with pytest.raises(rules.NotTheLast, match="今天"):
        meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(days=1))


def test_a_reason_is_needed(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    with pytest.raises(rules.ReasonMissing, match="原因"):
        meals.refund(sale_id=sale.pk, reason="  ", by=kitchen.he, at=LATER)


def test_a_closed_day_stays_closed(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=LATER)
    with pytest.raises(rules.DayClosed, match="日结"):
        meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=LATER)


def test_another_till_does_not_give_it_back(kitchen):
    sale = kitchen.sell(kitchen.cast.li)
    colleague = kitchen.cashier("second", "沈月", kitchen.cast.kangan, kitchen.south)
    with pytest.raises(NotFound):
        meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.lv, at=LATER)
    with pytest.raises(rules.NotTheLast, match="本收银员"):
        meals.refund(sale_id=sale.pk, reason="刷错人", by=colleague, at=LATER)
