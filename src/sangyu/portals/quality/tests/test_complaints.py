"""Complaints on the desk: gathered, owned, decided, closed; and what is refused stays on the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.standing import standing

from sangyu.hotline import actions as hotline
from sangyu.portals.quality.tests.conftest import EVENING
from sangyu.quality import actions as quality
from sangyu.quality.models import Complaint, ComplaintClosure, ComplaintResult


@pytest.fixture
def officer(cast, clock, sign_in):
    return sign_in(cast.sun)


@standing
def complaint(cast, tasks):
    """What Grandmother Li said when she was rung."""
    quality.follow_up(
        task_id=tasks[0].pk, by=cast.sun, at=EVENING, reached=True, happened=True, satisfaction=2, complaint="窗没擦"
    )
    return Complaint.objects.get()


def test_calls_that_ended_as_complaints_are_opened_by_a_press(officer, cast):
    call = cast.call()
    hotline.end(call_id=call.pk, kind="COMPLAINT", note="来晚了", by=cast.ma, at=cast.at + timedelta(minutes=2))
    assert "1 件来电投诉立案" in officer.get(reverse("quality:complaints")).content.decode()
    page = officer.post(reverse("quality:gather"), follow=True).content.decode()
    assert Complaint.objects.get().call == call
    assert "来晚了" in page
    assert "件来电投诉立案" not in page


def test_an_empty_list_says_where_complaints_come_from(officer):
    assert "没有未结的投诉" in officer.get(reverse("quality:complaints")).content.decode()


def test_a_case_goes_from_owner_to_closure(officer, cast, complaint):
    where = reverse("quality:complaint", args=[complaint.pk])
    page = officer.get(where).content.decode()
    assert f'<option value="{cast.kangan.pk}" selected>' in page
    assert "窗没擦" in page
    owner = {"owner": str(cast.other_agent.pk)}
    assert officer.post(reverse("quality:give", args=[complaint.pk]), owner).status_code == 302
    found = {"upheld": "yes", "enterprise": str(cast.kangan.pk), "finding": "照片可见未擦"}
    assert officer.post(reverse("quality:decide", args=[complaint.pk]), found).status_code == 302
    assert ComplaintResult.objects.get().enterprise == cast.kangan
    close = officer.post(reverse("quality:close", args=[complaint.pk]), {"satisfaction": "4", "note": ""}, follow=True)
    assert ComplaintClosure.objects.get().satisfaction == 4
    assert "最近结案" in close.content.decode()
    assert "投诉人满意度 4 分" in officer.get(where).content.decode()


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("decide", {"upheld": "yes", "enterprise": "", "finding": ""}, "请填写查到了什么"),
        ("close", {"satisfaction": "3"}, "还没有查处结果"),
        ("give", {"owner": "nobody"}, "承办人"),
    ],
)
def test_what_is_missing_is_named(officer, complaint, name, given, said):
    answer = officer.post(reverse(f"quality:{name}", args=[complaint.pk]), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_stranger_has_no_business_with_complaints(cast, sign_in, clock, complaint):
    assert sign_in(cast.kangan_user).get(reverse("quality:complaint", args=[complaint.pk])).status_code == 403
    reader = sign_in(cast.auditor)
    assert "记下结果" not in reader.get(reverse("quality:complaint", args=[complaint.pk])).content.decode()


def test_the_list_asks_the_same_few_questions(officer, complaint, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        officer.get(reverse("quality:complaints"))
