"""A tablet at the bedside: one item at a time by taps and keys, and a line that goes and comes back."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.cast import PASSWORD
from tests.seat import violations

from sangyu.assessment.models import Draft, Part, Sheet
from sangyu.assessment.tests.sheets import GB

pytestmark = pytest.mark.django_db(transaction=True)
N = len(GB.items)


def test_a_sheet_by_taps_over_a_line_that_breaks(team, open_tablet):
    here = team.part(team.appointed(), Part.FIRST)
    page = open_tablet(team.lin, reverse("assessor:sheet", args=[here.pk]))
    card = page.locator("[data-card]:visible")
    assert card.locator("legend").inner_text().endswith("进食")
    assert violations(page) == []
    card.locator("label").first.click()
    page.locator("[data-card='B.1.2']:visible").wait_for()
    page.locator("[data-sheet-when=sent]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4}

    page.context.set_offline(True)
    page.keyboard.press("2")  # the second answer of this card, and on to the next
    page.locator("[data-card='B.1.3']:visible").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator("[data-card='B.1.2']:visible").wait_for()
    page.locator("[data-sheet-when=kept]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4}

    page.context.set_offline(False)
    page.locator("[data-sheet-when=sent]").wait_for()
    assert Draft.objects.get().answers == {"B.1.1": 4, "B.1.2": 3}
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('sangyu.sheet.'))") == []

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
