"""The month's appraisals on the desk: draft, objection, ruling, final."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from tests.cast import BEIJING

from sangyu.quality import actions as quality
from sangyu.quality.models import Appraisal, AppraisalItem, Finalisation, Ruling

FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=BEIJING)


@pytest.fixture
def officer(cast, clock, sign_in):
    clock(FIRST)
    return sign_in(cast.sun)


@pytest.fixture
def objection(cast, officer):
    """Kang'an's sheet with an objection to an item."""
    quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="Q1")
    return quality.object_to(item_id=item.pk, text="录音可查", by=cast.kangan_user, at=FIRST)


def test_a_press_drafts_every_enterprise(officer, cast):
    answer = officer.post(reverse("quality:draft", args=["2026-11"]), follow=True)
    page = answer.content.decode()
    assert Appraisal.objects.count() == 2
    assert cast.kangan.name in page
    assert "100.0" in page


def test_an_empty_month_says_what_comes_next(officer):
    assert "还没有考核草稿" in officer.get(reverse("quality:appraisal-month", args=["2026-11"])).content.decode()
    assert officer.get(reverse("quality:appraisal-month", args=["2026-13"])).status_code == 404


def test_the_sheet_shows_evidence_and_objection(officer, objection):
    page = officer.get(reverse("quality:sheet", args=[objection.item.appraisal_id])).content.decode()
    assert "本月没有接通的回访" in page
    assert "录音可查" in page


def test_a_ruling_changes_the_score(officer, objection):
    prefix = str(objection.pk)
    where = reverse("quality:rule", args=[objection.pk])
    given = {f"{prefix}-upheld": "yes", f"{prefix}-score": "36.5", f"{prefix}-reason": "核对录音"}
    assert officer.post(where, given).status_code == 302
    assert Ruling.objects.get().score_tenths == 365


def test_a_ruling_above_full_marks_is_refused_and_kept_on_the_page(officer, objection):
    prefix = str(objection.pk)
    given = {f"{prefix}-upheld": "yes", f"{prefix}-score": "90", f"{prefix}-reason": "核对录音"}
    answer = officer.post(reverse("quality:rule", args=[objection.pk]), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "满分70分" in page
    assert "核对录音" in page
    assert not Ruling.objects.exists()


def test_a_sheet_is_final_only_after_the_time_for_objections(officer, objection, clock):
    where = reverse("quality:finalise", args=[objection.item.appraisal_id])
    early = officer.post(where)
    assert early.status_code == 422
    assert "异议没有裁定" in early.content.decode()
    quality.rule(
        objection_id=objection.pk, upheld=False, score_tenths=0, reason="维持", by=objection_officer(), at=FIRST
    )
    clock(FIRST + timedelta(days=4))
    assert officer.post(where).status_code == 302
    assert Finalisation.objects.count() == 1


def objection_officer():
    from sangyu.access.models import User

    return User.objects.get(username="quality")


def test_a_stranger_finds_no_sheet(cast, sign_in, clock, objection):
    assert sign_in(cast.ma).get(reverse("quality:sheet", args=[objection.item.appraisal_id])).status_code == 403


def test_the_month_asks_the_same_few_questions(officer, objection, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        officer.get(reverse("quality:appraisal-month", args=["2026-11"]))
