"""People, papers and pay of the enterprise: what runs out is told in time, and nobody fills another's file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.cast import Cast

from sangyu.access.queries import NotAllowed
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper
from sangyu.providers.models import Certificate, PayRate, Worker


def test_people_are_listed_with_the_days_their_certificates_hold(cast: Cast, sit):
    cast.worker(cast.kangan, "周晚", "13900000014", certificate_until=cast.at.date() + timedelta(days=20))
    text = sit(cast.kangan_user).get(reverse("provider:workers")).content.decode()
    assert "在职 2 人" in text
    assert "还有 20 天" in text
    assert "证书快到期" in text
    assert "宋梅" not in text
    assert "13900000014" not in text


def test_the_officers_are_named_and_whether_they_are_trained(cast: Cast, sit):
    text = sit(cast.kangan_user).get(reverse("provider:workers")).content.decode()
    assert "安全员" in text
    assert "赵勤" in text


def test_somebody_is_taken_on_and_gets_a_certificate(cast: Cast, sit):
    desk = sit(cast.kangan_user)
    words = {"name": "李暖", "sex": "FEMALE", "phone": "13900000099", "skills": ["保洁"], "duties": ["first_aider"]}
    text = desk.post(reverse("provider:take-on"), words, follow=True).content.decode()
    assert "已登记李暖，请补上证书" in text
    entered = Worker.objects.get(name="李暖")
    assert (entered.skills, entered.duties, entered.enterprise) == (["保洁"], ["first_aider"], cast.kangan)
    paper = {"kind": "急救员证", "number": "JJ-1", "valid_from": "2026-01-01", "valid_until": "2029-01-01"}
    page = reverse("provider:add-certificate", args=[entered.pk])
    for _ in range(2):
        assert desk.post(page, paper).status_code == 302
    assert Certificate.objects.filter(worker=entered).count() == 1
    assert sit(cast.letter_user).post(page, paper).status_code == 404
    assert sit(cast.letter_user).get(reverse("provider:worker", args=[entered.pk])).status_code == 404


def test_what_is_missing_is_asked_for_and_what_was_typed_is_kept(cast: Cast, sit):
    answer = sit(cast.kangan_user).post(reverse("provider:take-on"), {"name": "李暖", "phone": "12"})
    assert answer.status_code == 422
    assert "请选择性别" in answer.content.decode()
    assert 'value="李暖"' in answer.content.decode()


def test_who_leaves_is_sent_no_more_and_open_visits_ask_for_another(cast: Cast, sit):
    cast.assigned()
    desk = sit(cast.kangan_user)
    page = reverse("provider:let-go", args=[cast.zhao.pk])
    assert desk.post(page, {"left_on": f"{cast.at.date()}", "reason": ""}).status_code == 422
    text = desk.post(page, {"left_on": f"{cast.at.date()}", "reason": "回乡"}, follow=True).content.decode()
    assert "赵勤已登记离职" in text
    assert "赵勤已离职，需要换人" in desk.get(reverse("provider:inbox")).content.decode()


def test_a_licence_is_renewed_by_the_centre_and_the_old_one_stays(cast: Cast, sit):
    near = sit(cast.kangan_user, cast.at.replace(year=2027, month=12, day=20))
    text = near.get(reverse("provider:licences")).content.decode()
    assert "还有 12 天" in text
    assert "换了新证，请带原件到中心登记" in text
    assert "证照快到期" in near.get(reverse("provider:inbox")).content.decode()
    paper = Paper("营业执照", "YY-9", date(2028, 1, 1), date(2032, 1, 1))
    with pytest.raises(NotAllowed):
        providers.lodge_licence(enterprise=cast.kangan, paper=paper, by=cast.kangan_user, at=cast.at)
    providers.lodge_licence(enterprise=cast.kangan, paper=paper, by=cast.other_agent, at=cast.at)
    assert "已被新证替换" in near.get(reverse("provider:licences")).content.decode()


def test_pay_is_set_in_yuan_and_never_backwards(cast: Cast, sit):
    desk = sit(cast.kangan_user)
    text = desk.get(reverse("provider:pay")).content.decode()
    assert "还有 2 项没有定报酬" in text
    page = reverse("provider:set-pay", args=[cast.cleaning.pk])
    assert desk.post(page, {"pay": "48.50", "valid_from": "2026-11-01"}).status_code == 302
    assert providers_read.pay_fen(cast.kangan.pk, cast.cleaning.pk, cast.at.date()) == 4850
    assert providers_read.pay_fen(cast.letter.pk, cast.cleaning.pk, cast.at.date()) is None
    backwards = desk.post(page, {"pay": "40", "valid_from": "2026-11-02"})
    assert backwards.status_code == 422
    assert "不能从2026-11-02倒算" in backwards.content.decode()
    assert desk.post(page, {"pay": "四十", "valid_from": "2026-12-01"}).status_code == 422
    assert PayRate.objects.count() == 1
    assert date(2026, 11, 1) == PayRate.objects.get().valid_from


def test_only_managers_of_an_enterprise_come_in(cast: Cast, sit):
    for name in ("workers", "take-on", "licences", "pay", "incidents"):
        for stranger in (cast.zhao_user, cast.wang, cast.head):
            assert sit(stranger).get(reverse(f"provider:{name}")).status_code == 403


def test_the_list_of_people_costs_the_same_whatever_its_length(cast: Cast, sit, django_assert_max_num_queries):
    for n in range(4):
        cast.worker(cast.kangan, f"工{n}", f"1390000008{n}")
    desk = sit(cast.kangan_user)
    with django_assert_max_num_queries(16):
        assert "在职 5 人" in desk.get(reverse("provider:workers")).content.decode()
