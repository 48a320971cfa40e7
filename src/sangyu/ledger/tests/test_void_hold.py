from __future__ import annotations

import pytest

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import HoldEnd
from sangyu.ledger.rules import NoSuchHold, ReasonMissing, SameIdOtherBody
from sangyu.ledger.tests.cast import AGENT_MA, CREDIT, FINANCE, MINUTE, NOON, grant, reserve

pytestmark = pytest.mark.django_db


def void(hold, reason="老人取消预约", by_id=AGENT_MA):
    return ledger.void_hold(hold_id=hold.pk, reason=reason, at=NOON, by_id=by_id)


def test_a_voided_hold_gives_its_money_back():
    grant(5000)
    end = void(reserve(2000))
    assert (end.kind, end.posted_fen, end.voided_fen, end.reason) == ("VOIDED", 0, 2000, "老人取消预约")
    assert ledger_read.balance(CREDIT).available_fen == 5000


def test_a_void_says_why():
    grant(5000)
    with pytest.raises(ReasonMissing):
        void(reserve(2000), reason="  ")


def test_a_repeat_returns_the_first_end_and_releases_nothing_more():
    grant(5000)
    reserve(1000)
    hold = reserve(2000)
    assert void(hold) == void(hold)
    assert ledger_read.balance(CREDIT).held_fen == 1000


def test_somebody_else_voiding_the_same_hold_learns_that_it_is_done():
    grant(5000)
    hold = reserve(2000)
    void(hold)
    with pytest.raises(SameIdOtherBody, match="已由他人"):
        void(hold, by_id=FINANCE)


def test_a_hold_nobody_placed_is_not_found():
    with pytest.raises(NoSuchHold, match="没有找到预留"):
        ledger.void_hold(hold_id=new_id(), reason="取消", at=NOON, by_id=AGENT_MA)


def test_holds_end_by_themselves_when_their_time_is_up():
    grant(5000)
    due, at_the_minute = (reserve(100, expires_at=NOON + minutes * MINUTE) for minutes in (5, 10))
    reserve(200, expires_at=NOON + 11 * MINUTE)
    reserve(400)

    ended = ledger.expire_holds(at=NOON + 10 * MINUTE)

    assert [end.hold_id for end in ended] == [due.pk, at_the_minute.pk]
    assert {(end.kind, end.by_id) for end in ended} == {("EXPIRED", None)}
    assert ledger_read.balance(CREDIT).held_fen == 600
    assert ledger.expire_holds(at=NOON + 10 * MINUTE) == []


def test_a_hold_that_was_voided_does_not_expire_as_well():
    grant(5000)
    hold = reserve(2000, expires_at=NOON + MINUTE)
    void(hold)
    assert ledger.expire_holds(at=NOON + 2 * MINUTE) == []
    assert HoldEnd.objects.get(pk=hold.pk).kind == "VOIDED"


def test_a_frequent_round_looks_back_only_as_far_as_it_is_told():
    grant(5000)
    reserve(100, expires_at=NOON - 10 * MINUTE)
    recent = reserve(200, expires_at=NOON - MINUTE)
    assert [end.hold_id for end in ledger.expire_holds(at=NOON, since=NOON - 5 * MINUTE)] == [recent.pk]
