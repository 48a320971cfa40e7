"""Fifty yuan a month for class B: never below zero, never carried over."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.cast import FUND
from tests.standing import standing

from sangyu.benefits import actions as benefits
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.actions import MonthNotOver
from sangyu.benefits.rules import Quote
from sangyu.kit.ids import new_id
from sangyu.kit.month import Month
from sangyu.ledger.rules import BEIJING
from sangyu.ledger.verify import verify

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
SECOND_OF_DECEMBER = datetime(2026, 12, 2, 2, tzinfo=BEIJING)


def credit(cast, month=NOVEMBER):
    found = benefits_read.credit(cast.programme.pk, FUND, cast.li.pk, month.first_day)
    return found.granted_fen, found.used_fen, found.left_fen


def lapse(cast, *, at=SECOND_OF_DECEMBER, month=NOVEMBER, programme_id=None):
    return benefits.lapse_credits(programme_id=programme_id or cast.programme.pk, month=month, by=cast.clock, at=at)


def served(cast, item):
    order = cast.order(item=item)
    benefits.charge(
        order_id=order.pk,
        elder=cast.li,
        enterprise=cast.kangan,
        item=item,
        quote=Quote.from_json(order.quote),
        service_on=date(2026, 11, 10),
        by=cast.zhao_user,
        at=cast.at,
    )


@standing
def errand(cast):
    return cast.item("SH002", "代购", minutes=30, market_price_fen=20_00)


@pytest.mark.proves("LZ-47")
def test_what_is_left_of_november_is_gone_in_december(cast, errand):
    served(cast, errand)
    assert credit(cast) == (50_00, 16_00, 34_00)
    assert lapse(cast) == 1
    assert credit(cast)[2] == 0
    assert cast.order(days=22).public_fen == 50_00, "December has fifty yuan, not eighty-four"
    assert verify(cast.programme.pk) == []


def test_lapsing_again_takes_nothing_more(cast, errand):
    served(cast, errand)
    lapse(cast)
    assert lapse(cast) == 0
    assert verify(cast.programme.pk) == []


def test_a_credit_that_is_used_up_has_nothing_to_lapse(cast):
    cast.visited()
    assert lapse(cast) == 0


def test_what_is_still_promised_to_an_order_lapses_once_the_order_is_over(cast, errand):
    order = cast.order(item=errand)
    assert lapse(cast) == 0
    benefits.release(
        order_id=order.pk,
        quote=Quote.from_json(order.quote),
        reason="取消",
        by=cast.ma,
        at=SECOND_OF_DECEMBER,
    )
    assert lapse(cast) == 1
    assert credit(cast)[2] == 0


def test_a_month_that_is_not_over_is_left_alone(cast, errand):
    cast.order(item=errand)
    with pytest.raises(MonthNotOver, match="2026-11还没有结束，额度要到2026-12-01才能失效"):
        lapse(cast, at=datetime(2026, 11, 30, 23, 59, tzinfo=BEIJING))
    assert credit(cast) == (50_00, 16_00, 34_00)


def test_other_months_and_other_programmes_are_left_alone(cast, errand):
    served(cast, errand)
    assert lapse(cast, month=Month(2026, 10)) == 0
    assert lapse(cast, programme_id=new_id()) == 0
    assert credit(cast)[2] == 34_00


def test_a_credit_raised_within_the_month_is_topped_up_on_the_books(cast, errand):
    first = cast.order(item=errand)
    assert first.public_fen == 16_00
    quote = Quote.from_json(first.quote)
    raised = Quote(**{**vars(quote), "credit_granted_fen": 60_00})
    order_id = new_id()
    benefits.reserve(order_id=order_id, elder=cast.li, quote=raised, on=date(2026, 11, 20), by=cast.ma, at=cast.at)
    assert credit(cast) == (60_00, 32_00, 28_00)
    assert verify(cast.programme.pk) == []
