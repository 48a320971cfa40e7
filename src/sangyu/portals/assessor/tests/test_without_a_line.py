"""A tablet without a line: it opens the visits, fills in and seals a sheet, and hands it in once when it is back."""

from __future__ import annotations

from time import sleep

import pytest
from django.urls import reverse
from tests.cast import PASSWORD
from tests.seat import violations

from sangyu.access.models import AuditEntry
from sangyu.assessment.models import Draft, Part, Sheet
from sangyu.assessment.tests.sheets import GB

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('sangyu.sheet.'))"
SEALED = """([key, informant]) => localStorage.setItem(key, JSON.stringify({
    viewer: document.documentElement.dataset.viewer, at: "2026-11-09T01:00:00.000Z",
    informant, informant_relation: "儿子" }))"""
READY = "navigator.serviceWorker.ready.then(() => true)"


def test_a_visit_without_a_line_is_handed_in_once_afterwards(team, open_tablet, line):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:today"))
    page.get_by_text("1 份评估表已带在这台设备上").wait_for()
    page.evaluate(READY)
    page.reload()
    page.get_by_text("1 份评估表已带在这台设备上").wait_for()

    line.cut(page)
    page.goto(page.url)
    page.get_by_role("link", name="开始评估").click()
    page.locator("[data-card='B.1.1']:visible").wait_for()
    for item in GB.items:
        page.locator(f"[data-card='{item.code}']:visible label").first.click()
    page.get_by_text("A.2 评估对象").click()
    page.get_by_label("身高").fill("158")
    page.get_by_text("A.4 疾病和用药").click()
    for disease in ("高血压", "糖尿病"):
        page.locator("label", has_text=disease).click()
    page.get_by_role("button", name="封存", exact=True).click()
    page.get_by_text("请填写提供情况的人和与老人的关系").wait_for()
    page.locator("#sealed-informant").fill("李建国")
    page.locator("#sealed-relation").fill("儿子")
    page.get_by_role("button", name="封存", exact=True).click()
    page.get_by_text("已封存", exact=True).wait_for()
    assert page.locator("[data-card='B.1.1']").get_attribute("disabled") is not None
    assert violations(page) == []
    page.goto(page.url.split("#")[0])
    page.get_by_text("已封存", exact=True).wait_for()
    assert not Draft.objects.exists()

    line.mend(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("[data-sheet-when=sent]").wait_for()
    page.get_by_role("button", name="保存，去核对").click()
    eventually(lambda: page.get_by_label("提供情况的人").input_value() == "李建国")
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签字", exact=True).click()
    page.get_by_text("还没有结果").wait_for()
    sheet = Sheet.objects.get()
    assert (len(sheet.answers), sheet.informant, sheet.appointment_id) == (len(GB.items), "李建国", here.pk)
    assert sheet.particulars == {"A.2.4": "158", "A.4.1": ["I10", "E10"]}
    assert "sealed_at" in AuditEntry.objects.get(verb="assessment.sign").facts

    page.goto(page.url.split("/assessor/")[0] + reverse("assessor:today"))
    page.get_by_text("已签字").wait_for()
    eventually(lambda: page.evaluate(KEPT) == [])
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in/**")
    eventually(lambda: page.evaluate("caches.keys()") == [])


def test_whoever_signs_out_leaves_a_seal_but_no_name_of_the_family(team, open_tablet):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    page.evaluate(SEALED, [f"sangyu.sheet.{here.pk}.sealed", "李建国"])
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-in/**")
    (left,) = page.evaluate("Object.values(localStorage).filter(value => value.includes('2026-11-09T01'))")
    assert "viewer" in left
    assert "李建国" not in left
    assert "儿子" not in left


def eventually(holds, *, tries: int = 100) -> None:
    """Ask until it holds; a page's policy lets nobody else ask for us."""
    for _ in range(tries):
        if holds():
            return
        sleep(0.1)
    assert holds()
