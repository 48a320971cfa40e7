"""Weekly checks, quarterly ranking and yearly election on the desk, and as workbooks."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
from django.urls import reverse
from tests.cast import BEIJING

from sangyu.kit.month import Month
from sangyu.quality.models import (
    CheckResult,
    Correction,
    CycleTask,
    Election,
    ElectionDecision,
    Nominee,
    Ranking,
    SiteCheck,
)

NEW_YEAR = datetime(2027, 1, 20, 9, tzinfo=BEIJING)


@pytest.fixture
def officer(cast, clock, sign_in):
    return sign_in(cast.sun)


def strings(answer) -> str:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return book.read("xl/sharedStrings.xml").decode()


def test_a_press_makes_the_tasks_and_the_list_comes_out_the_same(officer):
    assert "还没有周期任务" in officer.get(reverse("quality:checks")).content.decode()
    page = officer.post(reverse("quality:open-tasks"), follow=True).content.decode()
    assert "2026-W46" in page
    assert "重抽相同" in page
    officer.post(reverse("quality:open-tasks"))
    task = CycleTask.objects.get()
    assert "种子" in strings(officer.get(reverse("quality:week-list", args=[task.pk])))


def test_a_finding_is_recorded_tracked_and_closed(officer):
    officer.post(reverse("quality:open-tasks"))
    check = SiteCheck.objects.get()
    where = reverse("quality:check", args=[check.pk])
    assert 'value="2026-11-17"' in officer.get(where).content.decode()
    wrong = officer.post(where, {"in_order": "no", "findings": "通道堵塞", "correct_by_on": "", "bodies": "消防"})
    assert wrong.status_code == 422
    assert "整改期限" in wrong.content.decode()
    given = {"in_order": "no", "findings": "通道堵塞", "correct_by_on": "2026-11-17", "bodies": "消防"}
    assert officer.post(where, given).status_code == 302
    assert CheckResult.objects.get().bodies == "消防"
    assert "待整改" in officer.get(reverse("quality:checks")).content.decode()
    assert officer.post(reverse("quality:close-check", args=[check.pk]), {"text": "已清理"}).status_code == 302
    assert Correction.objects.get().text == "已清理"


@pytest.mark.proves("LZ-59")
def test_the_quarter_shows_where_it_stands_and_is_frozen_when_over(officer, cast, clock):
    assert "还没有定稿的考核" in officer.get(reverse("quality:quarter", args=["2026Q4"])).content.decode()
    cast.appraised(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    page = officer.get(reverse("quality:quarter", args=["2026Q4"])).content.decode()
    assert "截至目前的名次" in page
    assert "100.00" in page
    early = officer.post(reverse("quality:freeze", args=["2026Q4"]))
    assert early.status_code == 422
    assert "2027-01-01起才能定榜" in early.content.decode()
    clock(NEW_YEAR)
    without_december = officer.post(reverse("quality:freeze", args=["2026Q4"]))
    assert "2026-12还没有生成考核" in without_december.content.decode()
    cast.appraised(at=datetime(2027, 1, 4, 9, tzinfo=BEIJING), month=Month(2026, 12))
    assert officer.post(reverse("quality:freeze", args=["2026Q4"])).status_code == 302
    assert Ranking.objects.count() == 1
    told = strings(officer.get(reverse("quality:quarter-list", args=["2026Q4"])))
    assert cast.kangan.name in told
    assert "2026-10" in told  # the month before the programme began is shown as missing
    assert "2026-10、2026-12" not in told
    assert officer.get(reverse("quality:quarter", args=["2026Q5"])).status_code == 404


def test_the_election_says_what_is_missing(officer):
    page = officer.post(reverse("quality:propose", args=[2026]))
    assert page.status_code == 422
    assert "还没有定榜" in page.content.decode()
    assert officer.get(reverse("quality:year-list", args=[2026])).status_code == 404
    assert officer.get(reverse("quality:year", args=[1800])).status_code == 404


@pytest.mark.proves("LZ-59")
def test_the_bureau_decides_on_a_nominee_and_whoever_proposed_does_not(officer, cast, clock, sign_in):
    election = Election.objects.create(programme=cast.programme, year=2026, ranked=2, by=cast.sun, at=NEW_YEAR)
    nominee = Nominee.objects.create(
        election=election, enterprise=cast.kangan, place=1, mean_hundredths=9876, quarter_places={"2026Q1": 1}
    )
    clock(NEW_YEAR)
    prefix, where = str(nominee.pk), reverse("quality:decide-nominee", args=[nominee.pk])
    given = {f"{prefix}-elected": "yes", f"{prefix}-reason": "全年无投诉"}
    assert "98.76" in officer.get(reverse("quality:year", args=[2026])).content.decode()
    assert officer.post(where, given).status_code == 422
    bureau = sign_in(cast.head)
    assert bureau.post(where, {**given, f"{prefix}-reason": ""}).status_code == 422
    assert bureau.post(where, given).status_code == 302
    assert ElectionDecision.objects.get().by == cast.head
    assert "全年无投诉" in strings(bureau.get(reverse("quality:year-list", args=[2026])))


def test_readers_see_no_buttons(cast, sign_in, clock):
    reader = sign_in(cast.auditor)
    for name in ("checks", "ranking", "election"):
        assert (
            '<form method="post" action="/quality'
            not in reader.get(reverse(f"quality:{name}"), follow=True).content.decode()
        )
