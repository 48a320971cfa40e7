"""An approved run is paid once, and the bank's answer is taken as it comes."""

from __future__ import annotations

import csv
import io
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
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.models import HoldEnd
from sangyu.ledger.verify import verify
from sangyu.providers import actions as providers
from sangyu.providers.models import Enterprise
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Payment, PaymentFile, PaymentReturn, Run
from sangyu.settlement.rules import AccountChanged, BadReturnFile, CannotBeWritten, NotYet, SamePerson


def pay(cast, run, **more):
    return settlement.pay(run_id=run.pk, **{"by": cast.qian, "at": run.drawn_at + timedelta(hours=3), **more})


def take(cast, run, content, **more):
    at = run.drawn_at + timedelta(hours=30)
    return settlement.take_return(run_id=run.pk, content=content, **{"by": cast.qian, "at": at, **more})


def owed_fen(cast, run):
    return ledger_read.balance(settlement.payable_key(run, FUND, cast.kangan.pk)).balance_fen


@standing
def run(cast):
    cast.visited()
    return cast.approved(cast.drawn_up())


def test_paying_posts_the_holds_and_gives_back_the_deduction_with_its_reason(cast, run):
    file = pay(cast, run)
    assert (file.payments, file.total_fen) == (1, 4750)
    end = HoldEnd.objects.get(posted_fen=4750)
    assert (end.kind, end.voided_fen) == (HoldEnd.Kind.POSTED, 250)
    assert "考核得分87.4分" in end.reason
    assert owed_fen(cast, run) == 4750
    assert verify() == []


def test_paying_again_returns_the_same_file_byte_for_byte(cast, run):
    first = pay(cast, run)
    again = pay(cast, run, at=run.drawn_at + timedelta(days=9))
    assert bytes(again.content) == bytes(first.content)
    assert (PaymentFile.objects.count(), Payment.objects.count()) == (1, 1)
    assert owed_fen(cast, run) == 4750


def test_nothing_is_paid_before_the_approval(cast):
    cast.visited()
    run = cast.confirmed(cast.drawn_up())
    with pytest.raises(NotYet, match="等“审核”签字"):
        pay(cast, run)
    assert owed_fen(cast, run) == 0


def test_only_finance_of_this_programme_pays(cast, run):
    with pytest.raises(NotAllowed, match="财务经办"):
        pay(cast, run, by=cast.feng)
    with pytest.raises(NotFound, match="结算"):
        pay(cast, run, by=neighbour(cast, Role.FINANCE))
    with pytest.raises(NotFound, match="结算"):
        take(cast, run, b"", by=neighbour(cast, Role.FINANCE))


def test_a_name_that_cannot_be_written_stops_everything(cast, run):
    Enterprise.objects.filter(pk=cast.kangan.pk).update(account_name="㛃记服务部")
    with pytest.raises(CannotBeWritten, match="㛃"):
        pay(cast, run, encoding="gb2312")
    assert owed_fen(cast, run) == 0
    assert "㛃记服务部" in bytes(pay(cast, run).content).decode("gb18030")


def test_what_the_bank_paid_leaves_the_enterprise_s_account(cast, run):
    answers = bank_answers(pay(cast, run))
    assert take(cast, run, answers) == 1
    assert take(cast, run, answers) == 0
    assert owed_fen(cast, run) == 0
    assert settlement_read.totals(cast.auditor, run).paid_fen == 4750
    assert PaymentReturn.objects.count() == 1
    assert verify() == []


def test_what_the_bank_could_not_pay_stays_owed(cast, run):
    file = pay(cast, run)
    number = Payment.objects.get().number
    assert take(cast, run, bank_answers(file, failed=(number,))) == 1
    assert owed_fen(cast, run) == 4750
    returned = PaymentReturn.objects.get()
    assert (returned.paid, returned.reason) == (False, "户名不符")
    totals = settlement_read.totals(cast.auditor, run)
    assert (totals.file_fen, totals.paid_fen) == (4750, 0)
    assert verify() == []


def test_an_answer_that_changes_or_belongs_elsewhere_is_refused(cast, run):
    file = pay(cast, run)
    number = Payment.objects.get().number
    take(cast, run, bank_answers(file))
    with pytest.raises(BadReturnFile, match=f"{number}的结果与上次回单不同"):
        take(cast, run, bank_answers(file, failed=(number,)))
    with pytest.raises(BadReturnFile, match=r"SY99.*不在本月付款文件"):
        take(cast, run, "支付编号,结果,银行流水号,原因\r\nSY99,成功,BK1,\r\n".encode("gb18030"))
    assert owed_fen(cast, run) == 0


def test_an_answer_with_one_bad_row_changes_nothing(cast, run):
    content = bank_answers(pay(cast, run)) + "\r\nSY99,成功,BK1,".encode("gb18030")
    with pytest.raises(BadReturnFile):
        take(cast, run, content)
    assert owed_fen(cast, run) == 4750
    assert not PaymentReturn.objects.exists()


def test_the_treasury_is_asked_by_default_with_the_budget_item_of_every_row(cast, run):
    file = pay(cast, run)
    control, header, row = csv.reader(io.StringIO(bytes(file.content).decode("gb18030"), newline=""))
    assert (file.form, file.name) == ("TREASURY_REQUEST", "支付申请-2026-11.csv")
    assert control == ["笔数", "1", "合计（元）", "47.50", "申请单位", "城关区虚拟养老院", "申请编号", "ZF20261101"]
    assert header[-2:] == ["预算项目", "支付方式"]
    assert row[2:6] == [cast.kangan.account_name, cast.kangan.bank_account, cast.kangan.bank_name, "47.50"]
    assert row[-2:] == [budget_read.fund_titles(cast.qian, cast.at.date())[FUND], "财政直接支付"]
    assert take(cast, run, bank_answers(file)) == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_the_bank_s_batch_file_is_a_choice(cast, run, encoding):
    file = pay(cast, run, form="BANK_FILE", encoding=encoding)
    assert (file.form, file.name, file.encoding) == ("BANK_FILE", "拨付-2026-11.csv", encoding)
    assert take(cast, run, bank_answers(file), encoding=encoding) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_pay_once(cast):
    cast.visited()
    run = cast.approved(cast.drawn_up())
    outcomes = race(*[partial(pay, cast, run)] * 3)
    assert len({file.sha256 for file in outcomes}) == 1
    assert PaymentFile.objects.count() == 1
    assert owed_fen(cast, run) == 4750
    answers = bank_answers(outcomes[0])
    assert sorted(race(*[partial(take, cast, run, answers)] * 3)) == [0, 0, 1]
    assert owed_fen(cast, Run.objects.get()) == 0
    assert verify() == []


def test_money_goes_to_the_account_that_was_signed_for(cast, run):
    change = {
        "enterprise_id": cast.kangan.pk,
        "account_name": "康安居家服务有限公司",
        "bank_name": "兰州示例银行",
        "bank_account": "6200000000000007777",
        "document": "变更函1号",
        "by": cast.qian,
    }
    providers.change_account(**change, at=run.drawn_at + timedelta(hours=2, minutes=1))
    with pytest.raises(AccountChanged, match="康安的收款账户在签字开始之后由钱谨更正过"):
        pay(cast, run)
    assert (PaymentFile.objects.exists(), owed_fen(cast, run)) == (False, 0)
    at = run.drawn_at + timedelta(hours=4)
    settlement.decline(run_id=run.pk, reason="核对新账户", by=cast.head, at=at)
    for signer in (cast.feng, cast.deputy, cast.head):
        settlement.approve(run_id=run.pk, by=signer, at=at)
    assert pay(cast, run, at=at).total_fen == 4750
    assert Payment.objects.get().account == "6200000000000007777"


def test_whoever_signed_does_not_pay(cast):
    both = cast.user(cast.operator, "both", "双岗", Role.FINANCE, Role.APPROVER)
    cast.visited()
    run = cast.confirmed(cast.drawn_up())
    for signer in (both, cast.deputy, cast.head):
        settlement.approve(run_id=run.pk, by=signer, at=run.drawn_at)
    with pytest.raises(SamePerson, match="签过字的人不能自己拨付"):
        pay(cast, run, by=both)
    assert pay(cast, run).total_fen == 4750
