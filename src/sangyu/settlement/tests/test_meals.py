"""Meals on the month's statement: paid in full beside cut services, given back ones left out, the books in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import PARAMETERS, Cast

from sangyu.ledger.models import HoldEnd
from sangyu.meals import actions as meals
from sangyu.meals.models import SaleCharge
from sangyu.meals.tests.kitchen import NOON, Kitchen
from sangyu.policy import decide
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import Line, Payment, Withheld

STRICT = {"coefficient_table": [{"from_tenths": 0, "coefficient_pm": 800}]}


@pytest.fixture
def kitchen(db: None) -> Kitchen:
    """A kitchen in a programme where every score is paid at 80 %."""
    return Kitchen(Cast(parameters=STRICT))


def statement_of(kitchen: Kitchen, run):
    return settlement_read.statements(kitchen.cast.qian).get(run=run, enterprise=kitchen.cast.kangan)


def test_the_deduction_falls_on_services_only(kitchen):
    kitchen.cast.visited()
    for elder in (kitchen.cast.li, kitchen.cast.grandpa):
        kitchen.sell(elder)
    statement = statement_of(kitchen, kitchen.cast.drawn_up())
    services_fen = 5000
    assert (statement.orders, statement.meals, statement.meals_fen) == (1, 2, 1900)
    assert (statement.gross_fen, statement.deducted_fen) == (services_fen + 1900, services_fen * 200 // 1000)
    cut = dict(Line.objects.filter(statement=statement).values_list("charge__cause_kind", "deducted_fen"))
    assert cut == {"ORDER": 1000, "MEAL": 0}


def test_meals_alone_are_paid_whatever_the_score(kitchen):
    kitchen.sell(kitchen.cast.li)
    kitchen.sell(kitchen.cast.li, full_price_agreed=True)
    statement = statement_of(kitchen, kitchen.cast.drawn_up())
    assert (statement.orders, statement.meals) == (0, 2)
    assert (statement.charged_fen, statement.elder_fen) == (3000, 500 + 1500)
    assert (statement.gross_fen, statement.net_fen) == (1000, 1000)


def test_meals_are_cut_where_the_pack_says_all(db):
    kitchen = Kitchen(Cast(parameters={**STRICT, "coefficient_applies_to": "all"}))
    kitchen.cast.visited()
    kitchen.sell(kitchen.cast.li)
    statement = statement_of(kitchen, kitchen.cast.drawn_up())
    assert (statement.gross_fen, statement.net_fen) == (6000, 4800)
    cut = dict(Line.objects.filter(statement=statement).values_list("charge__cause_kind", "deducted_fen"))
    assert cut == {"ORDER": 1000, "MEAL": 200}


def test_a_meal_that_was_given_back_is_not_settled(kitchen):
    kitchen.sell(kitchen.cast.grandpa)
    mistake = kitchen.sell(kitchen.cast.li)
    meals.refund(sale_id=mistake.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    statement = statement_of(kitchen, kitchen.cast.drawn_up())
    assert (statement.meals, statement.gross_fen) == (1, 900)
    assert not Line.objects.filter(charge=SaleCharge.objects.get(sale=mistake).charge).exists()


def test_a_meal_needs_no_proof_of_a_visit(kitchen):
    kitchen.sell(kitchen.cast.li)
    kitchen.cast.drawn_up()
    assert not Withheld.objects.exists()


def test_what_was_kept_is_posted_and_paid_in_full(kitchen):
    kitchen.cast.visited(kitchen.cast.called_order())
    kept = kitchen.sell(kitchen.cast.grandpa)
    mistake = kitchen.sell(kitchen.cast.li)
    meals.refund(sale_id=mistake.pk, reason="刷错人", by=kitchen.he, at=NOON + timedelta(minutes=1))
    kitchen.cast.paid(kitchen.cast.drawn_up())
    assert Payment.objects.get(statement__enterprise=kitchen.cast.kangan).amount_fen == 4000 + 900
    assert HoldEnd.objects.get(hold_id=SaleCharge.objects.get(sale=kept).charge.hold_id).posted_fen == 900


@settings(deadline=None, max_examples=80)
@given(
    orders=st.lists(st.integers(0, 20_000), max_size=6),
    meals_fen=st.lists(st.sampled_from([0, 900, 1000, 1500]), min_size=1, max_size=6),
    score=st.integers(0, 1000),
    applies=st.sampled_from(["services", "all"]),
)
def test_what_meals_are_worth_alone_leaves_a_share_that_fits_the_orders(orders, meals_fen, score, applies):
    def worth(order_fen):
        facts = {"order_subsidies_fen": order_fen, "meal_subsidies_fen": meals_fen, "score_tenths": score}
        settings_ = {**PARAMETERS, "coefficient_applies_to": applies}
        return decide("lanzhou-chengguan", "settlement", facts, NOON.date(), settings_).amount_fen

    rest = worth(orders) - worth([])
    assert 0 <= rest <= sum(orders)
    assert sum(rules.spread(gross_fen=dict(enumerate(orders)), net_fen=rest).values()) == rest
    assert worth([]) == sum(meals_fen) or applies == "all"
