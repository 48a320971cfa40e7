"""What the bank refused stays owed, and is paid again by two people to the account that is right now."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import FUND
from tests.month_end import bank_answers
from tests.neighbours import neighbour
from tests.race import race
from tests.standing import standing

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.verify import verify
from sangyu.providers import actions as providers
from sangyu.providers.models import Enterprise
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Payment, PaymentFile, Run
from sangyu.settlement.rules import NotReleased, NotToBePaidAgain, SamePerson

NEW_ACCOUNT = "6200000000000009999"


@standing
def refused(cast):
    """November's one payment, refused by the bank; the enterprise has a new account since."""
    return refuse(cast)


def refuse(cast):
    cast.visited()
    run = cast.approved(cast.drawn_up())
    file = settlement.pay(run_id=run.pk, by=cast.qian, at=run.drawn_at + timedelta(hours=3))
    payment = Payment.objects.get()
    take(cast, run, bank_answers(file, failed=(payment.number,)))
    Enterprise.objects.filter(pk=cast.kangan.pk).update(bank_account=NEW_ACCOUNT)
    return payment


def take(cast, run, content):
    at = run.drawn_at + timedelta(hours=30)
    return settlement.take_return(run_id=run.pk, content=content, by=cast.qian, at=at)


def release(cast, payment, **more):
    return settlement.release(payment_id=payment.pk, **{"by": cast.feng, "at": cast.at, **more})


def pay_again(cast, payment, **more):
    return settlement.pay_again(payment_ids=[payment.pk], **{"by": cast.qian, "at": cast.at, **more})


def owed_fen(cast):
    return ledger_read.balance(settlement.payable_key(Run.objects.get(), FUND, cast.kangan.pk)).balance_fen


def test_a_released_payment_goes_again_under_a_new_number_to_the_new_account(cast, refused):
    release(cast, refused)
    file = pay_again(cast, refused)
    again = Payment.objects.get(again_of=refused)
    assert (again.number, again.account, again.amount_fen) == ("SY20261100002", NEW_ACCOUNT, refused.amount_fen)
    assert (file.n, file.name, file.total_fen) == (2, "支付申请-2026-11-2.csv", 4750)
    assert refused.account != again.account
    assert owed_fen(cast) == 4750
    assert take(cast, file.run, bank_answers(file)) == 1
    assert owed_fen(cast) == 0
    totals = settlement_read.totals(cast.auditor, file.run)
    assert (totals.file_fen, totals.paid_fen) == (4750, 4750)
    [standing] = settlement_read.standings(cast.kangan_user, [again.statement])
    assert (standing.payment, standing.label) == (again, "已到账")
    assert verify() == []


def test_the_first_file_stands_as_it_was(cast, refused):
    first = PaymentFile.objects.get()
    release(cast, refused)
    pay_again(cast, refused)
    run = Run.objects.get()
    assert settlement.pay(run_id=run.pk, by=cast.qian, at=cast.at) == first
    assert [file.n for file in settlement_read.files_of(cast.auditor, run)] == [1, 2]


def test_without_a_release_nothing_goes_again(cast, refused):
    with pytest.raises(NotReleased, match="按康安现在的账户放行"):
        pay_again(cast, refused)


def test_an_account_that_changes_after_the_release_must_be_released_anew(cast, refused):
    first = release(cast, refused)
    assert release(cast, refused).pk == first.pk
    Enterprise.objects.filter(pk=cast.kangan.pk).update(bank_account="6200000000000008888")
    with pytest.raises(NotReleased):
        pay_again(cast, refused)
    assert release(cast, refused).pk != first.pk
    assert pay_again(cast, refused).n == 2


def test_who_releases_does_not_pay(cast, refused):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    release(cast, refused, by=both)
    with pytest.raises(SamePerson, match="另一位同事"):
        pay_again(cast, refused, by=both)
    pay_again(cast, refused)


def test_only_what_was_refused_goes_again_and_only_once(cast, refused):
    release(cast, refused)
    file = pay_again(cast, refused)
    assert pay_again(cast, refused) == file
    with pytest.raises(NotToBePaidAgain, match="已重新拨付，新编号SY20261100002"):
        release(cast, refused)
    again = Payment.objects.get(again_of=refused)
    with pytest.raises(NotToBePaidAgain, match="还没有银行回单"):
        pay_again(cast, again)
    take(cast, file.run, bank_answers(file))
    with pytest.raises(NotToBePaidAgain, match="已到账"):
        release(cast, again)


def test_what_is_refused_again_may_go_a_third_time(cast, refused):
    release(cast, refused)
    file = pay_again(cast, refused)
    again = Payment.objects.get(again_of=refused)
    take(cast, file.run, bank_answers(file, failed=(again.number,)))
    release(cast, again)
    assert pay_again(cast, again).n == 3
    assert owed_fen(cast) == 4750


def test_the_right_roles_of_this_programme_only(cast, refused):
    with pytest.raises(NotAllowed):
        release(cast, refused, by=cast.qian)
    with pytest.raises(NotAllowed):
        pay_again(cast, refused, by=cast.feng)
    stranger = neighbour(cast, Role.FINANCE, Role.APPROVER)
    for verb in (release, pay_again):
        with pytest.raises(NotFound, match="付款"):
            verb(cast, refused, by=stranger)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_pay_again_once(cast):
    payment = refuse(cast)
    release(cast, payment)
    outcomes = race(*[partial(pay_again, cast, payment)] * 3)
    assert len({file.pk for file in outcomes}) == 1
    assert Payment.objects.count() == 2


def test_whoever_changed_the_account_does_not_release_the_payment(cast, refused):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    providers.change_account(
        enterprise_id=cast.kangan.pk,
        account_name="康安居家服务有限公司",
        bank_name="兰州示例银行",
        bank_account="6200000000000007777",
        document="变更函1号",
        by=both,
        at=cast.at,
    )
    with pytest.raises(SamePerson, match="更正账户的人不能自己放行"):
        release(cast, refused, by=both)
    assert release(cast, refused).account == "6200000000000007777"
