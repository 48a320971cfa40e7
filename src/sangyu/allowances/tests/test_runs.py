"""A month from the dry run to the bank's answer, and months that turn out otherwise afterwards."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sangyu.allowances import actions as allowances
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Line, Payment
from sangyu.allowances.rules import (
    BadRecovery,
    BadReturnFile,
    MoneyGone,
    MonthNotBegun,
    NotApproved,
    NothingToPay,
    Outdated,
    SamePerson,
)
from sangyu.allowances.verify import verify
from sangyu.budget import queries as budget_read
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify as ledger_verify
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder

OCTOBER, NOVEMBER, DECEMBER, JANUARY = Month(2026, 10), Month(2026, 11), Month(2026, 12), Month(2027, 1)


def sound(months) -> bool:
    programme_id = months.troupe.programme.pk
    return verify(programme_id) == [] and ledger_verify(programme_id) == []


@pytest.mark.proves("GL-09", "GL-25", "GL-26")
def test_a_month_is_reckoned_approved_paid_and_answered(months):
    for serial, (name, born) in enumerate([("甲", 1940), ("乙", 1930), ("丙", 1920), ("丁", 1960)], 1):
        months.elder(name, date(born, 3, 5), serial)
    run = months.drawn(NOVEMBER)
    assert months.said(run) == {
        ("甲", "2026-11"): ("NEW", 100_00),
        ("乙", "2026-11"): ("NEW", 200_00),
        ("丙", "2026-11"): ("NEW", 1000_00),
    }
    assert (run.persons, run.given_fen, run.added_fen, run.taken_fen) == (3, 1300_00, 1300_00, 0)
    assert Line.objects.get(run=run, elder__name="甲").because == "年满80周岁，无工作单位，每月高龄补贴100元"
    assert months.drawn(NOVEMBER) == run, "reckoned again it is the same run"
    months.sent(NOVEMBER)
    left = budget_read.position(months.troupe.head, "HIGH-AGE-ALLOWANCE", date(2026, 11, 1))
    assert (left.paid_fen, left.available_fen) == (1300_00, 1_000_000_00 - 1300_00)
    assert months.answered(run) == 3
    assert months.answered(run) == 0, "the same answer again answers nothing"
    assert set(allowances_read.balances(run.scheme).values()) == {0}
    assert sound(months)


def test_each_month_says_what_differs_from_the_month_before(months):
    months.elder("新", date(1946, 12, 31), 1)
    months.elder("变", date(1936, 12, 1), 2)
    gone = months.elder("停", date(1940, 3, 5), 3)
    months.elder("同", date(1940, 3, 5), 4)
    months.elder("缺", date(1940, 3, 5), 5, works=None)
    months.booked(NOVEMBER)
    registry.record_death(elder_id=gone.pk, died_on=date(2026, 11, 9), by=months.troupe.clerk, at=months.troupe.at)
    run = months.drawn(DECEMBER)
    assert months.said(run) == {
        ("新", "2026-12"): ("NEW", 100_00),
        ("变", "2026-12"): ("CHANGED", 200_00),
        ("停", "2026-12"): ("ENDED", 0),
        ("同", "2026-12"): ("SAME", 100_00),
        ("缺", "2026-12"): ("UNDECIDED", 0),
    }
    assert run.undecided == {"有工作单位": 1}
    assert Line.objects.get(run=run, elder=gone).because == "2026-11-09去世，从次月起停发"
    counted = allowances_read.counts(months.troupe.qian, run)
    assert (counted["SAME"], counted["TAKEN_BACK"]) == ((1, 100_00), (0, 0))


@pytest.mark.proves("GL-09")
def test_a_death_on_the_10th_that_is_heard_of_late_takes_back_the_months_after_it(months):
    gone = months.elder("故", date(1940, 3, 5), 1)
    months.elder("在", date(1940, 3, 5), 2)
    for month in (OCTOBER, NOVEMBER):
        months.answered(months.sent(month))
    at = months.at(DECEMBER, 2)
    registry.record_death(elder_id=gone.pk, died_on=date(2026, 10, 10), by=months.troupe.clerk, at=at)
    run = months.booked(DECEMBER)
    assert months.said(run) == {
        ("故", "2026-11"): ("TAKEN_BACK", -100_00),
        ("在", "2026-12"): ("SAME", 100_00),
        ("故", "2026-12"): ("ENDED", 0),
    }, "October is the month of the death and stays"
    assert [(one.elder.name, one.amount_fen) for one in allowances_read.claims(months.troupe.qian, run.scheme)] == [
        ("故", 100_00)
    ]
    assert sound(months)
    back = {"run_id": run.pk, "elder_id": gone.pk, "document": "缴款单 1号", "by": months.troupe.qian, "at": at}
    with pytest.raises(BadRecovery, match=r"应追回100\.00元"):
        allowances.recover(**back, amount_fen=100_01, key="1")
    assert allowances.recover(**back, amount_fen=60_00, key="2") == allowances.recover(
        **back, amount_fen=60_00, key="2"
    )
    assert months.balance(gone, run) == -40_00
    assert sound(months)


def test_a_birthday_that_was_wrong_pays_the_months_that_were_missed(months):
    elder = months.elder("生", date(1947, 9, 1), 1)
    months.elder("在", date(1940, 3, 5), 2)
    for month in (OCTOBER, NOVEMBER):
        months.answered(months.sent(month))
    Elder.objects.filter(pk=elder.pk).update(birth_on=date(1946, 9, 1))
    run = months.sent(DECEMBER)
    assert {key: said for key, said in months.said(run).items() if key[0] == "生"} == {
        ("生", "2026-10"): ("BACK_PAID", 100_00),
        ("生", "2026-11"): ("BACK_PAID", 100_00),
        ("生", "2026-12"): ("NEW", 100_00),
    }
    assert Payment.objects.get(elder=elder).amount_fen == 300_00
    assert sound(months)


def test_what_was_paid_too_much_is_set_off_against_the_months_that_follow(months):
    elder = months.elder("改", date(1930, 3, 5), 1)
    months.elder("在", date(1940, 3, 5), 2)
    months.answered(months.sent(NOVEMBER))
    Elder.objects.filter(pk=elder.pk).update(birth_on=date(1940, 3, 5))
    run = months.sent(DECEMBER)
    assert months.balance(elder, run) == 0, "a hundred back, a hundred for December: nothing moves"
    assert not Payment.objects.filter(file__run=run, elder=elder).exists()
    assert months.said(run)["改", "2026-11"] == ("TAKEN_BACK", -100_00)
    assert sound(months)


def test_whoever_moves_away_gets_nothing_from_the_month_after_whose_end_she_is_gone(months):
    elder = months.elder("迁", date(1940, 3, 5), 1)
    months.elder("在", date(1940, 3, 5), 2)
    months.booked(OCTOBER)
    registry.move(
        elder_id=elder.pk,
        moved_on=date(2026, 11, 5),
        community_code="",
        address="外地",
        hukou_in_area=False,
        reason="随子女迁走",
        by=months.troupe.clerk,
        at=months.at(NOVEMBER),
    )
    run = months.drawn(NOVEMBER)
    assert months.said(run) == {("迁", "2026-11"): ("ENDED", 0), ("在", "2026-11"): ("SAME", 100_00)}
    assert "已迁出本区" in Line.objects.get(run=run, elder=elder).because


def test_a_work_unit_found_out_later_counts_from_its_own_day(months):
    elder = months.elder("职", date(1940, 3, 5), 1)
    for month in (OCTOBER, NOVEMBER):
        months.booked(month)
    months.works(elder, True, since=date(2026, 11, 3), key="2")
    assert months.said(months.drawn(DECEMBER)) == {
        ("职", "2026-11"): ("TAKEN_BACK", -100_00),
        ("职", "2026-12"): ("ENDED", 0),
    }


def test_what_the_bank_refuses_is_owed_again_and_goes_with_the_next_file(months):
    elder = months.elder("退", date(1940, 3, 5), 1)
    months.elder("在", date(1940, 3, 5), 2)
    run = months.sent(NOVEMBER)
    months.answered(run, elder.pk)
    assert months.balance(elder, run) == 100_00
    assert allowances_read.bounced(months.troupe.qian, run)[0].reason == "户名不符"
    assert sound(months)
    again = months.sent(DECEMBER)
    assert Payment.objects.get(file__run=again, elder=elder).amount_fen == 200_00
    months.answered(again)
    assert sound(months)


def test_what_bounces_to_somebody_who_owes_goes_back_to_the_year(months):
    gone = months.elder("故", date(1940, 3, 5), 1)
    months.elder("在", date(1940, 3, 5), 2)
    months.answered(months.sent(OCTOBER))
    run = months.sent(NOVEMBER)
    at = months.at(DECEMBER, 2)
    registry.record_death(elder_id=gone.pk, died_on=date(2026, 9, 10), by=months.troupe.clerk, at=at)
    months.booked(DECEMBER)
    assert months.balance(gone, run) == -200_00
    months.answered(run, gone.pk)
    assert months.balance(gone, run) == -100_00, "October was paid, November came back"
    assert sound(months)


def test_nobody_takes_two_steps_and_nothing_old_is_approved(months):
    elder = months.elder("甲", date(1940, 3, 5), 1)
    first = months.drawn(NOVEMBER)
    with pytest.raises(NotApproved):
        allowances.pay(run_id=first.pk, by=months.troupe.qian, at=months.at(NOVEMBER))
    months.works(elder, True, key="2")
    second = months.drawn(NOVEMBER)
    assert (second.n, second.persons) == (2, 0)
    with pytest.raises(Outdated, match="请重新核算"):
        allowances.approve(run_id=first.pk, by=months.troupe.feng, at=months.at(NOVEMBER))
    by_head = allowances.draw_up(code="insurance", month=NOVEMBER, by=months.troupe.head, at=months.at(NOVEMBER))
    with pytest.raises(SamePerson):
        allowances.approve(run_id=by_head.pk, by=months.troupe.head, at=months.at(NOVEMBER))
    with pytest.raises(MonthNotBegun):
        allowances.draw_up(code="insurance", month=DECEMBER, by=months.troupe.qian, at=months.at(NOVEMBER))
    allowances.approve(run_id=second.pk, by=months.troupe.feng, at=months.at(NOVEMBER))
    with pytest.raises(NothingToPay):
        allowances.pay(run_id=second.pk, by=months.troupe.qian, at=months.at(NOVEMBER))


def test_more_than_the_year_has_is_not_booked(months):
    for serial in range(1, 4):
        months.elder(f"老{serial}", date(1920, 3, 5), serial)
    run = months.drawn(JANUARY)
    run.scheme.__class__.objects.filter(pk=run.scheme_id).update(fund="SERVICE-VOUCHER")
    with pytest.raises(MoneyGone, match=r"2027年“高龄补贴、营养费”的预算可用0\.00元，本次需要3,000\.00元"):
        allowances.approve(run_id=run.pk, by=months.troupe.feng, at=months.at(JANUARY))
    assert sound(months)


@pytest.mark.proves("GL-10", "GL-27")
def test_everybody_of_the_district_is_insured_once_a_year(months):
    for serial in range(1, 4):
        months.elder(f"老{serial}", date(1960, 3, 5), serial)
    months.elder("年轻", date(1967, 12, 20), 9)
    allowances.draw_up(code="insurance", month=OCTOBER, by=months.troupe.qian, at=months.at(OCTOBER))
    allowances.set_account(
        code="insurance",
        holder="示例财产保险公司",
        account="62000000000000001",
        bank="福州示例银行",
        document="保险合同",
        by=months.troupe.head,
        at=months.troupe.at,
        key="1",
    )
    run = months.sent(OCTOBER, "insurance")
    assert (run.persons, run.given_fen) == (3, 3 * 20_00)
    assert [(row.elder_id, row.amount_fen) for row in Payment.objects.filter(file__run=run)] == [(None, 60_00)]
    one = Elder.objects.get(name="老1")
    said = [allowances_read.given_to(months.troupe.clerk, one, of) for of in (OCTOBER, NOVEMBER)]
    assert said == [[], []], "a policy of the year is of no month, and the bank has not answered"
    later = months.elder("新来", date(1950, 1, 1), 10)
    more = months.drawn(DECEMBER, "insurance")
    assert {name: said for (name, _), said in months.said(more).items()} == {"新来": ("NEW", 20_00)}
    assert months.drawn(JANUARY, "insurance").persons == 4, f"{later.name} too, a new year for all"
    months.answered(run)
    [given] = allowances_read.given_to(months.troupe.clerk, one, DECEMBER)
    assert (given.month_fen, given.year_fen, given.waiting_fen) == (0, 20_00, 0)
    assert sound(months)


def test_two_records_of_one_person_are_paid_once(months):
    one, other = months.elder("重", date(1940, 3, 5), 1), months.elder("重名", date(1940, 3, 5), 2)
    run = months.booked(NOVEMBER)
    assert run.given_fen == 200_00
    Elder.objects.filter(pk=other.pk).update(merged_into=one)
    again = months.booked(DECEMBER)
    assert months.said(again) == {
        ("重", "2026-11"): ("TAKEN_BACK", -100_00),
        ("重", "2026-12"): ("CHANGED", 100_00),
    }
    assert months.balance(one, again) == 200_00
    assert sound(months)


def test_a_bank_s_answer_that_does_not_fit_is_refused_whole(months):
    months.elder("甲", date(1940, 3, 5), 1)
    run = months.sent(NOVEMBER)
    strange = "支付编号,结果,银行流水号,原因\r\nJT999,成功,B1,\r\n".encode("gb18030")
    with pytest.raises(BadReturnFile, match="JT999不在这次的付款文件里"):
        allowances.take_return(run_id=run.pk, content=strange, by=months.troupe.qian, at=months.at(NOVEMBER))
    months.answered(run)
    with pytest.raises(BadReturnFile, match="与上次回单不同"):
        months.answered(run, *Payment.objects.filter(file__run=run).values_list("elder_id", flat=True))


def test_questions_to_the_database_do_not_grow_with_the_people(months):
    months.elder("甲", date(1940, 3, 5), 1)
    with CaptureQueriesContext(connection) as few:
        months.drawn(NOVEMBER)
    with CaptureQueriesContext(connection) as answered_one:
        refuse_all(months, OCTOBER)
    for serial in range(2, 7):
        months.elder(f"老{serial}", date(1940, 3, 5), serial)
    with CaptureQueriesContext(connection) as more:
        months.drawn(NOVEMBER)
    assert len(more) <= len(few)
    with CaptureQueriesContext(connection) as answered_all:
        refuse_all(months, NOVEMBER)
    assert len(answered_all) <= len(answered_one)


def refuse_all(months, month: Month) -> None:
    months.answered(months.sent(month), *Elder.objects.values_list("pk", flat=True))
