from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Account, Entry, Journal
from sangyu.ledger.rules import (
    AccountKey,
    BadJournal,
    JournalDraft,
    Leg,
    NotEnough,
    Reference,
    SameIdOtherBody,
)
from sangyu.ledger.tests.cast import (
    APPROPRIATION,
    BANK,
    CHENGGUAN,
    CREDIT,
    CREDIT_SOURCE,
    CREDIT_USED,
    FINANCE,
    MINUTE,
    NOON,
    PAYABLE,
    TODAY,
    TREASURY,
    XIASHAN,
    an_order,
    grant,
    move,
)

pytestmark = pytest.mark.django_db


def draft(*legs: Leg, **others) -> JournalDraft:
    wish = {"programme_id": CHENGGUAN, "kind": "GRANT", "service_on": TODAY, "at": NOON, "by_id": FINANCE}
    return JournalDraft(id=new_id(), legs=legs, cause=an_order(), **(wish | others))


def test_money_leaves_one_account_and_arrives_on_the_other():
    journal = move(TREASURY, APPROPRIATION, 123_450)

    assert ledger_read.balance(APPROPRIATION).balance_fen == 123_450
    assert ledger_read.balance(TREASURY).balance_fen == -123_450
    assert [entry.amount_fen for entry in Entry.objects.filter(journal=journal).order_by("n")] == [-123_450, 123_450]


def test_a_repeat_returns_the_first_journal_and_moves_nothing():
    first = grant()
    again = ledger.transfer(
        id=first.pk,
        programme_id=CHENGGUAN,
        kind="GRANT",
        legs=[Leg(CREDIT, 5000), Leg(CREDIT_SOURCE, -5000)],
        cause=first.cause,
        service_on=TODAY,
        at=NOON + MINUTE,
        by_id=FINANCE,
    )

    assert (again, again.posted_at) == (first, NOON)
    assert ledger_read.balance(CREDIT).balance_fen == 5000


def test_the_same_id_with_another_sum_is_refused_without_effect():
    first = grant()
    with pytest.raises(SameIdOtherBody, match="未作任何改动"):
        move(CREDIT_SOURCE, CREDIT, 5001, key=first.pk, cause=first.cause)
    assert ledger_read.balance(CREDIT).balance_fen == 5000


def test_nothing_falls_below_its_floor_and_the_refusal_carries_the_figures():
    grant(1000)
    with pytest.raises(NotEnough) as refused:
        move(CREDIT, CREDIT_USED, 1250)

    assert str(refused.value).startswith("老人服务额度余额不足：可用 10.00 元，本次需要 12.50 元，还差 2.50 元。")
    assert (refused.value.available_fen, refused.value.needed_fen) == (1000, 1250)
    assert Journal.objects.filter(programme_id=CHENGGUAN).count() == 1
    assert ledger_read.balance(CREDIT_USED).balance_fen == 0


def test_the_database_itself_refuses_a_cache_below_the_floor():
    grant(1000)
    with pytest.raises(IntegrityError, match="ledger_account_floor"), transaction.atomic():
        Account.objects.filter(pk=CREDIT.id).update(debit_fen=1001)


def test_a_source_may_go_below_zero_without_end():
    move(BANK, PAYABLE, 10**12)
    assert ledger_read.balance(BANK).balance_fen == -(10**12)


def test_a_kind_nobody_has_described_may_not_fall_below_zero():
    strange = AccountKey(CHENGGUAN, "DISTRICT", "DONATED_RICE")
    with pytest.raises(NotEnough):
        move(strange, BANK, 1)


@pytest.mark.parametrize(
    ("legs", "why"),
    [
        ([Leg(TREASURY, -5), Leg(APPROPRIATION, 4)], "相差 -0.01 元"),
        ([Leg(TREASURY, -5)], "至少要有两个账户"),
        ([Leg(TREASURY, 0), Leg(APPROPRIATION, 0)], "大于零"),
        ([Leg(TREASURY, -(10**15)), Leg(APPROPRIATION, 10**15)], "小于"),
        ([Leg(replace(TREASURY, programme_id=XIASHAN), -5), Leg(APPROPRIATION, 5)], "同一运营主体"),
    ],
)
def test_a_journal_that_cannot_be_one_is_refused(legs, why):
    with pytest.raises(BadJournal, match=why):
        draft(*legs)


@pytest.mark.parametrize("code", ["", "elder", "A B", "A;B", "A" * 41])
def test_a_code_that_would_not_survive_an_export_is_refused(code):
    with pytest.raises(BadJournal):
        AccountKey(CHENGGUAN, "DISTRICT", code)


@pytest.mark.parametrize("period", ["26", "2026-13", "2026-1", "2026/11"])
def test_a_period_is_a_year_a_month_or_nothing(period):
    with pytest.raises(BadJournal, match="期间"):
        AccountKey(CHENGGUAN, "DISTRICT", "BANK", period)


def test_a_journal_counts_in_the_beijing_month_of_its_booking():
    journal = ledger.transfer_all(
        drafts=[
            draft(Leg(TREASURY, -5), Leg(APPROPRIATION, 5), at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC)),
        ]
    )[0]
    assert (journal.period, journal.service_on) == ("2026-12", TODAY)


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="aware"):
        draft(Leg(TREASURY, -5), Leg(APPROPRIATION, 5), at=datetime(2026, 11, 2))  # noqa: DTZ001


def test_a_batch_is_booked_whole_or_not_at_all():
    with pytest.raises(NotEnough):
        ledger.transfer_all(
            drafts=[
                draft(Leg(TREASURY, -100), Leg(APPROPRIATION, 100)),
                draft(Leg(APPROPRIATION, -101), Leg(PAYABLE, 101)),
            ]
        )
    assert not Journal.objects.exists()


def test_a_batch_that_names_an_id_twice_is_refused():
    twice = draft(Leg(TREASURY, -100), Leg(APPROPRIATION, 100))
    with pytest.raises(BadJournal, match="两次"):
        ledger.transfer_all(drafts=[twice, twice])


def test_a_batch_half_of_which_was_booked_before_completes():
    early, late = (draft(Leg(TREASURY, -fen), Leg(APPROPRIATION, fen)) for fen in (100, 200))
    ledger.transfer_all(drafts=[early])
    booked = ledger.transfer_all(drafts=[late, early])

    assert [journal.pk for journal in booked] == [late.id, early.id]
    assert ledger_read.balance(APPROPRIATION).balance_fen == 300


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size():
    def statements(size: int) -> int:
        drafts = [draft(Leg(TREASURY, -1), Leg(replace(CREDIT, party_id=new_id()), 1)) for _ in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ledger.transfer_all(drafts=drafts)
        return len(queries)

    ledger.open_account(key=TREASURY)
    assert statements(50) == statements(2)


def test_a_killed_transaction_leaves_nothing():
    @transaction.atomic
    def grant_and_die() -> None:
        grant()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grant_and_die()
    assert not Journal.objects.exists()
    assert not Account.objects.exists()


def test_a_reversal_cannot_be_smuggled_in_as_a_transfer():
    mistaken = grant()
    with pytest.raises(BadJournal, match="冲正"):
        ledger.transfer_all(drafts=[draft(Leg(CREDIT, -5000), Leg(CREDIT_SOURCE, 5000), reverses=mistaken.pk)])


def test_opening_an_account_twice_gives_the_same_account_with_the_floor_of_its_kind():
    first, again = ledger.open_account(key=CREDIT), ledger.open_account(key=CREDIT)
    assert first == again
    assert first.floor_fen == 0
    assert ledger.open_account(key=TREASURY).floor_fen is None


def test_accounts_that_differ_in_one_part_are_different_accounts():
    keys = {CREDIT, replace(CREDIT, period="2026-12"), replace(CREDIT, party_id=None), replace(CREDIT, fund="CITY")}
    assert len({key.id for key in keys}) == 4


def test_a_cause_names_the_journals_and_holds_it_led_to():
    cause = Reference("GRANT", new_id())
    journal = move(CREDIT_SOURCE, CREDIT, 5000, cause=cause)
    found = ledger_read.trace(cause, programme_id=CHENGGUAN)
    assert [(traced.journal, traced.legs) for traced in found.journals] == [
        (journal, [Leg(CREDIT_SOURCE, -5000), Leg(CREDIT, 5000)])
    ]
    assert found.holds == []
