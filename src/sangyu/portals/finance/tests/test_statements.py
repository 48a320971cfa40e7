"""One statement on the desk: lines, objection, withdrawal, what is taken back."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from tests.standing import standing

from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Answer, Correction, Line, Statement, Withdrawal


@standing
def statement(november):
    run = november.drawn_up()
    return Statement.objects.select_related("run").get(run=run)


def test_every_line_leads_to_its_trace(statement, november, sign_in):
    page = sign_in(november.qian).get(reverse("finance:statement", args=[statement.pk])).content.decode()
    for line in Line.objects.all():
        assert reverse("audit:line", args=[line.pk]) in page
    assert "李*兰" in page
    assert "李秀兰" not in page


def test_what_was_wrong_in_a_paid_month_is_noted_by_its_line(november, sign_in):
    november.paid(november.drawn_up())
    statement = Statement.objects.get()
    finance = sign_in(november.qian)
    where = reverse("finance:take-back", args=[statement.pk])
    unknown = finance.post(where, {"n": "99", "reason": "多付"})
    assert unknown.status_code == 422
    assert "没有这一行" in unknown.content.decode()
    assert finance.post(where, {"n": "1", "amount": "1.50", "reason": "时长不足"}).status_code == 302
    assert Correction.objects.get().amount_fen == 150
    assert "时长不足" in finance.get(reverse("finance:month", args=["2026-11"])).content.decode()


def test_an_objection_is_answered_with_words(statement, november, sign_in):
    objection = settlement.object_to(
        statement_id=statement.pk,
        text="少了一单",
        by=november.kangan_user,
        at=statement.run.drawn_at + timedelta(hours=1),
    )
    finance = sign_in(november.qian)
    where = reverse("finance:answer", args=[objection.pk])
    empty = finance.post(where, {"text": ""})
    assert empty.status_code == 422
    assert "请填写答复" in empty.content.decode()
    assert finance.post(where, {"text": "那一单在12月"}).status_code == 302
    assert Answer.objects.get().text == "那一单在12月"
    assert "那一单在12月" in finance.get(reverse("finance:statement", args=[statement.pk])).content.decode()


def test_a_withdrawn_statement_is_drawn_up_anew(statement, november, sign_in):
    finance = sign_in(november.qian)
    answer = finance.post(reverse("finance:withdraw", args=[statement.pk]), {"reason": "异议成立"})
    assert answer.status_code == 302
    assert Withdrawal.objects.get().reason == "异议成立"
    assert "异议成立" in finance.get(answer.url).content.decode()
    assert finance.get(reverse("finance:statement", args=[statement.pk])).status_code == 404
    finance.post(reverse("finance:draw-up", args=["2026-11"]))
    assert Statement.objects.filter(revision=2).exists()


def test_after_the_approval_nothing_is_withdrawn(statement, november, sign_in):
    november.approved(statement.run)
    finance = sign_in(november.qian)
    answer = finance.post(reverse("finance:withdraw", args=[statement.pk]), {"reason": "太晚了"})
    assert answer.status_code == 422
    assert "已经审批" in answer.content.decode()


def test_a_stranger_sees_no_statement(statement, november, sign_in):
    where = reverse("finance:statement", args=[statement.pk])
    assert sign_in(november.letter_user).get(where).status_code == 403
    assert sign_in(november.ma).get(where).status_code == 403


def test_a_statement_asks_the_same_few_questions(statement, november, sign_in, django_assert_max_num_queries):
    finance = sign_in(november.qian)
    with django_assert_max_num_queries(18):
        finance.get(reverse("finance:statement", args=[statement.pk]))
