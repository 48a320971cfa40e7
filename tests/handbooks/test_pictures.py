"""The handbooks of the daily work walked on real pages: the agent's call, the enterprise's day and month."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sangyu.hotline import actions as hotline
from sangyu.portals.clock import now
from sangyu.portals.hotline.tests.browser import ring
from sangyu.quality import actions as quality
from sangyu.quality.models import Objection
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import StatementObjection
from tests.cast import BEIJING, Cast
from tests.handbooks.book import Handbook
from tests.handbooks.conftest import House, Open, Seats
from tests.handbooks.scenery import ALL_FINAL, came_in_october, inbox_of_kangan, published

if TYPE_CHECKING:
    from playwright.sync_api import Page

MORNING = datetime(2026, 11, 9, 9, 5, tzinfo=BEIJING)
OBJECTING_AT = datetime(2026, 12, 1, 9, 30, tzinfo=BEIJING)

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_agent(cast: Cast, house: House, handbook: Open):
    came_in_october(cast)
    with handbook("agent") as book, house(MORNING) as seats:
        book.section("登录和第一眼")
        book.read(seats.sit(None, "/sign-in/"))
        page = seats.sit(cast.ma, "/hotline/")
        page.locator(".sy-live[data-state=open]").wait_for()
        book.read(page)
        ring(seats.server, "line-1")
        page.locator("#callbar [data-ringing]").wait_for()
        book.picture(page, "agent-1-ring.png", bottom=page.locator("#by-hand"))
        page.keyboard.press("?")
        book.read(page)
        page.keyboard.press("Escape")

        book.section("接一个电话，下一张单")
        book.read(page)
        page.keyboard.press("F2")
        page.locator("#wish").wait_for()
        page.keyboard.press("Alt+q")
        page.keyboard.type("sh")
        page.locator("#quote >> text=您只需付14.00元").wait_for()
        page.locator("label", has_text="10:00").first.click()
        page.locator("[data-draft-note=saved]:visible").wait_for()
        page.locator("#quote >> text=您只需付14.00元").wait_for()
        book.picture(page, "agent-2-order.png", bottom=page.locator("#wish"))

        book.section("当场派单，查单，再来一单")
        page.keyboard.press("Control+Enter")
        page.get_by_text("现在就派单").wait_for()
        book.picture(page, "agent-3-send.png", bottom=page.locator("form", has_text="派给这一家"))
        page.keyboard.press("Alt+1")
        page.get_by_text("企业应在").wait_for()
        book.read(page)
        _call(page, seats, "line-2")
        book.read(page)

        book.section("系统会拒绝什么")
        page.keyboard.press("F11")
        page.locator("#quote dl").wait_for()
        page.locator("label", has_text="10:00").first.click()
        page.keyboard.press("Control+Enter")
        page.get_by_text("没有办成").wait_for()
        book.read(page)
        page.keyboard.press("F9")
        page.locator("#wish").wait_for(state="detached")

        registry.record_death(elder_id=cast.grandpa.pk, died_on=date(2026, 11, 8), by=cast.clerk, at=MORNING)
        _call(page, seats, "line-3", "13900000002")
        page.keyboard.press("Alt+q")
        page.keyboard.type("sh")
        page.get_by_text("不能下单").wait_for()
        book.read(page)
        page.keyboard.press("F9")
        page.locator("#wish").wait_for(state="detached")

        book.section("不下单的电话")
        _call(page, seats, "line-4", "13677770000", wait_for="#ending")
        book.read(page)
        page.keyboard.press("F9")
        page.locator("#ending").wait_for(state="detached")
        hotline.ring(
            programme=cast.programme,
            line_reference="line-5",
            caller_number="13900000001",
            called_number="965885",
            at=now(),
        )
        hotline.hang_up(programme=cast.programme, line_reference="line-5", at=now())
        page.reload()
        book.read(page)
        page.locator("#missed").get_by_role("button", name="回拨").click()
        page.get_by_text("没打通").wait_for()
        book.read(page)
        page.keyboard.press("F4")
        page.locator("#wish").wait_for(state="detached")

        book.section("紧急求助")
        _call(page, seats, "line-6")
        book.read(page)
        page.fill("#note", "在厕所摔倒，站不起来")
        page.keyboard.press("F10")
        page.locator(".sy-alarm[data-stage=WAITING]").wait_for()
        book.read(page)
        leader = seats.sit(cast.other_agent, "/hotline/calls/")
        leader.locator(".sy-live[data-state=open]").wait_for()
        leader.locator(".sy-alarm[data-stage=WAITING]").wait_for()
        with leader.expect_response(re.compile("/hotline/alarms/$")):  # the card comes anew when it has been taken
            leader.keyboard.press("F8")
        leader.get_by_text("您正在处置").wait_for()
        leader.wait_for_timeout(300)
        leader.fill("input[id^=step-]", "女儿在路上")
        leader.keyboard.press("Alt+6")
        leader.locator(".sy-alarm-steps >> text=女儿在路上").wait_for()
        book.picture(leader, "agent-4-emergency.png", bottom=leader.locator(".sy-alarm"))
        leader.check(".sy-alarm input[value=REAL]")
        leader.fill("input[id^=closing-]", "她平安到家")
        leader.locator(".sy-alarm button:has-text('结案')").click()
        leader.locator(".sy-alarm").wait_for(state="detached")
        page.get_by_text("知道了").wait_for()
        book.read(page)

        book.section("断了线怎么办")
        hotline.heartbeat(programme=cast.programme, at=MORNING - timedelta(minutes=5))
        page.reload()
        page.get_by_text("现在是手工模式").wait_for()
        book.read(page)
        page.context.set_offline(True)
        page.get_by_text("网络断开").wait_for()
        book.read(page)
        page.context.set_offline(False)


def test_the_enterprise(cast: Cast, house: House, handbook: Open):
    with handbook("enterprise") as book:
        inbox_of_kangan(cast)
        with house(MORNING) as seats:
            _a_day_of_the_enterprise(cast, book, seats)
        for days in (4, 5):
            cast.visited(cast.order(days=days))
        releases = published(cast)
        with house(OBJECTING_AT) as seats:
            _an_objection(cast, book, seats)
        for objection in Objection.objects.all():
            quality.rule(
                objection_id=objection.pk,
                upheld=False,
                score_tenths=0,
                reason="通话记录里没有这一次，维持原分",
                by=cast.head,
                at=OBJECTING_AT + timedelta(hours=2),
            )
        for release in releases:
            quality.finalise(appraisal_id=release.appraisal_id, by=cast.sun, at=release.object_until)
        settlement.draw_up(month=cast.month, by=cast.qian, at=ALL_FINAL)
        with house(ALL_FINAL + timedelta(hours=1)) as seats:
            _a_statement(cast, book, seats)


def _a_day_of_the_enterprise(cast: Cast, book: Handbook, seats: Seats) -> None:
    book.section("先看三栏")
    page = seats.sit(cast.kangan_user, "/provider/")
    page.locator(".sy-live[data-state=open]").wait_for()
    book.picture(page, "enterprise-1-inbox.png", bottom=page.locator("#inbox"))

    book.section("变红了、断了线怎么办")
    book.read(page)
    page.context.set_offline(True)
    page.get_by_text("网络断开").wait_for()
    book.read(page)
    page.context.set_offline(False)
    page.goto(f"{seats.address}/provider/licences/")
    book.read(page)

    book.section("接单、改时间、接不了")
    page.goto(f"{seats.address}/provider/")
    book.read(page)
    page.keyboard.press("j")
    page.keyboard.press("r")
    book.read(page)
    page.keyboard.press("p")
    page.get_by_role("button", name="请中心问老人").wait_for()
    book.read(page)

    book.section("系统会拒绝什么")
    page.goto(f"{seats.address}/provider/")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.locator("details[open] label", has_text="其他").click()
    page.locator("details[open]").get_by_role("button", name="确认拒单").click()
    page.get_by_text("没有拒单成功").wait_for()
    book.read(page)

    book.section("派谁去")
    page.goto(f"{seats.address}/provider/")
    book.read(page)
    page.get_by_role("link", name=re.compile("^派人")).click()
    page.get_by_text("派谁去").wait_for()
    book.picture(page, "enterprise-2-worker.png", bottom=page.locator("main"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_text("都已派人").wait_for()
    book.read(page)


def _an_objection(cast: Cast, book: Handbook, seats: Seats) -> None:
    book.section("考核表：几天之内可以提异议")
    page = seats.sit(cast.kangan_user, "/provider/appraisals/")
    book.read(page)
    page.get_by_role("link", name=re.compile("^看明细")).click()
    page.locator("tr", has_text="按时答复派单").locator("summary").click()
    page.locator("details[open] textarea").fill("有一单在时限内已打电话给调度台说明，请核对通话记录")
    book.picture(page, "enterprise-3-appraisal.png", bottom=page.locator("main .sy-card").nth(1))
    page.locator("details[open]").get_by_role("button", name="提交异议").click()
    page.get_by_text("待裁定").wait_for()
    book.read(page)


def _a_statement(cast: Cast, book: Handbook, seats: Seats) -> None:
    book.section("对账")
    page = seats.sit(cast.kangan_user, "/provider/statements/")
    book.read(page)
    page.get_by_role("link", name=re.compile("^看明细")).click()
    page.get_by_text("确认对账").first.wait_for()
    book.picture(page, "enterprise-4-statement.png", bottom=page.locator(".sy-columns"))
    page.locator("[name=lines]").fill("1")
    page.locator("[name=text]").fill("11月10日的单价与合同不符，请核对")
    page.get_by_role("button", name="提交异议").click()
    page.get_by_text("等待财务答复").wait_for()
    book.read(page)

    book.section("系统会拒绝什么")
    page.get_by_label("发票号码").fill("04412026")
    page.get_by_role("button", name="对账无误，确认").click()
    page.get_by_text("还没有得到答复").first.wait_for()
    book.read(page)

    book.section("对账")
    objection = StatementObjection.objects.get()
    settlement.answer(objection_id=objection.pk, text="已核对，单价按合同附件二", by=cast.qian, at=now())
    page.goto(page.url.removesuffix("confirm/"))
    page.get_by_label("发票号码").fill("04412026")
    page.keyboard.press("Control+Enter")
    page.get_by_text("发票号码").first.wait_for()
    book.read(page)


def _call(page: Page, seats: Seats, reference: str, number: str = "13900000001", *, wait_for: str = "#wish") -> None:
    ring(seats.server, reference, number)
    page.locator("#callbar [data-ringing]").wait_for()
    page.keyboard.press("F2")
    page.locator(wait_for).wait_for()
