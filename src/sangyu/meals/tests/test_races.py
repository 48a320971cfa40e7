"""Two tills at the same moment: one elder has one subsidised lunch, and a closing day takes no late sale."""

from __future__ import annotations

import pytest
from tests.race import race

from sangyu.meals import actions as meals
from sangyu.meals import rules
from sangyu.meals.models import DayClose, Refund, Sale
from sangyu.meals.tests.kitchen import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tills_sell_one_elder_one_subsidised_lunch(kitchen):
    answers = race(
        lambda: kitchen.sell(kitchen.cast.li),
        lambda: kitchen.sell(kitchen.cast.li, canteen=kitchen.north, by=kitchen.lv),
    )
    assert {type(answer) for answer in answers} == {Sale, rules.SecondMeal}
    assert Sale.objects.filter(public_fen__gt=0).count() == 1


def test_one_press_sent_twice_sells_once(kitchen):
    first, second = race(
        lambda: kitchen.sell(kitchen.cast.li, key="same"), lambda: kitchen.sell(kitchen.cast.li, key="same")
    )
    assert first.pk == second.pk
    assert Sale.objects.count() == 1


def test_two_elders_at_one_till_get_two_numbers(kitchen):
    answers = race(lambda: kitchen.sell(kitchen.cast.li), lambda: kitchen.sell(kitchen.cast.grandpa))
    assert sorted(sale.n for sale in answers) == [1, 2]


def test_a_sale_is_in_the_close_or_refused(kitchen):
    sold, closed = race(
        lambda: kitchen.sell(kitchen.cast.li),
        lambda: meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=NOON),
    )
    assert isinstance(closed, DayClose)
    assert closed.sold == (1 if isinstance(sold, Sale) else 0)
    assert isinstance(sold, Sale | rules.DayClosed)


def test_two_presses_of_refund_give_back_once(kitchen):
    sale = kitchen.sell(kitchen.cast.li)

    def back():
        return meals.refund(sale_id=sale.pk, reason="刷错人", by=kitchen.he, at=NOON)

    assert len({row.pk for row in race(back, back)}) == 1
    assert Refund.objects.count() == 1
