"""The year's money: going beyond it, and whether the books are whole."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse
from tests.cast import FUND

from sangyu.budget.models import Override

WHERE = "finance:budget"


def test_the_bureau_goes_beyond_the_budget_for_a_reason_and_once(cast, sign_in):
    bureau = sign_in(cast.head)
    given = {"fund": FUND, "amount": "5,000", "reason": "寒潮期间加派上门", "key": str(uuid4())}
    assert bureau.post(reverse(WHERE), given).status_code == 302
    assert bureau.post(reverse(WHERE), given).status_code == 302
    assert Override.objects.get().amount_fen == 500_000
    page = bureau.get(reverse(WHERE)).content.decode()
    assert "寒潮期间加派上门" in page
    assert "另批准超预算 ¥5,000.00" in page


def test_without_a_reason_nothing_is_gone_beyond_and_the_sum_is_kept(cast, sign_in):
    answer = sign_in(cast.head).post(
        reverse(WHERE), {"fund": FUND, "amount": "5000.00", "reason": "", "key": str(uuid4())}
    )
    assert answer.status_code == 422
    assert "请填写理由" in answer.content.decode()
    assert 'value="5000.00"' in answer.content.decode()


def test_a_sum_that_is_none_is_named(cast, sign_in):
    answer = sign_in(cast.head).post(
        reverse(WHERE), {"fund": FUND, "amount": "五千", "reason": "寒潮", "key": str(uuid4())}
    )
    assert answer.status_code == 422
    assert "不是金额" in answer.content.decode()


def test_finance_may_look_but_not_go_beyond(cast, sign_in):
    finance = sign_in(cast.qian)
    assert "批准超预算</h2>" not in finance.get(reverse(WHERE)).content.decode()
    answer = finance.post(reverse(WHERE), {"fund": FUND, "amount": "1", "reason": "寒潮", "key": str(uuid4())})
    assert answer.status_code == 422
    assert not Override.objects.exists()


def test_sound_books_balance(november, sign_in):
    november.paid(november.drawn_up())
    page = sign_in(november.auditor).post(reverse("finance:verify")).content.decode()
    assert "账平" in page


def test_a_fault_in_the_books_is_named(cast, sign_in):
    from sangyu.ledger.models import Account

    Account.objects.filter(kind="TREASURY").update(debit_fen=1)
    page = sign_in(cast.auditor).post(reverse("finance:verify")).content.decode()
    assert "账平" not in page
    assert "处不平" in page
