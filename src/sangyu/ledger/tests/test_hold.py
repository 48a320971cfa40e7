from __future__ import annotations

import pytest

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Hold
from sangyu.ledger.rules import BadJournal, HoldDraft, NotEnough, SameIdOtherBody
from sangyu.ledger.tests.cast import (
    AGENT_MA,
    APPROPRIATION,
    CREDIT,
    CREDIT_USED,
    MINUTE,
    NOON,
    TREASURY,
    an_order,
    grant,
    move,
    reserve,
)

pytestmark = pytest.mark.django_db


def test_held_money_stays_on_the_account_and_is_not_available():
    grant(5000)
    reserve(2000)
    balance = ledger_read.balance(CREDIT)
    assert (balance.balance_fen, balance.held_fen, balance.available_fen) == (5000, 2000, 3000)


def test_held_money_cannot_be_held_or_moved_again():
    grant(5000)
    reserve(4000)
    with pytest.raises(NotEnough, match=r"可用 10\.00 元，本次需要 15\.00 元，还差 5\.00 元"):
        reserve(1500)
    with pytest.raises(NotEnough):
        move(CREDIT, CREDIT_USED, 1001)


def test_a_repeat_returns_the_first_hold_and_holds_nothing_more():
    grant(5000)
    first = reserve(2000)
    again = ledger.hold(
        id=first.pk, account=CREDIT, amount_fen=2000, cause=first.cause, at=NOON + MINUTE, by_id=AGENT_MA
    )
    assert (again, again.at) == (first, NOON)
    assert ledger_read.balance(CREDIT).held_fen == 2000


def test_a_repeat_after_the_hold_ended_does_not_hold_again():
    grant(5000)
    first = reserve(2000)
    ledger.void_hold(hold_id=first.pk, reason="老人取消", at=NOON, by_id=AGENT_MA)
    assert reserve(2000, key=first.pk, cause=first.cause) == first
    assert ledger_read.balance(CREDIT).held_fen == 0


def test_the_same_id_with_another_sum_is_refused():
    grant(5000)
    first = reserve(2000)
    with pytest.raises(SameIdOtherBody):
        reserve(2001, key=first.pk, cause=first.cause)


@pytest.mark.parametrize("amount_fen", [0, -1, 10**15])
def test_a_hold_needs_a_sensible_sum(amount_fen):
    with pytest.raises(BadJournal):
        reserve(amount_fen)


def test_an_order_paid_from_two_accounts_holds_both_or_none():
    grant(5000)
    move(TREASURY, APPROPRIATION, 100)
    cause = an_order()

    def drafts(appropriation_fen: int) -> list[HoldDraft]:
        return [
            HoldDraft(new_id(), CREDIT, 3000, cause, NOON, AGENT_MA),
            HoldDraft(new_id(), APPROPRIATION, appropriation_fen, cause, NOON, AGENT_MA),
        ]

    with pytest.raises(NotEnough, match="补贴资金指标"):
        ledger.hold_all(drafts=drafts(101))
    assert not Hold.objects.exists()
    assert ledger_read.balance(CREDIT).held_fen == 0

    ledger.hold_all(drafts=drafts(100))
    assert [ledger_read.balance(key).held_fen for key in (CREDIT, APPROPRIATION)] == [3000, 100]


def test_open_holds_of_an_account_are_listed_until_they_end():
    grant(5000)
    kept, ended = reserve(1000), reserve(500)
    ledger.void_hold(hold_id=ended.pk, reason="老人取消", at=NOON, by_id=AGENT_MA)
    assert ledger_read.open_holds(CREDIT) == [kept]
