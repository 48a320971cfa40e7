"""The follow-up queue: who may see it, what it writes, and what it says back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sangyu.quality.models import Complaint, FollowUp

ANSWERS = {
    "happened": "yes",
    "came_on_time": "yes",
    "paid_as_told": "yes",
    "satisfaction": "5",
    "complains": "no",
    "complaint": "",
}


@pytest.fixture
def officer(cast, clock, sign_in, tasks):
    return sign_in(cast.sun)


def test_the_next_elder_is_on_the_screen_with_number_worker_and_proof(officer, tasks):
    page = officer.get(reverse("quality:queue")).content.decode()
    assert tasks[0].order.elder.name in page
    assert "赵勤" in page
    assert "13900000001" in page or "13900000002" in page
    assert page.count("data-question") == 6  # five questions in their group
    assert 'data-key="F9"' in page


def test_a_visit_without_proof_says_why_it_must_be_rung(officer, tasks):
    unproven = next(task for task in tasks if task.order.elder.name == "王德厚")
    page = officer.get(reverse("quality:task", args=[unproven.pk])).content.decode()
    assert "没有定位，也没有门牌码" in page


def test_answers_are_kept_and_the_next_elder_comes(officer, tasks):
    answer = officer.post(reverse("quality:task", args=[tasks[0].pk]), ANSWERS)
    assert answer.status_code == 302
    assert answer.url == reverse("quality:queue")
    kept = FollowUp.objects.get(task=tasks[0])
    assert (kept.reached, kept.happened, kept.came_on_time, kept.paid_as_told) == (True, True, True, True)
    assert kept.satisfaction == 5
    assert tasks[1].order.elder.name in officer.get(answer.url).content.decode()


def test_who_was_not_reached_goes_to_the_end_of_the_queue(officer, tasks):
    first = officer.get(reverse("quality:queue")).context["task"]
    officer.post(reverse("quality:task", args=[first.pk]), {"not_reached": "on"})
    assert FollowUp.objects.get(task=first).reached is False
    page = officer.get(reverse("quality:queue"))
    assert page.context["task"].pk != first.pk
    assert page.context["waiting"][-1].pk == first.pk
    assert page.context["waiting"][-1].tries == 1


def test_a_missing_answer_is_named_and_everything_typed_is_kept(officer, tasks):
    answer = officer.post(
        reverse("quality:task", args=[tasks[0].pk]),
        {**ANSWERS, "satisfaction": "", "complains": "yes", "complaint": "来晚了半小时"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择满意度" in page
    assert "来晚了半小时" in page
    assert page.count(" checked") == 4
    assert not FollowUp.objects.exists()


def test_nobody_came_means_that_nobody_was_late_or_paid(officer, tasks):
    given = {"happened": "no", "satisfaction": "1", "complains": "no"}
    assert officer.post(reverse("quality:task", args=[tasks[0].pk]), given).status_code == 302
    kept = FollowUp.objects.get(task=tasks[0])
    assert (kept.happened, kept.came_on_time, kept.paid_as_told) == (False, None, None)


def test_a_complaint_without_words_is_asked_for_them(officer, tasks):
    where = reverse("quality:task", args=[tasks[0].pk])
    answer = officer.post(where, {**ANSWERS, "complains": "yes"})
    assert answer.status_code == 422
    assert "请写下老人投诉的内容" in answer.content.decode()
    officer.post(where, {**ANSWERS, "complains": "yes", "complaint": "没做完就走了"})
    assert Complaint.objects.get().text == "没做完就走了"


def test_an_elder_who_has_answered_is_not_rung_again(officer, tasks):
    where = reverse("quality:task", args=[tasks[0].pk])
    officer.post(where, ANSWERS)
    answer = officer.post(where, ANSWERS)
    assert answer.status_code == 422
    assert "已经回访过" in answer.content.decode()


def test_an_auditor_may_look_but_not_write(cast, sign_in, clock, tasks):
    auditor = sign_in(cast.auditor)
    where = reverse("quality:task", args=[tasks[0].pk])
    assert auditor.get(where).status_code == 200
    assert auditor.post(where, ANSWERS).status_code == 422
    assert not FollowUp.objects.exists()


def test_an_enterprise_has_no_business_here(cast, sign_in, clock, tasks):
    stranger = sign_in(cast.kangan_user)
    assert stranger.get(reverse("quality:queue")).status_code == 403
    assert stranger.get(reverse("quality:task", args=[tasks[0].pk])).status_code == 403


def test_without_signing_in_the_way_leads_to_the_door(client, db):
    assert client.get(reverse("quality:queue")).status_code == 302


def test_an_empty_queue_says_so(cast, sign_in, clock):
    assert "今天的回访都打完了" in sign_in(cast.sun).get(reverse("quality:queue")).content.decode()


def test_the_queue_asks_the_same_few_questions_however_long_it_is(officer, cast, tasks, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        officer.get(reverse("quality:queue"))
