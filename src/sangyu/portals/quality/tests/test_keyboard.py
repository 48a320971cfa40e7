"""The desk without a mouse: answers by number keys, a sheet scored and released, and no page with faults."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from tests.cast import BEIJING, PASSWORD, Cast
from tests.seat import violations

from sangyu.hotline import actions as hotline
from sangyu.quality import actions as quality
from sangyu.quality.models import Complaint, FollowUp, HandScore, Release

FIRST = datetime(2026, 12, 1, 9, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this thread ask the database while the browser's loop stands in it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def page(browser, live_server, cast: Cast, clock) -> Iterator:
    """The quality officer's browser, signed in; a failing script or a server error fails the test."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("用户名").fill(cast.sun.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    yield page
    context.close()
    assert faults == []


def seen(page, name: str) -> list[str]:
    """Return what axe finds wrong with the page; keep a picture where one is asked for."""
    pictures = os.environ.get("SANGYU_PICTURES")
    if pictures:
        page.screenshot(path=Path(pictures) / f"quality-{name}.png", full_page=True)
    return violations(page)


@pytest.mark.django_db(transaction=True)
def test_five_answers_by_number_keys_and_the_next_elder_comes(page, live_server, tasks):
    page.goto(f"{live_server.url}/quality/")
    first = page.get_by_role("heading", name="老人怎么说")
    first.wait_for()
    assert seen(page, "queue") == []
    for key in "11142":
        page.keyboard.press(key)
    page.keyboard.type("窗户没有擦")
    page.keyboard.press("Control+Enter")
    page.get_by_text("已记下").first.wait_for()
    kept = FollowUp.objects.get()
    assert (kept.happened, kept.came_on_time, kept.paid_as_told, kept.satisfaction) == (True, True, True, 4)
    assert Complaint.objects.get().text == "窗户没有擦"

    for key in "211":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.get_by_text("已记下").first.wait_for()
    assert FollowUp.objects.filter(happened=False, satisfaction=1, came_on_time=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_sheet_is_scored_and_released_by_keyboard(page, live_server, cast, clock):
    clock(FIRST)
    drafted = quality.appraise(month=cast.month, by=cast.sun, at=FIRST)
    row = next(row for row in drafted if row.enterprise == cast.kangan)
    page.goto(f"{live_server.url}{reverse('quality:sheet', args=[row.pk])}")
    page.get_by_text("还有2项未评").first.wait_for()
    assert seen(page, "sheet") == []
    for evidence in ("灭火器过期1具", "培训记录齐全"):
        page.locator("input:focus").wait_for()  # a page that has just come takes the cursor to where one writes
        page.keyboard.type("36.5")
        page.keyboard.press("Tab")
        page.keyboard.type(evidence)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.get_by_text("异议期还剩 3 个工作日").wait_for()
    assert Release.objects.get().appraisal == row
    assert sorted(HandScore.objects.values_list("score_tenths", flat=True)) == [365, 365]
    assert seen(page, "sheet-released") == []


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_desk_is_without_faults(page, live_server, cast, clock, tasks):
    call = cast.call(reference="line-9")
    hotline.end(call_id=call.pk, kind="COMPLAINT", note="来晚了半小时", by=cast.ma, at=cast.at)
    quality.gather_complaints(by=cast.sun, at=cast.at)
    quality.open_cycle(programme_id=cast.programme.pk, on=cast.at.date(), by=cast.clock, at=cast.at)
    clock(FIRST)
    cast.appraised(at=FIRST)
    pages = {
        "complaints": "/quality/complaints/",
        "complaint": reverse("quality:complaint", args=[Complaint.objects.get().pk]),
        "appraisals": "/quality/appraisals/2026-11/",
        "checks": "/quality/checks/",
        "ranking": "/quality/ranking/2026Q4/",
        "election": "/quality/election/2026/",
        "samples": "/quality/samples/",
    }
    faults = {}
    for name, where in pages.items():
        page.goto(live_server.url + where)
        faults[name] = seen(page, name)
    page.goto(f"{live_server.url}/quality/checks/")
    page.get_by_role("link", name="2026-W46-01").click()
    page.get_by_role("button", name="记下结果").wait_for()
    faults["check"] = seen(page, "check")
    assert {name: found for name, found in faults.items() if found} == {}
