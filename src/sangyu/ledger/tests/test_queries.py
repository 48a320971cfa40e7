from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import Leg, Reference
from sangyu.ledger.tests.cast import (
    APPROPRIATION,
    CHENGGUAN,
    CREDIT,
    CREDIT_SOURCE,
    CREDIT_USED,
    FINANCE,
    GRANDMOTHER_LI,
    NOON,
    TODAY,
    TREASURY,
    XIASHAN,
    grant,
    move,
    reserve,
)

pytestmark = pytest.mark.django_db


def book(amount_fen: int, *, days: int):
    return ledger.transfer(
        id=new_id(),
        programme_id=CHENGGUAN,
        kind="GRANT",
        legs=[Leg(TREASURY, -amount_fen), Leg(APPROPRIATION, amount_fen)],
        cause=Reference("GRANT", new_id()),
        service_on=TODAY,
        at=NOON + timedelta(days=days),
        by_id=FINANCE,
    )


def test_an_account_nobody_has_used_is_empty():
    balance = ledger_read.balance(CREDIT)
    assert (balance.balance_fen, balance.held_fen, balance.available_fen, balance.floor_fen) == (0, 0, 0, 0)


def test_balances_are_narrowed_by_kind_period_fund_and_party():
    grant(5000)
    neighbour = replace(CREDIT, party_id=new_id())
    move(CREDIT_SOURCE, neighbour, 300)
    move(replace(CREDIT_SOURCE, programme_id=XIASHAN), replace(CREDIT, programme_id=XIASHAN), 700)
    reserve(100)

    def found(**narrowed):
        return {(of.account, of.balance_fen, of.held_fen) for of in ledger_read.balances(CHENGGUAN, **narrowed)}

    credit, other, source = (CREDIT, 5000, 100), (neighbour, 300, 0), (CREDIT_SOURCE, -5300, 0)
    assert found() == {credit, other, source}
    assert found(kind="ELDER_CREDIT", period="2026-11", fund="DISTRICT") == {credit, other}
    assert found(party_ids=[GRANDMOTHER_LI]) == {credit}
    assert found(period="2026-12") == set()


def test_a_statement_runs_from_its_opening_to_its_closing_balance():
    for days, amount_fen in enumerate((100, 200, 400)):
        book(amount_fen, days=days)

    whole = ledger_read.statement(APPROPRIATION)
    assert [(line.amount_fen, line.balance_fen) for line in whole.lines] == [(100, 100), (200, 300), (400, 700)]
    assert (whole.opening_fen, whole.closing_fen) == (0, 700)

    middle = ledger_read.statement(APPROPRIATION, since=NOON + timedelta(days=1), until=NOON + timedelta(days=2))
    assert (middle.opening_fen, [line.amount_fen for line in middle.lines], middle.closing_fen) == (100, [200], 300)


def test_a_statement_without_movement_closes_as_it_opened():
    book(100, days=0)
    later = ledger_read.statement(APPROPRIATION, since=NOON + timedelta(days=5))
    assert (later.opening_fen, later.lines, later.closing_fen) == (100, [], 100)


def test_a_trace_shows_open_holds_too_and_stays_inside_the_programme():
    grant(5000)
    hold = reserve(1000)
    traced = ledger_read.trace(hold.cause, programme_id=CHENGGUAN)
    assert [(found.hold, found.account, found.end) for found in traced.holds] == [(hold, CREDIT, None)]
    assert ledger_read.trace(hold.cause, programme_id=XIASHAN).holds == []


def test_a_spent_right_is_seen_on_both_sides():
    grant(5000)
    move(CREDIT, CREDIT_USED, 1200)
    assert ledger_read.statement(CREDIT).closing_fen == 3800
    assert ledger_read.statement(CREDIT_USED).closing_fen == 1200
