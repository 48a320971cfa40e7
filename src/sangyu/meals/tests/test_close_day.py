"""A closed day counts what was sold by band, and the policy's own rule for the day comes out at the same fen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.standing import standing

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.meals import actions as meals
from sangyu.meals import queries as meals_read
from sangyu.meals import rules
from sangyu.meals.models import DayClose
from sangyu.meals.tests.kitchen import NOON

EVENING = NOON.replace(hour=18)
TODAY = NOON.date()


@standing
def lunch(kitchen):
    """Two elders of 70 and 75, one of each full subsidy, a second lunch at full price, and one given back."""
    three_no = kitchen.aged(68, serial=51, name="冯国安")
    disabled = kitchen.aged(80, serial=52, name="石玉梅")
    other = kitchen.aged(72, serial=53, name="马占山")
    kitchen.recognise(three_no, "three_no")
    kitchen.recognise(disabled, "severe_disability")
    for elder in (kitchen.cast.li, kitchen.cast.grandpa, three_no, disabled):
        kitchen.sell(elder)
    kitchen.sell(kitchen.cast.li, full_price_agreed=True)
    mistake = kitchen.sell(other)
    meals.refund(sale_id=mistake.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    return kitchen


@pytest.mark.proves("LZ-24")
def test_the_day_comes_out_as_the_rule_says(lunch):
    close = meals.close_day(canteen_id=lunch.south.pk, day=TODAY, by=lunch.he, at=EVENING)
    assert close.counts == {
        "AGE_65_74": 1,
        "AGE_75_UP": 1,
        "THREE_NO": 1,
        "SEVERE_DISABILITY": 1,
        "OTHER_SUBSIDISED": 0,
        "UNSUBSIDISED": 1,
    }
    assert (close.sold, close.refunded) == (5, 1)
    assert (close.price_fen, close.elder_fen, close.public_fen) == (7500, 600 + 500 + 1500, 900 + 1000 + 3000)
    [decision] = close.decisions
    assert (decision["value"], decision["shares_fen"]) == (7500, {"elder": 2600, "government": 4900})
    assert close.agrees


def test_a_day_with_two_prices_is_counted_price_by_price(lunch):
    lunch.sell(lunch.aged(71, serial=54))
    type(lunch.south).objects.filter(pk=lunch.south.pk).update(standard_price_fen=1800)
    lunch.sell(lunch.aged(71, serial=55), full_price_agreed=True)
    close = meals.close_day(canteen_id=lunch.south.pk, day=TODAY, by=lunch.he, at=EVENING)
    assert [row["facts_used"]["price_fen"] for row in close.decisions] == [1500, 1800]
    assert close.agrees


def test_a_day_without_guests_is_closed_at_nothing(kitchen):
    close = meals.close_day(canteen_id=kitchen.south.pk, day=TODAY, by=kitchen.he, at=EVENING)
    assert (close.sold, close.price_fen, close.agrees) == (0, 0, True)


def test_a_second_press_closes_once(lunch):
    first = meals.close_day(canteen_id=lunch.south.pk, day=TODAY, by=lunch.he, at=EVENING)
    assert meals.close_day(canteen_id=lunch.south.pk, day=TODAY, by=lunch.he, at=EVENING).pk == first.pk
    assert DayClose.objects.count() == 1


def test_tomorrow_is_not_closed_today(kitchen):
    with pytest.raises(rules.DayAhead, match="还没有到"):
        meals.close_day(canteen_id=kitchen.south.pk, day=TODAY + timedelta(days=1), by=kitchen.he, at=EVENING)


def test_a_stranger_does_not_close(kitchen):
    for user in (kitchen.lv, kitchen.outsider, kitchen.cast.letter_user):
        with pytest.raises(NotFound):
            meals.close_day(canteen_id=kitchen.south.pk, day=TODAY, by=user, at=EVENING)
    with pytest.raises(NotAllowed):
        meals.close_day(canteen_id=kitchen.south.pk, day=TODAY, by=kitchen.cast.ma, at=EVENING)


def test_the_month_is_the_sum_of_its_days(lunch):
    meals.close_day(canteen_id=lunch.south.pk, day=TODAY, by=lunch.he, at=EVENING)
    lunch.sell(lunch.cast.li, at=NOON + timedelta(days=1))
    month = meals_read.month_statement(lunch.cast.kangan_user, lunch.south, Month(2026, 11))
    assert [(day.sold, day.close is None) for day in month.days] == [(5, False), (1, True)]
    assert (month.sold, month.public_fen, month.open_days) == (6, 4900 + 1000, 1)
    assert month.counts["AGE_75_UP"] == 2
    assert meals_read.month_statement(lunch.outsider, lunch.south, Month(2026, 11)).days == ()
