"""The second signature is a second person's: one user with every role of the house cannot give it to themselves.

Each pair of acts is done twice by the same hands; the other acts on the way are other people's, so that nothing but the
person stands against the second one.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.month_end import bank_answers
from tests.standing import standing

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.ledger.verify import verify
from sangyu.providers import actions as providers
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Approval, Line, Payment, PaymentFile, Release, Run, Waiver
from sangyu.settlement.rules import SamePerson


@standing
def everybody(cast: Cast) -> User:
    """One user who holds every role, as no invitation would ever give them."""
    assert cast.bureau.kind == OrganisationKind.BUREAU
    return cast.user(cast.bureau, "everybody", "何全", *(role for role in Role if role != Role.CLOCK))


def ready(cast: Cast, *, drawn_by: User) -> Run:
    """November with one visit, drawn up and agreed."""
    cast.visited()
    run = settlement.draw_up(month=cast.month, by=drawn_by, at=cast.month_end())
    cast.confirmed(run)
    for swing in settlement_read.swings(cast.qian, run):
        settlement.explain(
            run_id=run.pk, enterprise_id=swing.enterprise.pk, text="本月单量变化", by=cast.qian, at=run.drawn_at
        )
    return run


def sign(run: Run, *people: User) -> None:
    for minutes, person in enumerate(people):
        settlement.approve(run_id=run.pk, by=person, at=run.drawn_at + timedelta(hours=2, minutes=minutes))


def refused_payment(cast: Cast) -> Payment:
    """A payment that the bank has refused."""
    run = ready(cast, drawn_by=cast.qian)
    sign(run, cast.feng, cast.deputy, cast.head)
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    payment = Payment.objects.get()
    settlement.take_return(
        run_id=run.pk,
        content=bank_answers(file, failed=(payment.number,)),
        by=cast.qian,
        at=run.drawn_at + timedelta(hours=30),
    )
    return payment


def test_who_drew_up_signs_no_step(cast: Cast, everybody: User) -> None:
    run = ready(cast, drawn_by=everybody)
    for others in ((), (cast.feng,), (cast.deputy,)):
        sign(run, *others)
        with pytest.raises(SamePerson):
            sign(run, everybody)


def test_who_signed_one_step_signs_no_other(cast: Cast, everybody: User) -> None:
    run = ready(cast, drawn_by=cast.qian)
    sign(run, everybody)
    step = settlement_read.due_step(cast.head, run)
    sign(run, everybody)  # taken for a repeat of the same signature
    assert settlement_read.due_step(cast.head, run) == step
    assert Approval.objects.filter(run=run).count() == 1
    sign(run, cast.deputy)
    sign(run, everybody)
    assert Approval.objects.filter(run=run, by=everybody).count() == 1
    assert not PaymentFile.objects.exists()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_who_signed_any_step_does_not_pay(cast: Cast, everybody: User, place: int) -> None:
    run = ready(cast, drawn_by=cast.qian)
    signers = [cast.feng, cast.deputy, cast.head]
    signers[place] = everybody
    sign(run, *signers)
    with pytest.raises(SamePerson):
        settlement.pay(run_id=run.pk, by=everybody, at=run.drawn_at + timedelta(hours=3))
    assert not PaymentFile.objects.exists()


def test_who_changed_the_account_does_not_release_the_payment(cast: Cast, everybody: User) -> None:
    payment = refused_payment(cast)
    change_account(cast, everybody)
    with pytest.raises(SamePerson):
        settlement.release(payment_id=payment.pk, by=everybody, at=cast.at + timedelta(days=40))
    assert not Release.objects.exists()


def test_who_released_a_payment_does_not_send_it_again(cast: Cast, everybody: User) -> None:
    payment = refused_payment(cast)
    change_account(cast, cast.qian)
    settlement.release(payment_id=payment.pk, by=everybody, at=cast.at + timedelta(days=40))
    with pytest.raises(SamePerson):
        settlement.pay_again(payment_ids=[payment.pk], by=everybody, at=cast.at + timedelta(days=40))
    assert Payment.objects.count() == 1


def test_who_noted_a_correction_does_not_waive_it(cast: Cast, everybody: User) -> None:
    refused_payment(cast)
    line = Line.objects.get()
    at = cast.at + timedelta(days=40)
    correction = settlement.take_back(line_id=line.pk, reason="重复计费", by=everybody, at=at, amount_fen=1000)
    with pytest.raises(SamePerson):
        settlement.waive(correction_id=correction.pk, reason="不扣了", by=everybody, at=at)
    assert not Waiver.objects.exists()
    assert verify() == []


def change_account(cast: Cast, by: User) -> None:
    providers.change_account(
        enterprise_id=cast.kangan.pk,
        account_name=cast.kangan.name,
        bank_name="兰州示例银行城关支行",
        bank_account="6200000000000009999",
        document="城养账更〔2026〕1号",
        by=by,
        at=cast.at + timedelta(days=39),
    )
