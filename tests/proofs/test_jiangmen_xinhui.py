"""Xinhui's canteens, as far as they ask for nothing but what every canteen has: how many ate where, day by day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.kit.month import Month
from sangyu.meals import queries as meals_read
from sangyu.meals.tests.kitchen import NOON, Kitchen
from tests.cast import Cast


@pytest.mark.proves("JM-29")
def test_of_each_canteen_it_is_known_how_many_ate_on_each_day(cast: Cast) -> None:
    kitchen, next_noon = Kitchen(cast), NOON + timedelta(days=1)
    for elder in (cast.li, cast.grandpa):
        kitchen.sell(elder)
    kitchen.sell(cast.li, at=next_noon)
    kitchen.sell(cast.grandpa, canteen=kitchen.north, by=kitchen.lv, at=next_noon)
    ate = {
        canteen: {
            day.day: day.sold
            for day in meals_read.month_statement(cast.kangan_user, canteen, Month(2026, 11)).days
            if day.sold
        }
        for canteen in (kitchen.south, kitchen.north)
    }
    assert ate == {
        kitchen.south: {NOON.date(): 2, next_noon.date(): 1},
        kitchen.north: {next_noon.date(): 1},
    }
