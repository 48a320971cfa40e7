from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.cast import FUND, Cast
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.budget.actions import DocumentMissing, NotMoney, SameKeyOtherSum
from sangyu.budget.models import Appropriation
from sangyu.kit.errors import NotFound
from sangyu.ledger.verify import verify


@pytest.fixture
def poor(db) -> Cast:
    return Cast(budget_fen=300_00)


def appropriate(cast, amount_fen=200_00, *, key="2026-2", document="城财预〔2026〕7号", by=None, programme=None):
    return budget.appropriate(
        programme=programme or cast.programme,
        fund=FUND,
        year=2026,
        amount_fen=amount_fen,
        document=document,
        by=by or cast.head,
        at=cast.at,
        key=key,
    )


def figures(cast, on=None):
    position = budget_read.position(cast.head, FUND, on or cast.at.date())
    return position.appropriated_fen, position.available_fen


def test_money_given_is_there_to_be_spent_in_its_year(poor):
    assert figures(poor) == (300_00, 300_00)
    appropriate(poor)
    assert figures(poor) == (500_00, 500_00)
    assert figures(poor, poor.at.date().replace(year=2027)) == (0, 0)
    assert verify(poor.programme.pk) == []


def test_finance_may_enter_it_too(poor):
    appropriate(poor, by=poor.qian)
    assert figures(poor) == (500_00, 500_00)


def test_the_same_paper_is_entered_once(poor):
    first = appropriate(poor)
    before = AuditEntry.objects.count()
    assert appropriate(poor) == first
    assert figures(poor) == (500_00, 500_00)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("other", [{"amount_fen": 1}, {"document": "另一份文件"}])
def test_another_sum_under_the_same_key_is_refused(poor, other):
    appropriate(poor)
    with pytest.raises(SameKeyOtherSum, match=r"200.00元，城财预〔2026〕7号.*内容却不同"):
        appropriate(poor, **other)
    assert figures(poor) == (500_00, 500_00)


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_nothing_or_less_is_not_money(poor, amount_fen):
    with pytest.raises(NotMoney, match="金额必须大于0元"):
        appropriate(poor, amount_fen)


def test_money_without_a_paper_is_refused(poor):
    with pytest.raises(DocumentMissing, match="下达文件"):
        appropriate(poor, document=" ")


def test_others_may_not(poor):
    for by in (poor.ma, poor.wang, poor.feng, poor.clerk, poor.kangan_user, poor.auditor):
        with pytest.raises(NotAllowed, match="民政局、财务经办"):
            appropriate(poor, by=by)


def test_another_programmes_money_is_not_touched(poor):
    neighbour = Neighbour(poor.at)
    with pytest.raises(NotFound, match="没有找到这个项目的预算"):
        appropriate(poor, by=neighbour.head)
    assert figures(poor) == (300_00, 300_00)
    assert budget_read.position(neighbour.head, FUND, poor.at.date()).appropriated_fen == 100_000_00


def test_who_may_not_see_money_sees_none(poor):
    assert budget_read.position(poor.kangan_user, FUND, poor.at.date()).appropriated_fen == 0
    assert budget_read.position(poor.clerk, FUND, poor.at.date()).available_fen == 0


@pytest.mark.parametrize("change", ["UPDATE {} SET amount_fen = 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["budget_appropriation", "budget_override"])
def test_what_was_given_is_neither_changed_nor_deleted(poor, table, change):
    budget.override(
        programme=poor.programme, fund=FUND, year=2026, amount_fen=1, reason="急", by=poor.head, at=poor.at, key="1"
    )
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))
    assert Appropriation.objects.get().amount_fen == 300_00
