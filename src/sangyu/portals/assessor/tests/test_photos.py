"""Photos on a tablet without a line: removed until sealed, handed in once, gone with a sign-out."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse
from tests.cast import PASSWORD
from tests.seat import violations

from sangyu.access.models import AuditEntry
from sangyu.assessment import actions as assessment
from sangyu.assessment.models import Evidence, Part, Sheet
from sangyu.assessment.tests.sheets import GB, best
from sangyu.files.rules import SIZE_MAX
from sangyu.files.tests.paint import photo
from sangyu.portals.assessor.tests.test_without_a_line import READY, SEALED, eventually

pytestmark = pytest.mark.django_db(transaction=True)
ON_SHELF = """() => new Promise((resolve) => {
    const asked = indexedDB.open("sangyu.photos", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { keyPath: "id" });
    asked.onsuccess = () => {
        const got = asked.result.transaction("photos").objectStore("photos").getAll();
        got.onsuccess = () => {
            asked.result.close();
            resolve(got.result.map(({ item, hash, taken }) => ({ item, hash, taken })));
        };
    };
})"""
WAIT = "[data-photos-wait]"
BROWN, GREEN, BLUE = ((120, 90, 60), (60, 120, 60), (60, 60, 140))


def jpeg(colour, *, name="one.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(colour=colour)}


def takes(page, *files):
    page.locator("[data-unscripted]").wait_for(state="hidden")
    page.locator("#content[type=file]").set_input_files(list(files))


def test_photos_without_a_line_are_handed_in_once_with_the_sheet(team, open_tablet, line):
    here = team.filled(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:today"))
    page.get_by_text("1 份评估表已带在这台设备上").wait_for()
    page.evaluate(READY)
    page.reload()
    page.get_by_text("1 份评估表已带在这台设备上").wait_for()

    line.cut(page)
    page.get_by_role("link", name="开始评估").click()
    page.locator("[data-end]:visible").wait_for()
    page.get_by_role("button", name="上一项").click()
    takes(page, jpeg(BROWN), jpeg(GREEN))
    page.locator(WAIT).get_by_text("2").wait_for()
    page.get_by_role("button", name="上一项").click()
    takes(page, jpeg(BROWN))
    page.locator(WAIT).get_by_text("3").wait_for()
    takes(page, {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.get_by_text("这个文件打不开").wait_for()
    assert page.locator("[data-evidence]").get_attribute("data-bytes") == str(SIZE_MAX)
    page.evaluate("document.querySelector('[data-evidence]').dataset.bytes = 100")
    takes(page, jpeg(BLUE))
    page.get_by_text("文件超过 8 MB").wait_for()
    page.get_by_role("button", name=f"移除 {GB.items[-1].label}").first.click()
    page.locator(WAIT).get_by_text("2").wait_for()
    assert page.locator("[data-photos] img").count() == 2
    assert violations(page) == []
    kept = page.evaluate(ON_SHELF)
    assert sorted((one["item"], one["hash"]) for one in kept) == sorted(
        (item.code, hashlib.sha256(photo(colour=colour)).hexdigest())
        for item, colour in zip(GB.items[-2:], (BROWN, GREEN), strict=True)
    )

    page.evaluate(SEALED, [f"sangyu.sheet.{here.pk}.sealed", "李建国"])
    page.goto(page.url.split("#")[0])  # what was kept is there again, and is sealed with the sheet
    page.reload()
    page.locator(WAIT).get_by_text("2").wait_for()
    eventually(lambda: page.get_by_role("button", name="移除").count() == 0)

    line.mend(page)
    page.reload()
    # Answers are lost on their way back: the photo has arrived, and is sent again.
    line.lose_answers_to("/evidence/")
    page.get_by_role("button", name="保存，去核对").click()
    page.get_by_text("照片还没有交完").wait_for()
    assert Evidence.objects.count() == 1
    line.mend(page)
    page.get_by_role("button", name="保存，去核对").click()
    page.get_by_label("您的登录密码").wait_for()
    assert page.evaluate(ON_SHELF) == []
    assert {(row.item, row.sha256) for row in Evidence.objects.all()} == {(one["item"], one["hash"]) for one in kept}
    assert all(row.taken_at < row.at + timedelta(days=400) for row in Evidence.objects.all())
    assert AuditEntry.objects.filter(verb="assessment.add_evidence").count() == 2
    page.get_by_label("与老人的关系").fill("儿子")
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签字", exact=True).click()
    page.get_by_text("还没有结果").wait_for()
    assert Sheet.objects.get().answers == best(GB)


def test_signing_out_says_what_is_lost_and_leaves_nothing(team, open_tablet):
    here = team.filled(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    page.get_by_role("button", name="上一项").click()
    takes(page, jpeg(BLUE))
    page.locator(WAIT).get_by_text("1").wait_for()
    page.goto(page.url.split("#")[0] + "sign/")
    page.get_by_text("签了字就不能再附照片").wait_for()
    page.get_by_label("提供情况的人").fill("李建国")
    page.get_by_label("与老人的关系").fill("儿子")
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签字", exact=True).click()
    assert page.evaluate("document.activeElement.textContent") == "回去交上或移除"
    assert not Sheet.objects.exists()

    page.get_by_role("button", name="退出").click()
    dialog = page.get_by_role("dialog", name="退出会丢掉照片")
    dialog.get_by_text("有 1 张照片还没有交上").wait_for()
    assert violations(page) == []
    dialog.get_by_role("button", name="先不退出").click()
    assert len(page.evaluate(ON_SHELF)) == 1
    page.get_by_role("button", name="退出").click()
    dialog.get_by_role("button", name="删掉照片并退出").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("indexedDB.databases().then(found => found.map(one => one.name))") == []
    assert page.evaluate("localStorage.getItem('sangyu.photos')") is None


def test_a_photo_of_a_sheet_that_is_over_is_removed_by_the_person(team, open_tablet):
    made = team.appointed()
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[team.part(made, Part.FIRST).pk]))
    takes(page, jpeg(BLUE))
    page.locator(WAIT).get_by_text("1").wait_for()
    assessment.withdraw(assessment_id=made.pk, reason="老人住院", by=team.cast.head, at=team.at)
    page.goto(page.url.split("/assessor/")[0] + reverse("assessor:today"))
    page.get_by_text("有 1 张照片，它们的评估表已经签字或撤回").wait_for()
    page.get_by_role("button", name="删掉这些照片").click()
    eventually(lambda: page.evaluate(ON_SHELF) == [])
