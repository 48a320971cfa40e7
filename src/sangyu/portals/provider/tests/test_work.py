"""The enterprise's inbox: accept, refuse, name a worker; and nobody sees another enterprise's orders."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.cast import Cast

from sangyu.dispatch.models import Assignment, RefusalRow
from sangyu.orders.models import Order


def page(dispatch, name: str = "dispatch") -> str:
    return reverse(f"provider:{name}", args=[dispatch.pk])


def test_the_inbox_shows_what_asks_for_an_answer(cast: Cast, sit):
    sent = cast.sent()
    text = sit(cast.kangan_user, sent.sent_at + timedelta(minutes=5)).get(reverse("provider:inbox")).content.decode()
    assert "还剩 2" in text
    assert sent.order.number in text
    assert "李秀兰" in text
    assert "/live/?topics=enterprise" in text


def test_another_enterprise_sees_nothing(cast: Cast, sit):
    sent = cast.sent()
    other = sit(cast.letter_user)
    assert sent.order.number not in other.get(reverse("provider:inbox")).content.decode()
    assert other.get(page(sent)).status_code == 404
    assert other.post(page(sent, "accept")).status_code == 404
    assert other.post(page(sent, "refuse"), {"reason": "TOO_FAR"}).status_code == 404
    assert sit(cast.wang).get(reverse("provider:inbox")).status_code == 403


def test_one_tap_accepts_and_leads_to_the_workers(cast: Cast, sit):
    sent = cast.sent()
    answer = sit(cast.kangan_user, sent.sent_at).post(page(sent, "accept"), follow=True)
    assert "派谁去" in answer.content.decode()
    assert Order.objects.get().stage == "ACCEPTED"


def test_accepting_too_late_says_so(cast: Cast, sit):
    sent = cast.sent()
    late = sit(cast.kangan_user, sent.answer_by + timedelta(minutes=5))
    assert "接单时限已过" in late.get(reverse("provider:inbox")).content.decode()
    answer = late.post(page(sent, "accept"))
    assert answer.status_code == 422
    assert "接单时限是" in answer.content.decode()


def test_other_reasons_need_words_and_the_choice_is_kept(cast: Cast, sit):
    sent = cast.sent()
    desk = sit(cast.kangan_user, sent.sent_at)
    answer = desk.post(page(sent, "refuse"), {"reason": "OTHER", "note": ""})
    assert answer.status_code == 422
    assert "选择“其他”时请写明拒单原因" in answer.content.decode()
    assert 'value="OTHER"' in answer.content.decode().split("checked")[0][-200:]
    assert desk.post(page(sent, "refuse"), {"reason": "OTHER", "note": "停电"}).status_code == 302
    assert RefusalRow.objects.get().note == "停电"


def test_no_answer_is_not_a_reason_one_may_give(cast: Cast, sit):
    sent = cast.sent()
    assert sit(cast.kangan_user, sent.sent_at).post(page(sent, "refuse"), {"reason": "NO_ANSWER"}).status_code == 422


def test_the_fit_come_first_and_the_unfit_say_why(cast: Cast, sit):
    worker = cast.worker(cast.kangan, "周晚", "13900000014")
    worker.skills = ["保洁"]
    worker.save(update_fields=["skills"])
    sent = cast.accepted(cast.order(item=cast.bathing))
    desk = sit(cast.kangan_user)
    text = desk.get(page(sent)).content.decode()
    assert text.index("赵勤") < text.index("周晚")
    assert "没有“助浴”技能" in text
    assert desk.post(page(sent, "assign"), {"worker": cast.zhao.pk}).status_code == 302
    assert Assignment.objects.get().worker == cast.zhao


def test_a_busy_worker_is_refused_with_the_other_order(cast: Cast, sit):
    first = cast.order()
    cast.assigned(first)
    second = cast.accepted(cast.order(elder=cast.grandpa))
    answer = sit(cast.kangan_user).post(page(second, "assign"), {"worker": cast.zhao.pk})
    assert answer.status_code == 422
    assert first.number in answer.content.decode()


def test_nobody_chosen_is_told(cast: Cast, sit):
    sent = cast.accepted()
    answer = sit(cast.kangan_user).post(page(sent, "assign"), {"worker": "x"})
    assert answer.status_code == 422
    assert "请选择一位服务人员" in answer.content.decode()


def test_the_inbox_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for hour in (8, 11, 14, 17):
        cast.sent(cast.order(hour=hour))
    cast.assigned(cast.order(elder=cast.grandpa))
    desk = sit(cast.kangan_user)
    with django_assert_max_num_queries(18):
        desk.get(reverse("provider:inbox"))
