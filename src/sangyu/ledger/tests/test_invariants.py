"""The books against a naive model: random acts, repeats and crashes, with the invariants checked after each step.

The model is lists and sums; it shares no code with the ledger and knows no database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Entry, Hold, HoldEnd, Journal
from sangyu.ledger.rules import (
    AccountKey,
    AlreadyReversed,
    HoldEnded,
    Leg,
    NotEnough,
    NotReversible,
    Reference,
    SameIdOtherBody,
)
from sangyu.ledger.tests.cast import CHENGGUAN, FINANCE, MINUTE, NOON, TODAY
from sangyu.ledger.verify import verify

NAMES = ("TREASURY", "APPROPRIATION", "ELDER_CREDIT", "PROVIDER_PAYABLE")
SOURCES = {"TREASURY"}
FEN = st.integers(1, 60)


@dataclass
class ModelJournal:
    id: Any
    legs: dict[str, int]
    reverses: Any = None
    of_hold: bool = False


@dataclass
class ModelHold:
    id: Any
    account: str
    amount: int
    expires: int | None
    ended: tuple[str, int] | None = None


@dataclass
class Model:
    journals: list[ModelJournal] = field(default_factory=list)
    holds: list[ModelHold] = field(default_factory=list)

    def plain(self) -> list[ModelJournal]:
        return [journal for journal in self.journals if not journal.reverses and not journal.of_hold]

    def balance(self, name: str) -> int:
        return sum(journal.legs.get(name, 0) for journal in self.journals)

    def held(self, name: str) -> int:
        return sum(hold.amount for hold in self.holds if hold.account == name and hold.ended is None)

    def can_take(self, name: str, amount: int) -> bool:
        return name in SOURCES or amount <= self.balance(name) - self.held(name)

    def can_book(self, legs: dict[str, int]) -> bool:
        return all(amount > 0 or self.can_take(name, -amount) for name, amount in legs.items())


class Killed(Exception):
    pass


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.numbers = count()
        self.now = 0
        self.seen: dict[Any, tuple[Any, ...]] = {}
        self.accounts = {name: AccountKey(CHENGGUAN, "DISTRICT", name, "2026") for name in NAMES}
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self) -> None:
        try:
            assert verify() == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def fresh_id(self) -> Any:
        return derived_id("invariants", next(self.numbers))

    def book(self, key: Any, legs: dict[str, int]) -> Journal:
        return ledger.transfer(
            id=key,
            programme_id=CHENGGUAN,
            kind="GRANT",
            legs=[Leg(self.accounts[name], amount) for name, amount in legs.items()],
            cause=Reference("TEST", key),
            service_on=TODAY,
            at=NOON + self.now * MINUTE,
            by_id=FINANCE,
        )

    @transaction.atomic
    def book_and_die(self, key: Any, legs: dict[str, int]) -> None:
        self.book(key, legs)
        raise Killed

    def place(self, key: Any, name: str, amount: int, expires: int | None) -> Hold:
        return ledger.hold(
            id=key,
            account=self.accounts[name],
            amount_fen=amount,
            cause=Reference("TEST", key),
            at=NOON + self.now * MINUTE,
            by_id=FINANCE,
            expires_at=None if expires is None else NOON + expires * MINUTE,
        )

    @rule(
        source=st.sampled_from(NAMES),
        others=st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
        amount=FEN,
        killed=st.booleans(),
    )
    def transfer(self, source: str, others: list[str], amount: int, killed: bool) -> None:
        if source in others:
            return
        legs = {source: -amount * len(others)} | dict.fromkeys(others, amount)
        key = self.fresh_id()
        if not self.model.can_book(legs):
            with pytest.raises(NotEnough):
                self.book(key, legs)
        elif killed:
            with pytest.raises(Killed):
                self.book_and_die(key, legs)
        else:
            self.book(key, legs)
            self.model.journals.append(ModelJournal(key, legs))

    @precondition(lambda self: self.model.plain())
    @rule(data=st.data(), change=st.booleans())
    def repeat_a_transfer(self, data: st.DataObject, change: bool) -> None:
        journal = data.draw(st.sampled_from(self.model.plain()))
        if change:
            with pytest.raises(SameIdOtherBody):
                self.book(journal.id, {name: amount * 2 for name, amount in journal.legs.items()})
        else:
            assert self.book(journal.id, journal.legs).pk == journal.id

    @precondition(lambda self: self.model.journals)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        journal = data.draw(st.sampled_from(self.model.journals))
        legs = {name: -amount for name, amount in journal.legs.items()}
        expected: type[Refusal] | None = None
        if journal.reverses:
            expected = NotReversible
        elif any(other.reverses == journal.id for other in self.model.journals):
            expected = AlreadyReversed
        elif not self.model.can_book(legs):
            expected = NotEnough
        key = self.fresh_id()

        def verb() -> Journal:
            return ledger.reverse(
                id=key, journal_id=journal.id, reason="记错", at=NOON + self.now * MINUTE, by_id=FINANCE
            )

        if expected:
            with pytest.raises(expected):
                verb()
        else:
            assert verb() == verb()
            self.model.journals.append(ModelJournal(key, legs, reverses=journal.id))

    @rule(name=st.sampled_from(NAMES), amount=FEN, minutes=st.none() | st.integers(1, 3))
    def hold(self, name: str, amount: int, minutes: int | None) -> None:
        key, expires = self.fresh_id(), None if minutes is None else self.now + minutes
        if not self.model.can_take(name, amount):
            with pytest.raises(NotEnough):
                self.place(key, name, amount, expires)
        else:
            self.place(key, name, amount, expires)
            self.model.holds.append(ModelHold(key, name, amount, expires))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), change=st.booleans())
    def repeat_a_hold(self, data: st.DataObject, change: bool) -> None:
        hold = data.draw(st.sampled_from(self.model.holds))
        if change:
            with pytest.raises(SameIdOtherBody):
                self.place(hold.id, hold.account, hold.amount + 1, hold.expires)
        else:
            assert self.place(hold.id, hold.account, hold.amount, hold.expires).pk == hold.id

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), share=st.integers(0, 4))
    def post(self, data: st.DataObject, share: int) -> None:
        hold = data.draw(st.sampled_from(self.model.holds))
        if hold.account == "PROVIDER_PAYABLE":
            return
        posted = hold.amount * share // 4
        outcome = ("POSTED", posted) if posted else ("VOIDED", 0)

        def verb() -> HoldEnd:
            return ledger.post_hold(
                hold_id=hold.id,
                to=self.accounts["PROVIDER_PAYABLE"],
                service_on=TODAY,
                at=NOON + self.now * MINUTE,
                by_id=FINANCE,
                posted_fen=posted,
                reason="核减",
            )

        if hold.ended is None:
            end = verb()
            assert verb() == end
            hold.ended = outcome
            if posted:
                self.model.journals.append(
                    ModelJournal(end.journal_id, {hold.account: -posted, "PROVIDER_PAYABLE": posted}, of_hold=True)
                )
        elif hold.ended == outcome:
            verb()
        else:
            with pytest.raises(HoldEnded):
                verb()

    def void(self, hold: ModelHold, reason: str) -> HoldEnd:
        return ledger.void_hold(hold_id=hold.id, reason=reason, at=NOON + self.now * MINUTE, by_id=FINANCE)

    @precondition(lambda self: any(hold.ended is None for hold in self.model.holds))
    @rule(data=st.data())
    def void_an_open_hold(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from([hold for hold in self.model.holds if hold.ended is None]))
        self.void(hold, "核减")
        hold.ended = ("VOIDED", 0)

    @rule(minutes=st.integers(1, 3))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes
        ended = ledger.expire_holds(at=NOON + self.now * MINUTE)
        due = [
            hold
            for hold in self.model.holds
            if hold.ended is None and hold.expires is not None and hold.expires <= self.now
        ]
        assert {end.hold_id for end in ended} == {hold.id for hold in due}
        for hold in due:
            hold.ended = ("EXPIRED", 0)

    @invariant()
    def every_balance_is_what_the_model_says(self) -> None:
        balances = {balance.account: balance for balance in ledger_read.balances(CHENGGUAN)}
        for name, key in self.accounts.items():
            balance = balances.get(key) or ledger_read.balance(key)
            assert (balance.balance_fen, balance.held_fen) == (self.model.balance(name), self.model.held(name))
            assert name in SOURCES or balance.available_fen >= 0

    @invariant()
    def all_entries_add_up_to_nothing(self) -> None:
        assert sum(Entry.objects.values_list("amount_fen", flat=True)) == 0

    @invariant()
    def holds_end_as_the_model_says(self) -> None:
        assert {end.hold_id: (end.kind, end.posted_fen) for end in HoldEnd.objects.all()} == {
            hold.id: hold.ended for hold in self.model.holds if hold.ended
        }

    @invariant()
    def what_was_booked_never_changes(self) -> None:
        now = {row[0]: row for model in (Journal, Entry, Hold) for row in model.objects.values_list()}
        now |= {("end", row[0]): row for row in HoldEnd.objects.values_list()}
        assert self.seen.items() <= now.items()
        assert {journal.id for journal in self.model.journals} <= now.keys()
        self.seen = now


@pytest.mark.django_db
def test_random_acts_repeats_and_crashes_keep_every_invariant():
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
