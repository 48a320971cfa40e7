"""A difference planted among the meals is found where it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.owner import past_the_guards

from sangyu.insight.verify import verify
from sangyu.meals import actions as meals
from sangyu.meals.tests.kitchen import NOON, Kitchen

PLANTED = {
    "meals": "UPDATE meals_sale SET elder_fen = elder_fen + 1, price_fen = price_fen + 1 WHERE n = 2",
    "canteen-days": "UPDATE meals_dayclose SET sold = sold + 1",
    "reversed": "DELETE FROM ledger_holdend WHERE voided_fen > 0",
}


def faulty() -> set[str]:
    return {outcome.check for outcome in verify() if outcome.faults}


def test_a_month_with_meals_that_went_through_the_verbs_is_sound(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    cast.visited(cast.called_order())
    kitchen.sell(cast.grandpa)
    mistake = kitchen.sell(cast.li)
    meals.refund(sale_id=mistake.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    kitchen.sell(cast.grandpa, at=NOON + timedelta(minutes=2), full_price_agreed=True)
    meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=NOON.replace(hour=18))
    cast.paid(cast.drawn_up(satisfaction=1))
    assert [fault for outcome in verify() for fault in outcome.faults] == []


@pytest.mark.django_db(transaction=True)
def test_a_figure_changed_behind_the_verbs_is_found(cast: Cast) -> None:
    kitchen = Kitchen(cast)
    kitchen.sell(cast.grandpa)
    mistake = kitchen.sell(cast.li)
    meals.refund(sale_id=mistake.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=NOON.replace(hour=18))
    assert faulty() == set()
    with past_the_guards() as owner:
        for check, forgery in PLANTED.items():
            assert check not in faulty()
            assert owner.execute(forgery).rowcount, forgery
            assert check in faulty(), check
