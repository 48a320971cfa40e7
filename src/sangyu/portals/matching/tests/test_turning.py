"""Acting on a birth or a hukou: a second look at what turns, the deed, and the only way back."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from sangyu.access.models import AuditEntry
from sangyu.matching.models import Difference, Outcome
from sangyu.matching.tests.conftest import GRANDPA, LI
from sangyu.portals.matching.tests.test_pages import read
from sangyu.registry.models import Elder, Residence

HEADING = "姓名,身份证号码,出生日期,户籍地区划代码"


@pytest.fixture
def differing(cast, sit):
    """Compare a roster of the households and return the one thing in which Grandmother Li's record differs."""

    def go(birth_on="1944-03-05", area="620102001"):
        head = sit(cast.head)
        rows = f"李秀兰,{LI},{birth_on},{area}\r\n王德厚,{GRANDPA},1956-08-20,620102001"
        where = read(head, rows, heading=HEADING, register="hukou")["Location"]
        head.post(f"{where}compare/", {"reason": "已核对"})
        return Difference.objects.get(elder=cast.li)

    return go


def test_a_birth_turns_benefits_and_is_put_back_only_by_another_correction(cast, sit, differing):
    row = differing(birth_on="1964-03-05")
    clerk = sit(cast.clerk)
    settle = reverse("matching:settle", args=[row.pk])
    said = {"outcome": "APPLIED", "reason": "户口簿第2页"}
    assert "看过户口簿" in clerk.post(settle, said | {"reason": ""}).content.decode()
    page = clerk.post(settle, said).content.decode()
    assert "照办以后会变什么" in page
    assert "<td>还没到时候" in page, "at sixty-two there is no lunch at half the price yet"
    assert Elder.objects.get(pk=cast.li.pk).birth_on == date(1944, 3, 5), "a look changes nothing"
    assert not Outcome.objects.exists()
    assert not AuditEntry.objects.filter(verb="registry.correct_birth").exists()

    clerk.post(settle, said | {"seen": "1"})
    assert Elder.objects.get(pk=cast.li.pk).birth_on == date(1964, 3, 5)
    again = reverse("matching:correct-birth", args=[row.pk])
    assert "更正错了" in clerk.get(reverse("matching:difference", args=[row.pk])).content.decode()
    assert clerk.post(again, {"birth_on": "2030-01-01", "evidence": "身份证原件"}).status_code == 422
    clerk.post(again, {"birth_on": "1944-03-05", "evidence": "身份证原件"})
    assert Elder.objects.get(pk=cast.li.pk).birth_on == date(1944, 3, 5)
    assert AuditEntry.objects.filter(verb="registry.correct_birth").count() == 2


def test_a_hukou_wants_its_day_and_moves_with_history(cast, sit, differing):
    row = differing(area="620104")
    clerk = sit(cast.clerk)
    settle = reverse("matching:settle", args=[row.pk])
    said = {"outcome": "APPLIED", "reason": "看过迁移证", "place": "兰州市西固区"}
    assert "哪天迁的" in clerk.post(settle, said).content.decode()
    said["changed_on"] = "2026-10-12"
    assert "确认照办" in clerk.post(settle, said).content.decode()
    assert not Residence.objects.exists()
    clerk.post(settle, said | {"seen": "1"})
    assert Elder.objects.get(pk=cast.li.pk).hukou_place == "兰州市西固区"
    assert [(row.valid_until, row.hukou_in_area) for row in Residence.objects.all()] == [(date(2026, 10, 12), True)]
