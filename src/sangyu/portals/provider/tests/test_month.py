"""The enterprise's month: points with evidence, objections in time, and a statement agreed to line by line."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.quality import actions as quality
from sangyu.quality.models import Appraisal, AppraisalItem, Objection
from sangyu.settlement.models import Confirmation, Statement, StatementObjection

DRAFTED = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
CLOSED = datetime(2026, 12, 5, 0, tzinfo=BEIJING)


@standing
def sheet(cast: Cast) -> Appraisal:
    """The published sheet of November for Kang'an."""
    cast.visited()
    cast.published(at=DRAFTED)
    return Appraisal.objects.get(enterprise=cast.kangan)


@standing
def statement(cast: Cast) -> Statement:
    """Kang'an's statement of November, with something deducted."""
    cast.visited()
    return Statement.objects.get(run=cast.drawn_up(), enterprise=cast.kangan)


def test_the_sheet_shows_points_and_evidence_to_its_own_enterprise(cast: Cast, sit, sheet: Appraisal):
    desk = sit(cast.kangan_user, DRAFTED)
    assert "2026-11" in desk.get(reverse("provider:appraisals")).content.decode()
    text = desk.get(reverse("provider:appraisal", args=[sheet.pk])).content.decode()
    assert "企业建设" in text
    assert "提异议" in text
    assert "异议期还剩 3 个工作日" in text
    assert "到场查看，均符合要求" in text
    assert sit(cast.letter_user, DRAFTED).get(reverse("provider:appraisal", args=[sheet.pk])).status_code == 404


def test_a_draft_is_nobody_elses_yet(cast: Cast, sit):
    quality.appraise(month=cast.month, by=cast.sun, at=DRAFTED)
    draft = Appraisal.objects.get(enterprise=cast.kangan)
    desk = sit(cast.kangan_user, DRAFTED)
    assert "还没有考核" in desk.get(reverse("provider:appraisals")).content.decode()
    assert desk.get(reverse("provider:appraisal", args=[draft.pk])).status_code == 404


def test_an_objection_is_taken_in_time_only(cast: Cast, sit, sheet: Appraisal):
    item = AppraisalItem.objects.filter(appraisal=sheet).first()
    url = reverse("provider:object-to-item", args=[sheet.pk, item.pk])
    empty = sit(cast.kangan_user, DRAFTED).post(url, {"text": " "})
    assert empty.status_code == 422
    assert "请填写异议理由" in empty.content.decode()
    late = sit(cast.kangan_user, CLOSED + timedelta(hours=1)).post(url, {"text": "证照已换新"})
    assert late.status_code == 422
    assert "异议期已过" in late.content.decode()
    assert sit(cast.kangan_user, DRAFTED).post(url, {"text": "证照已换新"}).status_code == 302
    assert Objection.objects.get().text == "证照已换新"


def test_an_objection_to_another_enterprises_item_is_not_found(cast: Cast, sit, sheet: Appraisal):
    item = AppraisalItem.objects.filter(appraisal=sheet).first()
    url = reverse("provider:object-to-item", args=[sheet.pk, item.pk])
    assert sit(cast.letter_user, DRAFTED).post(url, {"text": "不服"}).status_code == 404


def test_the_statement_explains_its_deduction(cast: Cast, sit, statement: Statement):
    desk = sit(cast.kangan_user, statement.run.drawn_at)
    text = desk.get(reverse("provider:statement", args=[statement.pk])).content.decode()
    assert statement.decision["because"] in text
    assert "考核系数" in text
    assert sit(cast.letter_user).get(reverse("provider:statement", args=[statement.pk])).status_code == 404


def test_confirming_needs_an_invoice_and_happens_once(cast: Cast, sit, statement: Statement):
    desk = sit(cast.kangan_user, statement.run.drawn_at)
    url = reverse("provider:confirm", args=[statement.pk])
    assert desk.post(url, {"invoice_number": ""}).status_code == 422
    for _ in range(2):
        assert desk.post(url, {"invoice_number": "04412026"}).status_code == 302
    assert Confirmation.objects.get().invoice_number == "04412026"
    assert "已对账" in desk.get(reverse("provider:statements")).content.decode()


def test_an_open_objection_holds_the_confirmation_back(cast: Cast, sit, statement: Statement):
    desk = sit(cast.kangan_user, statement.run.drawn_at)
    desk.post(reverse("provider:object-to-statement", args=[statement.pk]), {"text": "第1行时间不符"})
    assert StatementObjection.objects.get().text == "第1行时间不符"
    answer = desk.post(reverse("provider:confirm", args=[statement.pk]), {"invoice_number": "04412026"})
    assert answer.status_code == 422
    assert "您的异议还没有得到答复" in answer.content.decode()
    assert 'value="04412026"' in answer.content.decode()


def test_lines_come_by_page(cast: Cast, sit, statement: Statement):
    desk = sit(cast.kangan_user, statement.run.drawn_at)
    first = desk.get(reverse("provider:statement", args=[statement.pk]))
    beyond = desk.get(reverse("provider:statement", args=[statement.pk]), {"after": "1"})
    assert [line.n for line in first.context["lines"]] == [1]
    assert list(beyond.context["lines"]) == []


def test_a_statement_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for day in (1, 2, 3, 4):
        cast.visited(cast.order(days=day))
    statement = Statement.objects.get(run=cast.drawn_up(), enterprise=cast.kangan)
    desk = sit(cast.kangan_user, statement.run.drawn_at)
    with django_assert_max_num_queries(16):
        desk.get(reverse("provider:statement", args=[statement.pk]))
