from __future__ import annotations

import pytest
from tests.cast import FUND, Cast
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import BudgetGone, NotMoney, ReasonMissing, SameKeyOtherSum
from sangyu.kit.errors import NotFound


@pytest.fixture
def poor(db) -> Cast:
    """Chengguan with less money than one order needs."""
    return Cast(budget_fen=49_99)


def override(cast, *, amount_fen=100_00, reason="重阳节集中服务，区政府批示", by=None, key="1"):
    return budget.override(
        programme=cast.programme,
        fund=FUND,
        year=2026,
        amount_fen=amount_fen,
        reason=reason,
        by=by or cast.head,
        at=cast.at,
        key=key,
    )


@pytest.mark.proves("LZ-52")
def test_an_order_that_the_money_does_not_reach_goes_through_once_the_bureau_says_why(poor):
    with pytest.raises(BudgetGone, match=r"2026年补贴预算可用49.99元，本次需要占用50.00元.*民政局写明理由"):
        poor.order()
    override(poor)
    order = poor.order()
    assert (order.elder_fen, order.public_fen) == (14_00, 50_00)
    position = budget_read.position(poor.head, FUND, poor.at.date())
    assert (position.appropriated_fen, position.overridden_fen) == (49_99, 100_00)
    assert (position.held_fen, position.available_fen) == (50_00, 99_99)


def test_the_same_override_counts_once(poor):
    assert override(poor) == override(poor)
    assert budget_read.position(poor.head, FUND, poor.at.date()).available_fen == 149_99


def test_another_sum_under_the_same_key_is_refused(poor):
    override(poor)
    with pytest.raises(SameKeyOtherSum, match=r"100.00元.*内容却不同"):
        override(poor, amount_fen=100_01)


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.proves("LZ-52")
def test_an_override_without_a_reason_is_refused(poor, reason):
    with pytest.raises(ReasonMissing, match="必须写明理由"):
        override(poor, reason=reason)


def test_an_override_of_nothing_is_refused(poor):
    with pytest.raises(NotMoney, match="大于0元"):
        override(poor, amount_fen=0)


def test_nobody_but_the_bureau_may(poor):
    for by in (poor.qian, poor.feng, poor.ma, poor.auditor, poor.kangan_user):
        with pytest.raises(NotAllowed, match="可办理的岗位：民政局"):
            override(poor, by=by)


def test_the_bureau_next_door_may_not_either(poor):
    with pytest.raises(NotFound):
        override(poor, by=Neighbour(poor.at).head)
    assert budget_read.position(poor.head, FUND, poor.at.date()).available_fen == 49_99
