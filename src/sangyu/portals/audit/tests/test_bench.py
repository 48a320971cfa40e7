"""The bench: a sample by seed, findings by key, the rules run again, and an export that cannot be changed unseen."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from sangyu.insight.models import Draw, DrawnCharge, Finding

WISH = {"month": "2026-11", "n": "10", "seed": "蓝", "strata": "GRADE"}


@pytest.fixture
def auditor(november, sign_in):
    november.paid(november.drawn_up())
    return sign_in(november.auditor)


@pytest.fixture
def sample(auditor) -> Draw:
    """A sample that the auditor has drawn at the bench."""
    assert auditor.post(reverse("audit:draw"), WISH).status_code == 302
    return Draw.objects.get()


def test_a_sample_opens_its_worksheet_and_a_repeat_opens_the_same(auditor, sample):
    again = auditor.post(reverse("audit:draw"), WISH)
    assert again.url == reverse("audit:worksheet", args=[sample.pk])
    page = auditor.get(again.url)
    assert len(page.context["rows"]) == sample.n == 2
    assert sample.sha256 in page.content.decode()


def test_a_wish_that_cannot_be_drawn_says_why(auditor):
    for change, says in [
        ({"month": "2026-13"}, "不是月份"),
        ({"n": "500"}, "1 到 200"),
        ({"month": "2026-01"}, "还没有计费"),
    ]:
        answer = auditor.post(reverse("audit:draw"), {**WISH, **change})
        assert answer.status_code == 422
        assert says in answer.content.decode()


def test_a_number_key_notes_a_finding(auditor, sample):
    row = DrawnCharge.objects.filter(draw=sample).earliest("n")
    where = reverse("audit:find", args=[row.pk])
    answer = auditor.post(where, {"code": "2", "note": "门牌码缺失"}, headers={"hx-request": "true"})
    assert "证明不全" in answer.content.decode()
    assert auditor.post(where, {"code": "1"}).url.endswith("#row-1")
    assert [row.code for row in Finding.objects.order_by("n")] == [2, 1]


def test_others_look_but_do_not_find(november, sign_in, auditor, sample):
    row = DrawnCharge.objects.filter(draw=sample).earliest("n")
    bureau = sign_in(november.head)
    assert bureau.get(reverse("audit:worksheet", args=[sample.pk])).status_code == 200
    assert bureau.post(reverse("audit:find", args=[row.pk]), {"code": "1"}).status_code == 403
    assert bureau.post(reverse("audit:draw"), WISH).status_code == 403
    for stranger in (november.qian, november.kangan_user):
        assert sign_in(stranger).get(reverse("audit:bench")).status_code == 403


def test_recomputing_a_sound_sample_says_that_all_is_the_same(auditor, sample):
    page = auditor.get(reverse("audit:worksheet", args=[sample.pk]), {"again": ""})
    assert page.context["differing"] == []
    assert "全部相同" in page.content.decode()


def test_the_export_is_signed_and_a_changed_figure_breaks_it(auditor, sample):
    where = reverse("audit:export", args=[sample.pk])
    first = auditor.get(where).content
    assert first == auditor.get(where).content
    with ZipFile(BytesIO(first)) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert told["files"]["sample.xlsx"] == hashlib.sha256(archive.read("sample.xlsx")).hexdigest()
    assert len(told["rows"]) == sample.n
    check = reverse("audit:manifest")
    assert auditor.post(check, {"manifest": json.dumps(told)}).context["verdict"] is True
    told["rows"][0]["sha256"] = "0" * 64
    assert auditor.post(check, {"manifest": json.dumps(told)}).context["verdict"] is False
    for nonsense in ("[]", "{", "{}"):
        answer = auditor.post(check, {"manifest": nonsense})
        assert answer.status_code == 422 or answer.context["verdict"] is False


def test_a_note_never_becomes_a_formula(auditor, sample):
    row = DrawnCharge.objects.filter(draw=sample).earliest("n")
    auditor.post(reverse("audit:find", args=[row.pk]), {"code": "2", "note": '=HYPERLINK("x")'})
    with ZipFile(BytesIO(auditor.get(reverse("audit:export", args=[sample.pk])).content)) as archive:
        book = ZipFile(BytesIO(archive.read("sample.xlsx")))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert "=HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
