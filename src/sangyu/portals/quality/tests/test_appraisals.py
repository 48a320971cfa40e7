"""The month's appraisals on the desk: draft, objection, ruling, final."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from tests.cast import BEIJING

from sangyu.providers.models import Enterprise
from sangyu.quality import actions as quality
from sangyu.quality.models import Appraisal, AppraisalItem, Finalisation, HandScore, Release, Ruling

FIRST = datetime(2026, 12, 1, 9, 0, tzinfo=BEIJING)


@pytest.fixture
def officer(cast, clock, sign_in):
    clock(FIRST)
    return sign_in(cast.sun)


@pytest.fixture
def objection(cast, officer):
    """Kang'an's sheet with an objection to an item."""
    cast.published(at=FIRST)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="Q1")
    return quality.object_to(item_id=item.pk, text="录音可查", by=cast.kangan_user, at=FIRST)


def test_a_press_drafts_every_enterprise(officer, cast):
    answer = officer.post(reverse("quality:draft", args=["2026-11"]), follow=True)
    page = answer.content.decode()
    assert Appraisal.objects.count() == 2
    assert cast.kangan.name in page
    assert "100.0" in page
    assert "还有2项未评" in page


def score(officer, item, **more):
    given = {"score": "35", "evidence": "灭火器过期1具", "check_number": "", **more}
    return officer.post(
        reverse("quality:score", args=[item.pk]), {f"{item.pk}-{name}": value for name, value in given.items()}
    )


def test_items_are_scored_by_hand_and_the_next_empty_one_has_the_cursor(officer, cast):
    quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="E3")
    page = officer.get(reverse("quality:sheet", args=[item.appraisal_id])).content.decode()
    assert re.search(rf'<input[^>]*name="{item.pk}-score"[^>]*autofocus', page)
    assert "还有2项未评" in page
    assert score(officer, item).status_code == 302
    assert HandScore.objects.get().score_tenths == 350
    page = officer.get(reverse("quality:sheet", args=[item.appraisal_id])).content.decode()
    assert "还有1项未评" in page
    assert "灭火器过期1具" in page


def test_a_score_that_is_refused_is_kept_on_the_page(officer, cast):
    quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="E3")
    for wrong, said in (
        ({"score": "41"}, "满分40分"),
        ({"score": "3.55"}, "最多一位小数"),
        ({"evidence": ""}, "请填写依据"),
    ):
        answer = score(officer, item, **wrong)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not HandScore.objects.exists()


def test_an_incomplete_sheet_is_not_released_and_says_why(officer, cast):
    quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    sheet = Appraisal.objects.get(enterprise=cast.kangan)
    answer = officer.post(reverse("quality:release", args=[sheet.pk]))
    assert answer.status_code == 422
    assert "还有2项未评：“经营场所与消防”、“培训与仪表”" in answer.content.decode()
    for item in AppraisalItem.objects.filter(appraisal=sheet, how="HAND"):
        score(officer, item, score="40")
    assert officer.post(reverse("quality:release-month", args=["2026-11"])).status_code == 302
    page = officer.get(reverse("quality:sheet", args=[sheet.pk])).content.decode()
    assert Release.objects.get().appraisal == sheet
    assert "异议期还剩 3 个工作日" in page


def test_the_month_is_a_workbook_without_formulas(officer, cast):
    Enterprise.objects.filter(pk=cast.kangan.pk).update(name="=HYPERLINK(1)")
    quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    answer = officer.get(reverse("quality:month-list", args=["2026-11"]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "=HYPERLINK(1)" in strings
    assert "还有2项未评" in strings


def test_an_empty_month_says_what_comes_next(officer):
    assert "还没有考核草稿" in officer.get(reverse("quality:appraisal-month", args=["2026-11"])).content.decode()
    assert officer.get(reverse("quality:appraisal-month", args=["2026-13"])).status_code == 404


def test_the_sheet_shows_evidence_and_objection(officer, objection):
    page = officer.get(reverse("quality:sheet", args=[objection.item.appraisal_id])).content.decode()
    assert "本月没有接通的回访" in page
    assert "到场查看，均符合要求" in page
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


def test_the_scorer_is_told_that_somebody_else_rules(officer, cast, sign_in):
    cast.published(at=FIRST)
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="E3")
    objection = quality.object_to(item_id=item.pk, text="当天已更换", by=cast.kangan_user, at=FIRST)
    where = reverse("quality:sheet", args=[item.appraisal_id])
    assert "由另一位质量管理员或民政局裁定" in officer.get(where).content.decode()
    prefix = str(objection.pk)
    given = {f"{prefix}-upheld": "no", f"{prefix}-score": "", f"{prefix}-reason": "照片日期不符"}
    assert officer.post(reverse("quality:rule", args=[objection.pk]), given).status_code == 422
    bureau = sign_in(cast.head)
    assert bureau.post(reverse("quality:rule", args=[objection.pk]), given).status_code == 302
    assert Ruling.objects.get().by == cast.head


def test_a_stranger_finds_no_sheet(cast, sign_in, clock, objection):
    assert sign_in(cast.ma).get(reverse("quality:sheet", args=[objection.item.appraisal_id])).status_code == 403


def test_the_month_asks_the_same_few_questions(officer, objection, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        officer.get(reverse("quality:appraisal-month", args=["2026-11"]))
