"""A closed month never changes: what turns out later is taken back in the open month, never below zero."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING, FUND, Cast
from tests.neighbours import neighbour
from tests.race import race
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.verify import verify
from sangyu.meals.tests.kitchen import Kitchen
from sangyu.quality.models import FollowUp, FollowUpTask
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules, trace
from sangyu.settlement.models import Correction, Difference, Line, Payment, PaymentFile, Statement, Waiver
from sangyu.settlement.rules import NotCorrectable, SamePerson, TextMissing

DECEMBER = Month(2026, 12)


def at_end_of(month: Month) -> datetime:
    first = month.next().first_day
    return datetime(first.year, first.month, 1, 9, tzinfo=BEIJING)


def drawn(cast, month: Month):
    """Appraise a month and draw it up."""
    cast.appraised(at=at_end_of(month), month=month)
    return settlement.draw_up(month=month, by=cast.qian, at=at_end_of(month) + timedelta(days=20))


@standing
def november(cast):
    """November paid with one visit of 50.00 less 5 %, and a visit in December, when the month's credit is new."""
    cast.visited(cast.order(days=1))
    run = cast.paid(cast.drawn_up()).run
    cast.visited(cast.order(days=24))
    return run


def take_back(cast, **more):
    wish = {"reason": "查实未做满时长", "by": cast.qian, "at": at_end_of(cast.month) + timedelta(days=9)}
    return settlement.take_back(line_id=Line.objects.order_by("statement__run__month").first().pk, **{**wish, **more})


def test_a_correction_comes_off_the_open_month_and_goes_back_to_the_budget(cast, november):
    before = settlement_read.totals(cast.auditor, november)
    closed = (november.root, PaymentFile.objects.get().sha256)
    correction = take_back(cast, amount_fen=1000)
    run = drawn(cast, DECEMBER)
    statement = Statement.objects.get(run=run)
    net_fen = statement.gross_fen - statement.deducted_fen - 1000
    assert (statement.gross_fen, statement.taken_back_fen, statement.net_fen) == (5000, 1000, net_fen)
    [difference] = settlement_read.differences(cast.kangan_user, statement)
    assert (difference.correction, difference.amount_fen) == (correction, 1000)
    paid = budget_read.position_of(cast.programme.pk, FUND, 2026)
    cast.paid(run)
    assert Payment.objects.get(statement=statement).amount_fen == net_fen
    now = budget_read.position_of(cast.programme.pk, FUND, 2026)
    assert now.paid_fen == paid.paid_fen + net_fen
    assert now.appropriated_fen == now.paid_fen + now.held_fen + now.available_fen
    assert ledger_read.balance(settlement.payable_key(run, FUND, cast.kangan.pk)).balance_fen == 0
    november.refresh_from_db()
    assert settlement_read.totals(cast.auditor, november) == before
    assert (november.root, PaymentFile.objects.get(run=november).sha256) == closed
    assert verify() == []


def test_what_does_not_fit_is_carried_over_and_never_below_zero(db):
    kitchen = Kitchen(Cast())
    cast = kitchen.cast
    cast.visited(cast.order(days=1))
    cast.paid(cast.drawn_up())
    correction = take_back(cast)
    kitchen.sell(cast.li)  # a lunch of November that reaches us after November was paid
    run = settlement.draw_up(month=DECEMBER, by=cast.qian, at=at_end_of(DECEMBER))
    statement = Statement.objects.get(run=run)
    assert (statement.meals, statement.gross_fen, statement.taken_back_fen, statement.net_fen) == (1, 1000, 1000, 0)
    [left] = settlement_read.corrections(cast.auditor, run)
    assert (left.correction, left.taken_fen, left.open_fen) == (correction, 1000, 3750)
    assert cast.paid(run).payments == 0
    assert verify() == []


@settings(deadline=None, max_examples=80)
@given(
    net=st.dictionaries(st.sampled_from(["A", "B"]), st.integers(0, 5000), max_size=2),
    owed=st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(1, 4000)), max_size=6),
)
def test_nothing_is_taken_twice_nor_from_another_fund_nor_below_zero(net, owed):
    wants = [rules.Owed(n, fund, open_fen) for n, (fund, open_fen) in enumerate(owed)]
    taken = rules.take_back(net_fen=net, owed=wants)
    for fund in ("A", "B"):
        of_fund = [one for one in wants if one.fund == fund]
        sum_fen = sum(taken.get(one.correction_id, 0) for one in of_fund)
        assert sum_fen == min(net.get(fund, 0), sum(one.open_fen for one in of_fund))
    assert all(0 < part <= wants[n].open_fen for n, part in taken.items())


def test_a_denial_after_the_payment_becomes_a_difference_by_itself(cast, november):
    line = Line.objects.get()
    task = FollowUpTask.objects.get(order_id=line.charge.cause_id)
    FollowUp.objects.create(
        task=task,
        n=FollowUp.objects.filter(task=task).count() + 1,
        reached=True,
        happened=False,
        paid_as_told=False,
        satisfaction=1,
        by=cast.sun,
        at=at_end_of(cast.month) + timedelta(days=15),
    )
    run = drawn(cast, DECEMBER)
    correction = Correction.objects.get()
    assert "没有人上门" in correction.reason
    assert (correction.line, correction.amount_fen) == (line, 4750)
    assert Statement.objects.get(run=run).taken_back_fen == 4750
    settlement.draw_up(month=DECEMBER, by=cast.qian, at=run.drawn_at)
    assert Correction.objects.count() == Difference.objects.count() == 1
    assert "在以后月份扣回" in trace.trace(cast.auditor, line.pk).whereabouts


def test_a_death_learnt_late_takes_the_later_visits_back(cast, november):
    registry.record_death(
        elder_id=cast.li.pk,
        died_on=Line.objects.get().charge.service_on - timedelta(days=1),
        by=cast.clerk,
        at=at_end_of(cast.month) + timedelta(days=15),
    )
    settlement.draw_up(month=DECEMBER, by=cast.qian, at=at_end_of(DECEMBER) + timedelta(days=20))
    assert "去世" in Correction.objects.get().reason


def test_a_visit_that_arrives_late_is_paid_in_the_open_month(cast):
    cast.visited(cast.order(days=1))
    november = cast.paid(cast.drawn_up()).run
    settled = settlement_read.totals(cast.auditor, november)
    cast.visited(cast.order(elder=cast.grandpa, days=3))
    cast.visited(cast.order(days=24))
    run = drawn(cast, DECEMBER)
    months = Line.objects.filter(statement__run=run).values_list("charge__service_on__month", flat=True)
    assert sorted(months) == [11, 12]
    assert settlement_read.totals(cast.auditor, november) == settled


def test_a_withdrawn_statement_gives_its_differences_free(cast, november):
    take_back(cast, amount_fen=1000)
    run = drawn(cast, DECEMBER)
    settlement.withdraw(statement_id=Statement.objects.get(run=run).pk, reason="重出", by=cast.qian, at=run.drawn_at)
    settlement.draw_up(month=DECEMBER, by=cast.qian, at=run.drawn_at)
    latest = Statement.objects.get(run=run, revision=2)
    assert latest.taken_back_fen == 1000
    assert verify() == []


def test_a_line_is_corrected_once_and_for_no_more_than_was_paid(cast, november):
    for amount_fen in (0, 4751):
        with pytest.raises(NotCorrectable, match=r"47\.50"):
            take_back(cast, amount_fen=amount_fen)
    with pytest.raises(TextMissing, match="理由"):
        take_back(cast, reason=" ")
    first = take_back(cast)
    assert take_back(cast, amount_fen=1).pk == first.pk


def test_only_finance_of_this_programme_takes_back_and_only_what_was_paid(cast):
    cast.visited(cast.order(days=1))
    cast.drawn_up()
    with pytest.raises(NotFound, match="已拨付"):
        take_back(cast)
    with pytest.raises(NotAllowed):
        take_back(cast, by=cast.feng)
    with pytest.raises(NotFound):
        take_back(cast, by=neighbour(cast, Role.FINANCE))


def test_a_correction_is_waived_by_another_person_while_no_statement_bears_it(cast, november):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    correction = take_back(cast, by=both)
    waive = {"correction_id": correction.pk, "reason": "复核属实", "at": at_end_of(cast.month)}
    with pytest.raises(SamePerson, match="另一位同事"):
        settlement.waive(by=both, **waive)
    with pytest.raises(TextMissing):
        settlement.waive(by=cast.feng, **{**waive, "reason": ""})
    first = settlement.waive(by=cast.feng, **waive)
    assert settlement.waive(by=cast.feng, **waive).pk == first.pk
    assert Statement.objects.get(run=drawn(cast, DECEMBER)).taken_back_fen == 0


def test_what_stands_on_a_statement_is_not_waived(cast, november):
    correction = take_back(cast)
    drawn(cast, DECEMBER)
    with pytest.raises(NotCorrectable, match="已列入2026-12结算单"):
        settlement.waive(correction_id=correction.pk, reason="算了", by=cast.feng, at=at_end_of(DECEMBER))


@pytest.mark.django_db(transaction=True)
def test_a_correction_is_either_let_go_or_taken_back(cast):
    cast.visited(cast.order(days=1))
    cast.paid(cast.drawn_up())
    cast.visited(cast.order(days=24))
    cast.appraised(at=at_end_of(DECEMBER), month=DECEMBER)
    correction, at = take_back(cast), at_end_of(DECEMBER) + timedelta(days=20)
    race(
        partial(settlement.draw_up, month=DECEMBER, by=cast.qian, at=at),
        partial(settlement.waive, correction_id=correction.pk, reason="复核属实", by=cast.feng, at=at),
    )
    taken_fen = Statement.objects.get(run__month="2026-12").taken_back_fen
    assert taken_fen == (0 if Waiver.objects.exists() else correction.amount_fen)
