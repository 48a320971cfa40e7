"""A month on the desk, from its draw to the bank's answer, and what is refused on the way."""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from tests.cast import BEIJING
from tests.month_end import bank_answers

from sangyu.kit.money import yuan
from sangyu.providers.models import Enterprise
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Approval, Payment, PaymentFile, PaymentReturn, Run

MONTH = ["2026-11"]


def where(name: str) -> str:
    if name == "file":
        return reverse("finance:file-n", args=[*MONTH, 1])
    return reverse(f"finance:{name}", args=MONTH)


def test_the_year_shows_four_figures_and_its_months(november, sign_in):
    page = sign_in(november.qian).get(reverse("finance:months")).content.decode()
    for words in ("年初预算", "已占用", "已拨付", "可用", "¥1,000,000.00", "¥50.00", "未出单"):
        assert words in page


def test_a_month_without_final_appraisals_says_what_is_missing(november, sign_in):
    finance = sign_in(november.qian)
    assert "等待考核定稿" in finance.get(where("month")).content.decode()
    refused = finance.post(where("draw-up"))
    assert refused.status_code == 422
    assert "考核还没有定稿" in refused.content.decode()
    assert not Run.objects.exists()


def test_the_whole_month_by_its_buttons(november, sign_in):
    november.month_end()
    finance, approver = sign_in(november.qian), sign_in(november.feng)
    assert finance.post(where("draw-up")).status_code == 302
    run = Run.objects.get()
    early = approver.post(where("approve"))
    assert early.status_code == 422
    assert "没有对账确认" in early.content.decode()
    november.confirmed(run)
    assert approver.post(where("approve")).status_code == 302
    unfinished = finance.post(where("pay"))
    assert unfinished.status_code == 422
    assert "等“分管领导”签字" in unfinished.content.decode()
    for signer in (november.deputy, november.head):
        assert sign_in(signer).post(where("approve")).status_code == 302
    assert finance.post(where("pay")).status_code == 302
    file = PaymentFile.objects.get()
    shown = finance.get(where("month"))
    assert file.sha256 in shown.content.decode()
    assert yuan(file.total_fen) in shown.content.decode()
    assert shown.context["ledger"].posted_fen == file.total_fen == shown.context["totals"].net_fen
    assert shown.context["ledger"].voided_fen == shown.context["totals"].deducted_fen > 0
    assert finance.post(where("simulate")).status_code == 302
    done = finance.get(where("month"))
    assert [step["state"] for step in done.context["steps"]] == ["done"] * 8
    assert done.context["totals"].paid_fen == file.total_fen
    assert "已到账" in done.content.decode()


def test_the_file_comes_byte_for_byte(november, sign_in):
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    assert finance.get(where("file")).status_code == 404
    finance.post(where("pay"))
    answer = finance.get(where("file"))
    assert hashlib.sha256(answer.content).hexdigest() == PaymentFile.objects.get().sha256 == answer["X-Content-SHA256"]
    assert "attachment" in answer["Content-Disposition"]
    assert quote("支付申请-2026-11.csv") in answer["Content-Disposition"]


def test_who_drew_up_may_not_approve(november, sign_in, cast):
    november.confirmed(november.drawn_up())
    both = cast.user(cast.operator, "both", "许双", "FINANCE", "APPROVER")
    Run.objects.update(drawn_by=both)
    answer = sign_in(both).post(where("approve"))
    assert answer.status_code == 422
    assert "不能审批自己办理的结算" in answer.content.decode()
    assert "您是出单人" in sign_in(both).get(where("month")).content.decode()
    assert not Approval.objects.exists()


def test_the_finance_officer_may_not_approve(november, sign_in):
    november.confirmed(november.drawn_up())
    answer = sign_in(november.qian).post(where("approve"))
    assert answer.status_code == 422
    assert "财务复核" in answer.content.decode()


def test_the_banks_own_file_is_read(november, sign_in):
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    finance.post(where("pay"))
    content = bank_answers(PaymentFile.objects.get())
    sent = finance.post(where("return"), {"file": SimpleUploadedFile("回单.csv", content)})
    assert sent.status_code == 302
    assert PaymentReturn.objects.get().paid


def test_a_wrong_file_is_refused_with_its_line(november, sign_in):
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    finance.post(where("pay"))
    answer = finance.post(where("return"), {"file": SimpleUploadedFile("x.csv", b"a,b\r\n")})
    assert answer.status_code == 422
    assert "回单文件第1行" in answer.content.decode()
    assert finance.post(where("return"), {}).status_code == 422


def test_a_bounced_payment_is_named_with_its_reason(november, sign_in):
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    finance.post(where("pay"))
    finance.post(where("simulate"), {"failed": "SY20261100001"})
    page = finance.get(where("month")).content.decode()
    assert "银行退回 1 笔" in page
    assert "户名与账号不符" in page


def test_outside_a_demo_no_bank_is_simulated(november, sign_in):
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    finance.post(where("pay"))
    with override_settings(DEMO=False):
        assert "模拟银行回单" not in finance.get(where("month")).content.decode()
        assert finance.post(where("simulate")).status_code == 404


def test_what_is_withheld_is_listed_with_its_reason(cast, sign_in):
    cast.visited(place=None, door_code="")
    drawn_at = datetime(2026, 12, 5, 9, tzinfo=BEIJING)
    cast.appraised(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    settlement.draw_up(month=cast.month, by=cast.qian, at=drawn_at)
    page = sign_in(cast.qian).get(where("month")).content.decode()
    assert "上门证明不足，尚未经回访确认" in page
    assert "李*兰" in page


@pytest.mark.parametrize("who", ["kangan_user", "ma", "zhao_user", "clerk"])
def test_others_see_no_money(cast, sign_in, who):
    stranger = sign_in(getattr(cast, who))
    assert stranger.get(reverse("finance:months")).status_code == 403
    assert stranger.get(where("month")).status_code == 403


def test_a_month_that_is_none_is_not_found(cast, sign_in):
    assert sign_in(cast.qian).get(reverse("finance:month", args=["2026-13"])).status_code == 404


def test_a_month_asks_the_same_few_questions(november, sign_in, django_assert_max_num_queries):
    november.paid(november.drawn_up())
    finance = sign_in(november.qian)
    with django_assert_max_num_queries(60):
        finance.get(where("month"))


def test_the_rail_names_who_signed_and_who_is_next(november, sign_in):
    run = november.confirmed(november.drawn_up())
    sign_in(november.feng).post(where("approve"))
    page = sign_in(november.deputy).get(where("month"))
    assert [one.by and one.by.display_name for one in page.context["signatures"]] == ["钱谨", "冯度", None, None]
    assert "审批签字（分管领导）" in page.content.decode()
    early = sign_in(november.head).post(where("approve"))
    assert early.status_code == 422
    assert "现在应由“分管领导”签字" in early.content.decode()
    assert Approval.objects.get(run=run).by == november.feng


def test_a_month_is_sent_back_with_words(november, sign_in):
    november.confirmed(november.drawn_up())
    sign_in(november.feng).post(where("approve"))
    deputy = sign_in(november.deputy)
    assert deputy.post(where("decline"), {"reason": ""}).status_code == 422
    assert deputy.post(where("decline"), {"reason": "发票金额不符"}).status_code == 302
    page = sign_in(november.qian).get(where("month"))
    assert "发票金额不符" in page.content.decode()
    assert not page.context["signed"]


def test_the_bank_file_is_a_choice(november, sign_in):
    november.approved(november.drawn_up())
    sign_in(november.qian).post(where("pay"), {"form": "BANK_FILE", "encoding": "utf-8"})
    file = PaymentFile.objects.get()
    assert (file.form, file.encoding) == ("BANK_FILE", "utf-8")


NEW_ACCOUNT = {
    "account_name": "康安居家服务有限公司",
    "bank_name": "兰州示例银行东岗支行",
    "bank_account": "6200 0000 0000 0009 999",
    "document": "康安函〔2026〕7号",
}


def bounced(november, sign_in) -> Payment:
    november.approved(november.drawn_up())
    finance = sign_in(november.qian)
    finance.post(where("pay"))
    finance.post(where("simulate"), {"failed": "SY20261100001"})
    return Payment.objects.get()


def test_a_refused_payment_is_corrected_released_and_paid_again_on_screen(november, sign_in):
    payment = bounced(november, sign_in)
    finance, approver = sign_in(november.qian), sign_in(november.feng)
    early = finance.post(where("pay-again"))
    assert early.status_code == 422
    assert "请审批人核对账户后放行" in early.content.decode()
    correct = reverse("finance:account", args=["2026-11", payment.pk])
    assert correct in finance.get(where("month")).content.decode()
    form = finance.get(correct).content.decode()
    for words in ("户名与账号不符", "SY20261100001", f'value="{payment.account}"', "现在的账户是加盟时登记的"):
        assert words in form
    assert finance.post(correct, NEW_ACCOUNT).status_code == 302
    shown = approver.get(where("month")).content.decode()
    for words in ("6200000000000009999", "康安函〔2026〕7号 · 钱谨", payment.account):
        assert words in shown
    assert approver.post(reverse("finance:release", args=[payment.pk]), {"month": "2026-11"}).status_code == 302
    assert finance.post(where("pay-again")).status_code == 302
    assert finance.post(where("simulate")).status_code == 302
    done = finance.get(where("month"))
    assert done.context["totals"].paid_fen == done.context["totals"].net_fen == payment.amount_fen
    assert Payment.objects.get(again_of=payment).account == "6200000000000009999"
    assert finance.get(reverse("finance:file-n", args=["2026-11", 2])).status_code == 200
    assert finance.get(reverse("finance:file-n", args=["2026-11", 3])).status_code == 404
    assert finance.get(correct).status_code == 404, "what is paid again needs no other account"


def test_a_wrong_account_is_refused_with_everything_kept(november, sign_in):
    payment = bounced(november, sign_in)
    finance = sign_in(november.qian)
    correct = reverse("finance:account", args=["2026-11", payment.pk])
    same = {"account_name": payment.account_name, "bank_name": payment.bank, "bank_account": payment.account}
    for wrong, says in (
        ({**NEW_ACCOUNT, "bank_account": "6200O00000001"}, "对照企业来函"),
        ({**NEW_ACCOUNT, "document": ""}, "依据文件"),
        ({**same, "document": "康安函〔2026〕7号"}, "登记的就是这个账户"),
    ):
        answer = finance.post(correct, wrong)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert f'value="{wrong["bank_account"]}"' in answer.content.decode()
    for who in (november.feng, november.auditor, november.kangan_user):
        assert sign_in(who).post(correct, NEW_ACCOUNT).status_code == 403
    assert Enterprise.objects.get(pk=november.kangan.pk).bank_account == payment.account


def test_what_is_out_of_the_ordinary_is_counted_with_its_place(november, sign_in):
    november.visited(november.order(days=3), place=None, door_code="")
    run = november.drawn_up()
    objected_at = run.drawn_at
    statement = settlement_read.statements(november.kangan_user).get(run=run)
    settlement.object_to(statement_id=statement.pk, text="少算", by=november.kangan_user, at=objected_at)
    shown = sign_in(november.qian).get(where("month"))
    assert {one["anchor"] for one in shown.context["exceptions"]} >= {"objections"}
    assert 'id="objections"' in shown.content.decode()
