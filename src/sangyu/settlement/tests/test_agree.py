"""The enterprise agrees or objects; somebody other than the author approves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.neighbours import neighbour
from tests.race import race
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Approval, Confirmation, Line, Statement, StatementObjection
from sangyu.settlement.rules import AlreadyApproved, NoSuchLine, NotYet, SamePerson, TextMissing


@standing
def run(cast):
    cast.visited()
    return cast.drawn_up()


@standing
def statement(run):
    return Statement.objects.get()


def object_to(cast, statement, **more):
    wish = {"text": "少算一单", "by": cast.kangan_user, "at": statement.run.drawn_at}
    return settlement.object_to(statement_id=statement.pk, **{**wish, **more})


def confirm(cast, statement, **more):
    wish = {"invoice_number": "04412026", "by": cast.kangan_user, "at": statement.run.drawn_at}
    return settlement.confirm(statement_id=statement.pk, **{**wish, **more})


def withdraw(cast, statement, **more):
    wish = {"reason": "漏算", "by": cast.qian, "at": statement.run.drawn_at}
    return settlement.withdraw(statement_id=statement.pk, **{**wish, **more})


def approve(cast, run, **more):
    return settlement.approve(run_id=run.pk, **{"by": cast.feng, "at": run.drawn_at + timedelta(hours=1), **more})


def label(cast, statement):
    [standing] = settlement_read.standings(cast.kangan_user, [statement])
    return standing.label


def test_agreeing_names_the_invoice_once(cast, statement):
    with pytest.raises(TextMissing, match="发票号码"):
        confirm(cast, statement, invoice_number=" ")
    assert label(cast, statement) == "待对账"
    first = confirm(cast, statement)
    assert confirm(cast, statement, invoice_number="另一张").pk == first.pk
    assert (Confirmation.objects.get().invoice_number, label(cast, statement)) == ("04412026", "已对账")


def test_an_objection_waits_for_its_answer(cast, run, statement):
    with pytest.raises(TextMissing, match="异议"):
        object_to(cast, statement, text="")
    objection = object_to(cast, statement)
    assert object_to(cast, statement, text="另一个").pk == objection.pk
    assert label(cast, statement) == "有异议"
    with pytest.raises(NotYet, match="还没有得到答复"):
        confirm(cast, statement)
    with pytest.raises(TextMissing, match="答复"):
        settlement.answer(objection_id=objection.pk, text=" ", by=cast.qian, at=run.drawn_at)
    answer = settlement.answer(objection_id=objection.pk, text="该单计入下月", by=cast.qian, at=run.drawn_at)
    assert settlement.answer(objection_id=objection.pk, text="再答", by=cast.qian, at=run.drawn_at).pk == answer.pk
    confirm(cast, statement)


def test_an_objection_names_its_lines(cast, statement):
    with pytest.raises(NoSuchLine, match="没有第7行"):
        object_to(cast, statement, lines=[1, 7])
    assert object_to(cast, statement, lines=[1, 1]).lines == [1]


def test_after_agreeing_nobody_objects(cast, statement):
    confirm(cast, statement)
    with pytest.raises(AlreadyApproved, match="已经对账确认"):
        object_to(cast, statement)


def test_a_withdrawn_statement_is_replaced_by_its_next_revision(cast, run, statement):
    with pytest.raises(TextMissing, match="理由"):
        withdraw(cast, statement, reason="")
    first = withdraw(cast, statement)
    assert withdraw(cast, statement, reason="又一次").pk == first.pk
    with pytest.raises(NotFound):
        confirm(cast, statement)
    settlement.draw_up(month=cast.month, by=cast.qian, at=run.drawn_at)
    [now] = settlement_read.statements(cast.kangan_user)
    assert (now.revision, now.net_fen) == (2, statement.net_fen)
    assert list(Line.objects.order_by("statement__revision").values_list("withdrawn", flat=True)) == [True, False]


@pytest.mark.parametrize("who", ["another enterprise", "a worker", "another programme"])
def test_a_statement_of_others_is_not_found(cast, statement, who):
    if who == "a worker":
        with pytest.raises(NotAllowed):
            confirm(cast, statement, by=cast.zhao_user)
        return
    by = cast.letter_user if who == "another enterprise" else neighbour(cast, Role.ENTERPRISE)
    for verb in (confirm, object_to):
        with pytest.raises(NotFound, match="结算单"):
            verb(cast, statement, by=by)


def test_finance_of_another_programme_finds_nothing(cast, run, statement):
    objection = object_to(cast, statement)
    stranger = neighbour(cast, Role.FINANCE, Role.APPROVER)
    with pytest.raises(NotFound, match="异议"):
        settlement.answer(objection_id=objection.pk, text="好", by=stranger, at=run.drawn_at)
    with pytest.raises(NotFound, match="结算单"):
        withdraw(cast, statement, by=stranger)
    with pytest.raises(NotFound, match="结算"):
        approve(cast, run, by=stranger)


def test_a_run_is_approved_once_with_its_sum_and_root(cast, run, statement):
    with pytest.raises(NotYet, match="康安"):
        approve(cast, run)
    confirm(cast, statement)
    first = approve(cast, run)
    assert (first.net_fen, first.root) == (4750, run.root)
    assert approve(cast, run).pk == first.pk
    with pytest.raises(AlreadyApproved, match="不能撤回"):
        withdraw(cast, statement)


def test_an_empty_month_is_not_approved(cast):
    run = settlement.draw_up(month=cast.month, by=cast.qian, at=cast.month_end())
    with pytest.raises(NotYet, match="没有结算单"):
        approve(cast, run)


def test_whoever_drew_it_up_does_not_approve_it_whatever_their_roles(cast):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    cast.visited()
    at = cast.month_end()
    run = settlement.draw_up(month=cast.month, by=both, at=at)
    cast.confirmed(run)
    with pytest.raises(SamePerson, match="另一位同事"):
        approve(cast, run, by=both)
    approve(cast, run)


def test_whoever_drew_up_a_later_revision_does_not_approve_it_either(cast, run, statement):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    withdraw(cast, statement)
    settlement.draw_up(month=cast.month, by=both, at=run.drawn_at)
    cast.confirmed(run)
    with pytest.raises(SamePerson):
        approve(cast, run, by=both)
    assert not Approval.objects.exists()


def test_finance_alone_does_not_approve(cast, run):
    with pytest.raises(NotAllowed, match="财务复核"):
        approve(cast, run, by=cast.qian)


@pytest.mark.django_db(transaction=True)
def test_agreeing_and_objecting_at_once_is_one_or_the_other(cast):
    cast.visited()
    cast.drawn_up()
    statement = Statement.objects.get()
    race(partial(confirm, cast, statement), partial(object_to, cast, statement))
    assert Confirmation.objects.count() + StatementObjection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_pressed_twice_happens_once(cast):
    cast.visited()
    run = cast.drawn_up()
    statement = Statement.objects.get()
    assert len({row.pk for row in race(*[partial(confirm, cast, statement)] * 3)}) == 1
    assert len({row.pk for row in race(*[partial(approve, cast, run)] * 3)}) == 1
