from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.cast import FUND, Cast
from tests.race import race, won_and_refused

from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import BudgetGone
from sangyu.kit.ids import new_id
from sangyu.ledger.rules import Reference
from sangyu.ledger.verify import verify


def reserve(cast, amount_fen, *, hold_id=None, on=date(2026, 11, 10)):
    hold_id = hold_id or new_id()
    budget.reserve(
        hold_id=hold_id,
        programme_id=cast.programme.pk,
        fund=FUND,
        on=on,
        amount_fen=amount_fen,
        cause=Reference("ORDER", hold_id),
        by_id=cast.ma.pk,
        at=cast.at,
    )


def figures(cast):
    position = budget_read.position(cast.qian, FUND, cast.at.date())
    return position.held_fen, position.paid_fen, position.available_fen


def test_a_reserved_sum_is_held_and_no_longer_available(db):
    cast = Cast(budget_fen=100_00)
    reserve(cast, 30_00)
    assert figures(cast) == (30_00, 0, 70_00)


def test_reserving_again_under_one_id_holds_once(db):
    cast, hold_id = Cast(budget_fen=100_00), new_id()
    for _ in range(2):
        reserve(cast, 30_00, hold_id=hold_id)
    assert figures(cast) == (30_00, 0, 70_00)


@pytest.mark.proves("LZ-52")
def test_the_last_fen_can_be_had_and_not_one_more(db):
    cast = Cast(budget_fen=100_00)
    reserve(cast, 100_00)
    with pytest.raises(BudgetGone, match=r"可用0.00元，本次需要占用0.01元，不能下单.*追加预算"):
        reserve(cast, 1)
    assert figures(cast) == (100_00, 0, 0)


def test_a_service_in_a_year_without_money_is_refused(db):
    with pytest.raises(BudgetGone, match=r"2027年补贴预算可用0.00元"):
        reserve(Cast(), 1, on=date(2027, 1, 1))


@pytest.mark.django_db(transaction=True)
def test_the_last_money_goes_to_exactly_one_of_two_at_once():
    cast = Cast(budget_fen=100_00)
    won, refused = won_and_refused(race(*[partial(reserve, cast, 60_00)] * 2))
    assert len(won) == 1
    assert [type(refusal) for refusal in refused] == [BudgetGone]
    assert figures(cast) == (60_00, 0, 40_00)
    assert verify(cast.programme.pk) == []
