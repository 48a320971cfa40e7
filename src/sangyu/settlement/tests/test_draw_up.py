"""The month becomes statements: what may be paid, what waits, and nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import BEIJING, Cast
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.benefits.models import Charge
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.kit.month import Month
from sangyu.providers.models import Enterprise, EnterpriseState
from sangyu.quality import actions as quality
from sangyu.quality.models import FollowUpTask
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import Line, Run, Statement, Withheld
from sangyu.settlement.rules import AlreadyApproved, NotYet

CLOSED = datetime(2026, 12, 5, 9, tzinfo=BEIJING)


def draw_up(cast, **more):
    return settlement.draw_up(**{"month": cast.month, "by": cast.qian, "at": CLOSED, **more})


@pytest.mark.proves("LZ-19")
def test_a_statement_adds_up_from_charge_to_net(cast):
    cast.visited(cast.order(days=1))
    cast.visited(cast.order(days=2))
    run = cast.drawn_up()
    statement = Statement.objects.get()
    assert (statement.orders, statement.charged_fen, statement.elder_fen) == (2, 12800, 7800)
    assert (statement.gross_fen, statement.deducted_fen, statement.net_fen) == (5000, 250, 4750)
    lines = Line.objects.filter(statement=statement).order_by("n")
    assert [line.n for line in lines] == [1, 2]
    assert sum(line.net_fen for line in lines) == statement.net_fen
    assert statement.root == rules.root([line.leaf for line in lines])
    assert run.root == rules.root([statement.root])


def test_each_enterprise_has_its_own_statement_and_sees_no_other(cast):
    cast.visited()
    cast.drawn_up()
    statement = Statement.objects.get()
    assert settlement_read.get_statement(cast.kangan_user, statement.pk) == statement
    assert [line.charge.item for line in settlement_read.lines(cast.kangan_user, statement)] == [cast.cleaning]
    for stranger in (cast.letter_user, cast.zhao_user, cast.clerk, neighbour(cast, Role.FINANCE)):
        assert list(settlement_read.statements(stranger)) == []
        with pytest.raises(NotFound, match="结算单"):
            settlement_read.get_statement(stranger, statement.pk)


def test_drawing_up_again_adds_nothing(cast):
    cast.visited()
    run = cast.drawn_up()
    again = draw_up(cast)
    assert (again.pk, again.root) == (run.pk, run.root)
    assert (Run.objects.count(), Statement.objects.count(), Line.objects.count()) == (1, 1, 1)


def test_an_unproven_visit_waits_until_the_elder_has_confirmed_it(cast):
    visit = cast.visited(place=None)
    quality.draw_sample(day=visit.arrived_at.date(), by=cast.clock, at=visit.arrived_at + timedelta(hours=10))
    cast.appraised(at=CLOSED - timedelta(days=4))
    run = draw_up(cast)
    assert (Statement.objects.count(), Withheld.objects.get().reason) == (0, "上门证明不足，尚未经回访确认")
    assert [row.charge for row in settlement_read.withheld_in(cast.qian, run)] == [Charge.objects.get()]
    quality.follow_up(
        task_id=FollowUpTask.objects.get().pk,
        by=cast.sun,
        at=CLOSED,
        reached=True,
        happened=True,
        paid_as_told=True,
        satisfaction=5,
    )
    draw_up(cast)
    assert Statement.objects.get().gross_fen == 5000


def test_a_visit_that_the_elder_denies_is_not_paid(cast):
    visit = cast.visited()
    quality.draw_sample(day=visit.arrived_at.date(), by=cast.clock, at=visit.arrived_at + timedelta(hours=10))
    quality.follow_up(
        task_id=FollowUpTask.objects.get().pk,
        by=cast.sun,
        at=visit.arrived_at + timedelta(days=1),
        reached=True,
        happened=False,
        paid_as_told=False,
        satisfaction=1,
    )
    draw_up(cast)
    assert "没有人上门" in Withheld.objects.get().reason


def test_without_a_final_appraisal_the_enterprises_are_named(cast):
    cast.visited()
    with pytest.raises(NotYet, match="康安居家服务有限公司"):
        draw_up(cast)
    assert not Run.objects.exists()


def of_a_latecomer(cast, cause_kind: str) -> None:
    """Charge something of an enterprise that came when the month had been appraised."""
    late = cast.enterprise("后来家政服务有限公司", "后来", 3)
    charge = Charge.objects.get()
    charge.pk, charge.cause_id, charge.cause_kind, charge.enterprise = new_id(), new_id(), cause_kind, late
    charge.elder_fen, charge.public_fen, charge.hold_id = charge.price_fen, 0, None
    charge.save(force_insert=True)


def test_an_enterprise_that_is_not_scored_holds_the_whole_month_up(cast):
    cast.visited()
    cast.appraised(at=CLOSED - timedelta(days=4))
    of_a_latecomer(cast, "MEAL")
    with pytest.raises(NotYet, match="后来家政服务有限公司"):
        draw_up(cast)
    assert (Run.objects.count(), Statement.objects.count(), Line.objects.count()) == (0, 0, 0)


def test_an_enterprise_of_which_everything_waits_needs_no_score(cast):
    cast.visited()
    cast.appraised(at=CLOSED - timedelta(days=4))
    of_a_latecomer(cast, "ORDER")
    draw_up(cast)
    assert Statement.objects.get().enterprise == cast.kangan
    assert Withheld.objects.get().charge.enterprise.short_name == "后来"


def test_an_enterprise_suspended_since_is_paid_for_its_month(cast):
    cast.visited()
    Enterprise.objects.filter(pk=cast.kangan.pk).update(state=EnterpriseState.SUSPENDED)
    cast.drawn_up()
    assert Statement.objects.get().enterprise == cast.kangan


def test_an_old_charge_of_an_enterprise_that_left_is_paid_by_its_last_score(cast):
    cast.visited(cast.order(days=1))
    unproven = cast.visited(cast.order(days=2), place=None)
    cast.appraised(at=CLOSED - timedelta(days=4))
    november = Statement.objects.get(run=cast.approved(draw_up(cast)))
    Enterprise.objects.update(state=EnterpriseState.EXITED)
    at = CLOSED + timedelta(days=1)
    quality.draw_sample(day=unproven.arrived_at.date(), by=cast.clock, at=at)
    quality.follow_up(
        task_id=FollowUpTask.objects.get(order=unproven.order).pk,
        by=cast.sun,
        at=at,
        reached=True,
        happened=True,
        paid_as_told=True,
        satisfaction=5,
    )
    december = draw_up(cast, month=Month(2026, 12), at=CLOSED + timedelta(days=30))
    statement = Statement.objects.get(run=december)
    assert (statement.enterprise, statement.orders) == (cast.kangan, 1)
    assert statement.score_tenths == november.score_tenths


def test_next_month_holds_only_what_is_new(cast):
    cast.visited(cast.order(days=1))
    cast.paid(cast.drawn_up())
    settled = Line.objects.count()
    draw_up(cast, month=Month(2026, 12), at=CLOSED + timedelta(days=30))
    assert Line.objects.count() == settled


@pytest.mark.proves("LZ-19")
def test_an_approved_run_takes_nothing_more_but_may_be_repeated(cast):
    cast.visited(cast.order(days=1))
    run = cast.approved(cast.drawn_up())
    assert draw_up(cast).pk == run.pk
    cast.visited(cast.order(days=3))
    with pytest.raises(AlreadyApproved, match="已经审批"):
        draw_up(cast)


def test_only_finance_and_the_clock_draw_up(cast):
    with pytest.raises(NotAllowed, match="财务经办"):
        draw_up(cast, by=cast.feng)
    assert draw_up(cast, by=neighbour(cast, Role.FINANCE)).programme != cast.programme


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_settle_each_charge_once(cast):
    for n in range(1, 6):
        cast.visited(cast.order(days=n))
    at = cast.month_end()
    outcomes = race(*[partial(draw_up, cast, at=at)] * 3)
    assert len({run.pk for run in outcomes}) == 1
    assert Line.objects.count() == Charge.objects.count() == 5
    assert Statement.objects.count() == 1
    for n in range(6, 9):  # what came in since meets a run that is there: nobody waits for another to make it
        cast.visited(cast.order(days=n))
    race(*[partial(draw_up, cast, at=at)] * 3)
    assert Line.objects.count() == Charge.objects.count() == 8
    assert Statement.objects.count() == 2


def test_twice_the_lines_cost_no_more_queries(cast):
    """Five lines and ten lines of one enterprise, drawn up and paid: the same number of statements to the database."""
    counts = []
    for month, days in ((Month(2026, 11), range(1, 6)), (Month(2026, 12), range(25, 35))):
        for day in days:
            cast.visited(cast.order(days=day))
        drafted = datetime(month.next().year, month.next().month, 1, 9, tzinfo=BEIJING)
        cast.appraised(month=month, at=drafted)
        at = drafted + timedelta(days=4)
        with CaptureQueriesContext(connection) as drawing:
            run = draw_up(cast, month=month, at=at)
        cast.approved(run)
        with CaptureQueriesContext(connection) as paying:
            settlement.pay(run_id=run.pk, by=cast.qian, at=at + timedelta(hours=3))
        counts.append((len(drawing), len(paying)))
    assert Line.objects.count() == 15
    # The first month of a programme also opens its accounts.
    assert counts[1][0] <= counts[0][0]
    assert counts[1][1] <= counts[0][1]


BY_COUNT = {"basis": "order_count", "coefficient_table": [{"from_tenths": 0, "coefficient_pm": 800}]}


@pytest.mark.parametrize(
    ("parameters", "net_fen"),
    [({"basis": "order_subsidies"}, 4000), ({"per_order_fen": 1500, "basis": "order_count"}, 1200)],
)
@pytest.mark.proves("LZ-19")
def test_the_basis_is_a_switch_of_the_pack(db, parameters, net_fen):
    """One order with 50.00 of subsidy, paid at 80 %: of its subsidy, or of 15.00 an order."""
    cast = Cast(parameters={**BY_COUNT, **parameters})
    cast.visited()
    run = cast.paid(cast.drawn_up()).run
    statement = Statement.objects.get(run=run)
    assert (statement.gross_fen, statement.net_fen) == (5000, net_fen)
    assert settlement_read.ledger_sums(cast.auditor, run).posted_fen == net_fen


@pytest.mark.proves("LZ-52")
def test_a_basis_that_pays_more_than_was_held_is_refused_with_advice(db):
    cast = Cast(parameters={**BY_COUNT, "per_order_fen": 9900})
    cast.visited()
    with pytest.raises(rules.MoreThanHeld, match="核对结算方式和系数"):
        cast.drawn_up()


def test_a_month_is_drawn_up_when_it_is_over(cast):
    last_evening = datetime(2026, 11, 30, 23, tzinfo=BEIJING)
    with pytest.raises(rules.MonthNotOver, match="2026-11还没有结束，2026-12-01起"):
        draw_up(cast, at=last_evening)
    assert not Run.objects.exists()
