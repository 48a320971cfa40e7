"""A run is signed step by step, each by another person; whoever had a hand in it signs nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.neighbours import neighbour
from tests.race import race
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.month import Month
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import Approval, Decline, Line, Run, Statement
from sangyu.settlement.rules import AlreadyApproved, NotExplained, NotYet, OutOfTurn, SamePerson, TextMissing


@standing
def run(cast):
    cast.visited()
    return cast.confirmed(cast.drawn_up())


def sign(run, by, **more):
    return settlement.approve(run_id=run.pk, **{"by": by, "at": run.drawn_at + timedelta(hours=2), **more})


def decline(run, by, reason="金额不符", **more):
    wish = {"reason": reason, "by": by, "at": run.drawn_at + timedelta(hours=3)}
    return settlement.decline(run_id=run.pk, **{**wish, **more})


def names(cast, run):
    return [one.by and one.by.display_name for one in settlement_read.signatures(cast.auditor, run)]


def test_three_people_sign_in_their_order_behind_the_maker(cast, run):
    for early in (cast.deputy, cast.head):
        with pytest.raises(OutOfTurn, match="现在应由“审核”签字"):
            sign(run, early)
    assert sign(run, cast.feng).step == "REVIEW"
    with pytest.raises(OutOfTurn, match="“分管领导”签字，之后才轮到“局长”"):
        sign(run, cast.head)
    assert names(cast, run) == ["钱谨", "冯度", None, None]
    assert settlement_read.approval_of(cast.auditor, run) is None
    sign(run, cast.deputy)
    last = sign(run, cast.head)
    assert names(cast, run) == ["钱谨", "冯度", "傅平", "何静"]
    assert settlement_read.approval_of(cast.auditor, run) == last


def test_signing_again_changes_nothing(cast, run):
    first = sign(run, cast.feng)
    assert sign(run, cast.feng, at=run.drawn_at + timedelta(days=3)).pk == first.pk
    sign(run, cast.deputy)
    assert sign(run, cast.feng).pk == first.pk
    assert Approval.objects.count() == 2


def test_a_second_reviewer_learns_who_has_signed_and_who_is_next(cast, run):
    other = cast.user(cast.operator, "approver2", "另审", Role.APPROVER)
    sign(run, cast.feng)
    with pytest.raises(AlreadyApproved, match="“审核”一步已由冯度签字，现在等“分管领导”"):
        sign(run, other)


def test_one_person_signs_one_step_whatever_their_roles(cast, run):
    everything = cast.user(cast.bureau, "all", "全岗", Role.APPROVER, Role.DEPUTY, Role.HEAD)
    first = sign(run, everything)
    assert sign(run, everything).pk == first.pk
    assert names(cast, run) == ["钱谨", "全岗", None, None]


@pytest.mark.parametrize("deed", ["answered", "withdrew", "explained"])
def test_whoever_had_a_hand_in_it_signs_nothing(cast, deed):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER, Role.DEPUTY)
    cast.visited()
    run = cast.drawn_up()
    statement, at = Statement.objects.get(), run.drawn_at
    if deed == "answered":
        objection = settlement.object_to(statement_id=statement.pk, text="少", by=cast.kangan_user, at=at)
        settlement.answer(objection_id=objection.pk, text="不少", by=both, at=at)
    elif deed == "withdrew":
        settlement.withdraw(statement_id=statement.pk, reason="重出", by=both, at=at)
        settlement.draw_up(month=cast.month, by=cast.qian, at=at)
    else:
        settlement.explain(run_id=run.pk, enterprise_id=cast.kangan.pk, text="新增", by=both, at=at)
    cast.confirmed(run)
    with pytest.raises(SamePerson, match="经手人不能审批"):
        sign(run, both)
    sign(run, cast.feng)
    with pytest.raises(SamePerson):
        sign(run, both)


@pytest.mark.proves("LZ-19")
def test_from_the_first_signature_on_nothing_changes_until_it_is_sent_back(cast, run):
    statement = Statement.objects.get()
    withdraw = partial(settlement.withdraw, statement_id=statement.pk, reason="漏", by=cast.qian, at=run.drawn_at)
    sign(run, cast.feng)
    with pytest.raises(AlreadyApproved, match="请审批人退回"):
        withdraw()
    with pytest.raises(TextMissing, match="退回必须写明原因"):
        decline(run, cast.deputy, " ")
    decline(run, cast.deputy)
    assert names(cast, run) == ["钱谨", None, None, None]
    withdraw()
    settlement.draw_up(month=cast.month, by=cast.qian, at=run.drawn_at)
    cast.confirmed(run)
    run.refresh_from_db()
    assert sign(run, cast.feng).round == 2
    assert Approval.objects.count() == 2


def test_sending_back_twice_is_one_decline(cast, run):
    sign(run, cast.feng)
    first = decline(run, cast.deputy)
    with pytest.raises(OutOfTurn):
        decline(run, cast.deputy, "另一个原因")
    assert decline(run, cast.deputy).pk == first.pk
    assert Decline.objects.count() == 1


def test_only_whoever_signs_next_sends_back_and_the_head_until_it_is_paid(cast, run):
    with pytest.raises(OutOfTurn, match="“审核”"):
        decline(run, cast.deputy)
    with pytest.raises(NotAllowed):
        decline(run, cast.qian)
    for signer in (cast.feng, cast.deputy, cast.head):
        sign(run, signer)
    with pytest.raises(OutOfTurn, match="只有“局长”可以退回"):
        decline(run, cast.feng)
    decline(run, cast.head)
    with pytest.raises(NotYet, match="等“审核”签字"):
        settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at)
    for signer in (cast.feng, cast.deputy, cast.head):
        sign(run, signer)
    settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at)
    with pytest.raises(AlreadyApproved, match="已经拨付"):
        decline(run, cast.head, "太晚")


def test_another_programme_signs_and_sends_back_nothing(cast, run):
    stranger = neighbour(cast, Role.APPROVER, Role.DEPUTY, Role.HEAD)
    for verb in (sign, decline):
        with pytest.raises(NotFound, match="结算"):
            verb(run, stranger)


def test_a_month_far_from_the_last_one_waits_for_words(cast):
    cast.visited(cast.order(days=1))
    november = cast.paid(cast.drawn_up()).run
    settlement.take_back(
        line_id=Line.objects.get().pk, amount_fen=1500, reason="少做", by=cast.qian, at=november.drawn_at
    )
    cast.visited(cast.order(days=24))
    december = Month(2026, 12)
    at = cast.at + timedelta(days=55)
    cast.appraised(at=at, month=december)
    run = cast.confirmed(settlement.draw_up(month=december, by=cast.qian, at=at + timedelta(days=20)))
    [swing] = settlement_read.swings(cast.auditor, run)
    assert (swing.enterprise, swing.before_fen, swing.now_fen) == (cast.kangan, 4750, 3500)
    assert swing.moved_pm == -263
    with pytest.raises(NotExplained, match="康安的实付比上月变化超过20%"):
        sign(run, cast.feng)
    explain = partial(settlement.explain, run_id=run.pk, enterprise_id=cast.kangan.pk, by=cast.qian, at=at)
    with pytest.raises(TextMissing, match="原因"):
        explain(text=" ")
    assert explain(text="新增老人").pk == explain(text="新增老人 ").pk
    sign(run, cast.feng)
    with pytest.raises(AlreadyApproved, match="说明不能再改"):
        explain(text="另一个原因")


@given(roles=st.sets(st.sampled_from([step.role for step in rules.CHAIN]), min_size=1), n=st.integers(0, 3))
def test_a_step_is_signed_by_its_own_role_and_only_when_due(roles, n):
    signed = {step.code: "某人" for step in rules.CHAIN[:n]}
    due = rules.due_step(signed)
    try:
        step = rules.step_of(roles=roles, signed=signed)
    except Refusal:
        assert due is None or due.role not in roles
    else:
        assert step == due
        assert step.role in roles


@given(before_fen=st.integers(1, 10**9), now_fen=st.integers(0, 10**9))
def test_a_fifth_is_measured_without_rounding(before_fen, now_fen):
    far = 5 * abs(now_fen - before_fen) > before_fen
    assert rules.must_be_explained(now_fen=now_fen, before_fen=before_fen) == far
    assert not rules.must_be_explained(now_fen=now_fen, before_fen=0)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_sign_one_step(cast):
    cast.visited()
    other = cast.user(cast.operator, "approver2", "另审", Role.APPROVER)
    run = cast.confirmed(cast.drawn_up())

    def press(by):
        try:
            return sign(run, by)
        except AlreadyApproved as late:
            return late

    outcomes = race(partial(press, cast.feng), partial(press, other), partial(press, cast.feng))
    assert Approval.objects.count() == 1
    assert any(isinstance(outcome, Approval) for outcome in outcomes)


def test_whoever_noted_a_correction_does_not_sign_the_run_that_takes_it_back(cast):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    cast.visited(cast.order(days=1))
    november = cast.paid(cast.drawn_up()).run
    settlement.take_back(
        line_id=Line.objects.get().pk, reason="未做满时长", amount_fen=100, by=both, at=november.drawn_at
    )
    cast.visited(cast.order(days=24))
    december, at = Month(2026, 12), november.drawn_at + timedelta(days=40)
    cast.appraised(at=at, month=december)
    run = cast.confirmed(settlement.draw_up(month=december, by=cast.qian, at=at))
    with pytest.raises(SamePerson, match="经手人不能审批"):
        sign(run, both)


def test_nobody_signs_while_a_statement_that_was_taken_back_is_not_drawn_anew(cast):
    cast.visited(cast.order(days=1))
    run = cast.drawn_up()
    cast.visited(cast.order(days=3))
    settlement.draw_up(month=cast.month, by=cast.qian, at=run.drawn_at)
    late = Statement.objects.get(revision=2)
    totals = settlement_read.totals(cast.auditor, run)
    assert (totals.statements, totals.enterprises) == (2, 1)
    settlement.withdraw(statement_id=late.pk, reason="漏", by=cast.qian, at=run.drawn_at)
    run = cast.confirmed(Run.objects.get())
    with pytest.raises(NotYet, match="撤回后还没有重新出单"):
        sign(run, cast.feng)
    settlement.draw_up(month=cast.month, by=cast.qian, at=run.drawn_at)
    run = cast.confirmed(Run.objects.get())
    assert sign(run, cast.feng).net_fen == sum(row.net_fen for row in settlement_read.statements(cast.qian))
