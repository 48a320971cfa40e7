from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import HoldEnd, Journal
from sangyu.ledger.rules import BadJournal, HoldEnded, HoldPosting, Leg, NoSuchHold, ReasonMissing, SameIdOtherBody
from sangyu.ledger.tests.cast import (
    AGENT_MA,
    APPROPRIATION,
    CHENGGUAN,
    CREDIT,
    FINANCE,
    MINUTE,
    NOON,
    PAYABLE,
    TODAY,
    TREASURY,
    XIASHAN,
    grant,
    move,
    reserve,
)

pytestmark = pytest.mark.django_db


def post(hold, posted_fen=None, *, reason="", to=PAYABLE, at=NOON):
    return ledger.post_hold(
        hold_id=hold.pk,
        to=to,
        service_on=TODAY,
        at=at,
        by_id=FINANCE,
        posted_fen=posted_fen,
        reason=reason,
        rule_version="chengguan-2026.1",
    )


def test_a_posted_hold_becomes_a_transfer_with_the_cause_of_the_hold():
    grant(5000)
    hold = reserve(2000)
    end = post(hold)

    assert (end.kind, end.posted_fen, end.voided_fen) == (HoldEnd.Kind.POSTED, 2000, 0)
    credit, payable = ledger_read.balance(CREDIT), ledger_read.balance(PAYABLE)
    assert (credit.balance_fen, credit.held_fen, payable.balance_fen) == (3000, 0, 2000)
    traced = ledger_read.trace(hold.cause, programme_id=CHENGGUAN)
    assert [(held.hold, held.end) for held in traced.holds] == [(hold, end)]
    assert [found.legs for found in traced.journals] == [[Leg(CREDIT, -2000), Leg(PAYABLE, 2000)]]
    assert traced.journals[0].journal.rule_version == "chengguan-2026.1"


def test_what_is_not_posted_is_released_with_a_reason():
    grant(5000)
    end = post(reserve(2000), 1500, reason="服务时长不足，核减5元")
    assert (end.posted_fen, end.voided_fen) == (1500, 500)
    assert ledger_read.balance(CREDIT).available_fen == 3500


def test_releasing_a_part_without_a_reason_is_refused():
    grant(5000)
    with pytest.raises(ReasonMissing, match=r"5\.00 元"):
        post(reserve(2000), 1500, reason=" ")


@pytest.mark.parametrize("posted_fen", [-1, 2001])
def test_no_more_is_posted_than_was_held_and_no_less_than_nothing(posted_fen):
    grant(5000)
    with pytest.raises(BadJournal, match=r"0 至预留金额 20\.00 元之间"):
        post(reserve(2000), posted_fen, reason="核减")


def test_posting_nothing_voids_the_hold():
    grant(5000)
    end = post(reserve(2000), 0, reason="服务未通过核验")
    assert (end.kind, end.posted_fen, end.voided_fen, end.journal_id) == (HoldEnd.Kind.VOIDED, 0, 2000, None)
    assert Journal.objects.count() == 1


def test_a_repeat_returns_the_first_end_and_pays_nothing_more():
    grant(5000)
    hold = reserve(2000)
    first, again = post(hold), post(hold, at=NOON + MINUTE)
    assert (again, again.at) == (first, NOON)
    assert ledger_read.balance(PAYABLE).balance_fen == 2000


def test_posting_to_somebody_else_is_not_a_repeat():
    grant(5000)
    hold = reserve(2000)
    post(hold)
    with pytest.raises(SameIdOtherBody):
        post(hold, to=replace(PAYABLE, party_id=new_id()))


def test_an_ended_hold_cannot_end_otherwise():
    grant(5000)
    hold = reserve(2000)
    post(hold)
    with pytest.raises(HoldEnded, match=r"入账 20\.00 元"):
        ledger.void_hold(hold_id=hold.pk, reason="取消", at=NOON, by_id=AGENT_MA)
    with pytest.raises(HoldEnded):
        post(hold, 1000, reason="核减")


def test_a_hold_nobody_placed_is_not_found():
    with pytest.raises(NoSuchHold):
        ledger.post_hold(hold_id=new_id(), to=PAYABLE, service_on=TODAY, at=NOON, by_id=FINANCE)


def test_money_does_not_cross_programmes():
    grant(5000)
    with pytest.raises(BadJournal, match="同一运营主体"):
        post(reserve(2000), to=replace(PAYABLE, programme_id=XIASHAN))


def test_a_batch_settles_many_holds_and_repeats_without_effect():
    move(TREASURY, APPROPRIATION, 10_000)
    holds = [reserve(fen, account=APPROPRIATION) for fen in (100, 200, 300)]
    items = [
        HoldPosting(holds[0].pk, PAYABLE, TODAY),
        HoldPosting(holds[1].pk, PAYABLE, TODAY, posted_fen=150, reason="核减"),
        HoldPosting(holds[2].pk, PAYABLE, TODAY, posted_fen=0, reason="未通过核验"),
    ]
    first = ledger.post_holds(items=items[:2], at=NOON, by_id=FINANCE)
    both = ledger.post_holds(items=items, at=NOON, by_id=FINANCE)

    assert both[:2] == first
    assert [(end.posted_fen, end.voided_fen) for end in both] == [(100, 0), (150, 50), (0, 300)]
    appropriation = ledger_read.balance(APPROPRIATION)
    assert (appropriation.balance_fen, appropriation.held_fen) == (9750, 0)
    assert ledger_read.balance(PAYABLE).balance_fen == 250


def test_a_batch_with_one_bad_line_posts_nothing():
    move(TREASURY, APPROPRIATION, 10_000)
    hold = reserve(100, account=APPROPRIATION)
    with pytest.raises(NoSuchHold):
        ledger.post_holds(
            items=[HoldPosting(hold.pk, PAYABLE, TODAY), HoldPosting(new_id(), PAYABLE, TODAY)], at=NOON, by_id=FINANCE
        )
    with pytest.raises(BadJournal, match="两次"):
        ledger.post_holds(items=[HoldPosting(hold.pk, PAYABLE, TODAY)] * 2, at=NOON, by_id=FINANCE)
    assert not HoldEnd.objects.exists()


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size():
    move(TREASURY, APPROPRIATION, 10_000)

    def statements(size: int) -> int:
        items = [HoldPosting(reserve(1, account=APPROPRIATION).pk, PAYABLE, TODAY) for _ in range(size)]
        with CaptureQueriesContext(connection) as queries:
            ledger.post_holds(items=items, at=NOON, by_id=FINANCE)
        return len(queries)

    ledger.open_account(key=PAYABLE)
    assert statements(40) == statements(2)
