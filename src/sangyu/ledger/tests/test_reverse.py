from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.kit.ids import new_id
from sangyu.ledger import actions as ledger
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import Journal
from sangyu.ledger.rules import (
    AlreadyReversed,
    NoSuchJournal,
    NotEnough,
    NotReversible,
    ReasonMissing,
    SameIdOtherBody,
)
from sangyu.ledger.tests.cast import (
    CHENGGUAN,
    CREDIT,
    CREDIT_SOURCE,
    CREDIT_USED,
    FINANCE,
    MINUTE,
    NOON,
    TODAY,
    grant,
    move,
)

pytestmark = pytest.mark.django_db


def reverse(journal, *, id=None, reason="重复发放", at=NOON):  # noqa: A002
    return ledger.reverse(id=id or new_id(), journal_id=journal.pk, reason=reason, at=at, by_id=FINANCE)


def test_a_journal_and_its_reversal_leave_every_account_as_it_was():
    mistaken = grant(5000)
    reverse(mistaken)
    assert [ledger_read.balance(key).balance_fen for key in (CREDIT, CREDIT_SOURCE)] == [0, 0]


def test_a_reversal_keeps_cause_and_service_day_and_counts_in_the_month_it_is_made():
    mistaken = grant()
    answer = reverse(mistaken, at=NOON + timedelta(days=40))
    assert (answer.service_on, answer.period, answer.reverses_id) == (TODAY, "2026-12", mistaken.pk)
    traced = ledger_read.trace(mistaken.cause, programme_id=CHENGGUAN)
    assert [found.journal for found in traced.journals] == [mistaken, answer]


def test_a_journal_is_reversed_once():
    mistaken = grant()
    reverse(mistaken)
    with pytest.raises(AlreadyReversed):
        reverse(mistaken)
    assert Journal.objects.count() == 2


def test_a_reversal_is_not_reversed():
    answer = reverse(grant())
    with pytest.raises(NotReversible):
        reverse(answer)


def test_a_repeat_returns_the_first_reversal():
    mistaken, key = grant(), new_id()
    first = reverse(mistaken, id=key)
    assert reverse(mistaken, id=key, at=NOON + MINUTE) == first
    assert Journal.objects.count() == 2


def test_the_same_id_with_another_reason_is_refused():
    mistaken, key = grant(), new_id()
    reverse(mistaken, id=key)
    with pytest.raises(SameIdOtherBody):
        reverse(mistaken, id=key, reason="发错对象")


def test_money_that_is_spent_cannot_be_taken_back():
    mistaken = grant(5000)
    move(CREDIT, CREDIT_USED, 1)
    with pytest.raises(NotEnough):
        reverse(mistaken)


def test_a_reversal_says_why():
    with pytest.raises(ReasonMissing):
        reverse(grant(), reason="")


def test_a_journal_nobody_booked_is_not_found():
    with pytest.raises(NoSuchJournal):
        ledger.reverse(id=new_id(), journal_id=new_id(), reason="发错", at=NOON, by_id=FINANCE)
