"""Two people, one fen: real threads on real connections, which is the only proof a lock has."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import HoldEnd, Journal
from sangyu.ledger.rules import AlreadyReversed, HoldEnded, HoldPosting, NotEnough, SameIdOtherBody
from sangyu.ledger.tests.cast import (
    AGENT_MA,
    CREDIT,
    CREDIT_SOURCE,
    FINANCE,
    NOON,
    PAYABLE,
    TODAY,
    an_order,
    grant,
    move,
    reserve,
)
from sangyu.ledger.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def race(*verbs: Callable[[], Any]) -> list[Any]:
    """Run verbs at the same moment, each on its own connection. Shape: what each returned or was refused with."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            return verb()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(run, verbs))


def test_two_holds_for_the_last_fen_one_wins():
    for n in range(ROUNDS):
        account = replace(CREDIT, party_id=new_id())
        move(CREDIT_SOURCE, account, 1)
        outcomes = race(*[partial(reserve, 1, account=account)] * 2)
        assert sorted(isinstance(outcome, NotEnough) for outcome in outcomes) == [False, True], f"round {n}"
        assert ledger_read.balance(account).available_fen == 0
    assert verify() == []


def test_a_double_click_books_once():
    for _ in range(ROUNDS):
        key, cause = new_id(), an_order()
        outcomes = race(*[partial(move, CREDIT_SOURCE, CREDIT, 5000, key=key, cause=cause)] * 4)
        assert {outcome.pk for outcome in outcomes} == {key}
    assert Journal.objects.count() == ROUNDS
    assert ledger_read.balance(CREDIT).balance_fen == ROUNDS * 5000


def test_one_id_for_two_wishes_serves_the_first_only():
    for _ in range(ROUNDS):
        key = new_id()
        elders = [replace(CREDIT, party_id=new_id()) for _ in range(2)]
        outcomes = race(*(partial(move, CREDIT_SOURCE, elder, 5000, key=key) for elder in elders))
        assert sum(isinstance(outcome, SameIdOtherBody) for outcome in outcomes) == 1
    assert verify() == []


def test_whoever_waited_for_the_same_id_looks_again_and_says_which_wish_it_serves():
    key, first, second = new_id(), replace(CREDIT, party_id=new_id()), replace(CREDIT, party_id=new_id())
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            move(CREDIT_SOURCE, first, 5000, key=key)
            other = threads.submit(race, partial(move, replace(CREDIT_SOURCE, fund="OTHER"), second, 5000, key=key))
            wait_until_somebody_waits()
        (refusal,) = other.result(timeout=60)
    assert isinstance(refusal, SameIdOtherBody)
    assert verify() == []


def wait_until_somebody_waits() -> None:
    """Return when another connection waits for a row that this one has not committed."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits: the two wishes do not meet")


def test_posting_and_voiding_the_same_hold_at_once_one_wins():
    for _ in range(ROUNDS):
        grant(2000)
        hold = reserve(2000)
        outcomes = race(
            partial(ledger.post_hold, hold_id=hold.pk, to=PAYABLE, service_on=TODAY, at=NOON, by_id=FINANCE),
            partial(ledger.void_hold, hold_id=hold.pk, reason="取消", at=NOON, by_id=AGENT_MA),
            partial(ledger.expire_holds, at=NOON),
        )
        assert sum(isinstance(outcome, HoldEnded) for outcome in outcomes) == 1
        assert HoldEnd.objects.filter(hold=hold).count() == 1
    assert verify() == []


def test_two_reversals_of_one_journal_one_wins():
    for _ in range(ROUNDS):
        mistaken = grant(1000)
        reverse = partial(ledger.reverse, journal_id=mistaken.pk, reason="重复", at=NOON, by_id=FINANCE)
        outcomes = race(partial(reverse, id=new_id()), partial(reverse, id=new_id()))
        assert sum(isinstance(outcome, AlreadyReversed | NotEnough) for outcome in outcomes) == 1
    assert ledger_read.balance(CREDIT).balance_fen == 0


def test_batches_over_the_same_accounts_in_opposite_order_do_not_deadlock():
    elders = [replace(CREDIT, party_id=new_id()) for _ in range(10)]
    for elder in elders:
        move(CREDIT_SOURCE, elder, 100 * ROUNDS)
    for _ in range(ROUNDS // 2):
        forth = [HoldPosting(reserve(100, account=elder).pk, PAYABLE, TODAY) for elder in elders]
        back = [HoldPosting(reserve(100, account=elder).pk, PAYABLE, TODAY) for elder in reversed(elders)]
        race(
            partial(ledger.post_holds, items=forth, at=NOON, by_id=FINANCE),
            partial(ledger.post_holds, items=back, at=NOON, by_id=FINANCE),
        )
    assert ledger_read.balance(PAYABLE).balance_fen == 1000 * ROUNDS
    assert verify() == []
