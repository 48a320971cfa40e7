"""The handbook of the policy officer walked on real pages: a figure of several rows is changed by two people."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.cast import BEIJING, Cast
from tests.handbooks.conftest import House, Open

MORNING = datetime(2026, 11, 9, 9, 5, tzinfo=BEIJING)

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_policy_officer(cast: Cast, house: House, handbook: Open):
    with handbook("policy") as book, house(MORNING) as seats:
        book.section("先看现在怎么定的")
        page = seats.sit(cast.deputy, "/policy/")
        book.read(page)

        book.section("写拟改稿")
        page.goto(f"{seats.address}/policy/drafts/")
        book.read(page)
        page.goto(f"{seats.address}/policy/drafts/figures/")
        book.read(page)
        page.goto(f"{seats.address}/policy/drafts/figures/weights/")
        page.fill("[name=was-enterprise-value]", "40")
        page.fill("[name=document]", "城民发〔2026〕40号")
        page.fill("[name=wanted_from]", "2026-12-01")
        page.fill("[name=reason]", "服务质量看得重一些")
        page.keyboard.press("Control+Enter")
        page.get_by_text("现在是").first.wait_for()
        book.section("系统会拒绝什么")
        book.read(page)

        book.section("写拟改稿")
        page.fill("[name=was-enterprise-value]", "10")
        page.fill("[name=was-quality-value]", "40")
        book.picture(page, "policy-1-rows.png", bottom=page.locator("[name=was-staff-value]"))
        page.keyboard.press("Control+Enter")
        page.get_by_text("等待复核").wait_for()

        book.section("看算例和试算")
        book.read(page)

        book.section("另一位同事复核")
        reviewer = seats.sit(cast.head, page.url.removeprefix(seats.address))
        book.picture(reviewer, "policy-2-review.png")

        book.section("系统会拒绝什么")
        reviewer.fill("[name=valid_from]", "2026-11-09")
        reviewer.get_by_role("button", name="同意启用").click()
        reviewer.get_by_text("没有办成").wait_for()
        book.read(reviewer)

        book.section("到那一天")
        reviewer.fill("[name=valid_from]", "2026-12-01")
        reviewer.get_by_role("button", name="同意启用").click()
        reviewer.get_by_text("已启用").first.wait_for()
        reviewer.goto(f"{seats.address}/policy/history/")
        book.read(reviewer)
