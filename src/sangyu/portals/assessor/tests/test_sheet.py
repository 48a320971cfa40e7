"""A tablet at the bedside: one item at a time by taps and keys, and a line that goes and comes back."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse
from tests.cast import PASSWORD
from tests.seat import violations

from sangyu.assessment.models import Draft, Part, Sheet
from sangyu.assessment.tests.sheets import GB

pytestmark = pytest.mark.django_db(transaction=True)
N = len(GB.items)
SUBMIT = "document.querySelector('form[data-sheet]').requestSubmit()"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('sangyu.sheet.'))"


def test_a_sheet_by_taps_over_a_line_that_breaks(team, open_tablet, line):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    card = page.locator("[data-card]:visible")
    assert card.locator("legend").inner_text().endswith("进食")
    assert violations(page) == []
    card.locator("label").first.click()
    page.locator("[data-card='B.1.2']:visible").wait_for()
    page.locator("[data-sheet-when=sent]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4}

    line.cut(page)
    page.keyboard.press("2")  # the second answer of this card, and on to the next
    page.locator("[data-card='B.1.3']:visible").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator("[data-card='B.1.2']:visible").wait_for()
    page.locator("[data-sheet-when=kept]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4}
    page.evaluate(SUBMIT)
    page.get_by_text("现在连不上，还不能去核对").wait_for()

    line.mend(page)
    page.locator("[data-sheet-when=sent]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4, "B.1.2": 3}
    assert page.evaluate(KEPT) == []

    page.keyboard.press("ArrowRight")
    for code in [item.code for item in GB.items[2:]]:
        page.locator(f"[data-card='{code}']:visible label").first.click()
    page.locator("[data-end]:visible").wait_for()
    page.get_by_role("button", name="保存，去核对").click()
    page.get_by_label("提供情况的人").fill("李建国")
    page.get_by_label("与老人的关系").fill("儿子")
    page.get_by_label("您的登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签字", exact=True).click()
    page.get_by_text("还没有结果").wait_for()
    assert len(Sheet.objects.get().answers) == N


def test_what_was_kept_on_the_tablet_comes_back_with_it(team, open_tablet):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    page.route("**/visits/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("[data-card='B.1.1'] label").nth(3).click()
    page.locator("[data-sheet-when=kept]").wait_for()
    page.unroute("**/visits/**")
    page.goto(page.url.split("#")[0])
    page.locator("[data-sheet-when=sent]").wait_for()
    assert page.locator("[data-card='B.1.2']").is_visible(), "it goes on with the first item that is open"
    assert Draft.objects.get().answers == {"B.1.1": 1}


def test_what_was_chosen_in_two_windows_is_decided_by_the_person_and_outlives_the_session(team, open_tablet):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    second = page.context.new_page()
    second.goto(page.url)

    def choose(window, code, nth, then):
        window.locator(f"[data-card='{code}']:visible label").nth(nth).click()
        window.locator(f"[data-sheet-when={then}]").wait_for()

    choose(page, "B.1.1", 0, "sent")
    choose(second, "B.1.1", 1, "elsewhere")
    choose(second, "B.1.2", 0, "elsewhere")
    second.evaluate(SUBMIT)
    choose(page, "B.1.2", 0, "sent")
    ours = {"B.1.1": 4, "B.1.2": GB.items[1].options[0].points}
    assert Draft.objects.get().answers == ours

    second.get_by_role("link", name="刷新").click()
    second.get_by_text("有 1 项和已经存在服务器上的不同：进食").wait_for()
    assert second.evaluate("document.activeElement.id") == "aside"
    assert violations(second) == []
    second.get_by_role("button", name="改用这台设备上的").click()
    second.locator("[data-sheet-when=sent]").wait_for()
    assert Draft.objects.get().answers == ours | {"B.1.1": 3}
    assert second.evaluate(KEPT) == []

    second.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    choose(second, "B.1.3", 0, "door")
    second.evaluate(SUBMIT)
    second.locator("[data-sheet-when=door]").wait_for()
    assert len(second.evaluate(KEPT)) == 1
    way = second.get_by_role("link", name="去登录").get_attribute("href")
    assert way == f"{reverse('sign-in')}?next={reverse('assessor:sheet', args=[here.pk])}"
    second.context.clear_cookies()
    choose(second, "B.1.4", 0, "door")
    assert Draft.objects.get().answers == ours | {"B.1.1": 3}
