"""The handbooks walked on real pages: whatever they quote is there, and their pictures are taken anew.

With SANGYU_HANDBOOKS=1 the pictures are written into docs/handbooks/images; otherwise they are taken and thrown away.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sangyu.hotline import actions as hotline
from sangyu.portals.clock import now
from sangyu.portals.hotline.tests.browser import ring
from sangyu.quality import actions as quality
from sangyu.quality.models import Objection
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import PaymentFile, Run, Statement, StatementObjection
from tests.cast import BEIJING, Cast, bank_answers
from tests.handbooks.book import HANDBOOKS, Handbook
from tests.handbooks.conftest import House, Seats
from tests.handbooks.scenery import came_in_october, inbox_of_kangan, month_before_the_head, published, worked_in_november

if TYPE_CHECKING:
    from playwright.sync_api import Page

MORNING = datetime(2026, 11, 9, 9, 5, tzinfo=BEIJING)
OBJECTING_AT = datetime(2026, 12, 1, 9, 30, tzinfo=BEIJING)
ALL_FINAL = datetime(2026, 12, 5, 9, 0, tzinfo=BEIJING)
TENTH_OF_DECEMBER = datetime(2026, 12, 10, 10, 30, tzinfo=BEIJING)

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[[str], AbstractContextManager[Handbook]]


@pytest.fixture
def handbook(tmp_path: Path) -> Open:
    """Open a handbook for a walk; at its end the handbook must be true, and its pictures go where they are asked for."""

    @contextmanager
    def open_named(name: str) -> Iterator[Handbook]:
        book = Handbook(name, tmp_path)
        try:
            yield book
        finally:
            _dump(book, tmp_path)
        assert book.faults() == []
        if os.environ.get("SANGYU_HANDBOOKS") == "1":
            for picture in book.taken:
                shutil.copyfile(tmp_path / picture, HANDBOOKS / "images" / picture)

    return open_named


def _dump(book, tmp_path):
    import pathlib
    pathlib.Path('/tmp/hb').mkdir(exist_ok=True); pathlib.Path(f'/tmp/hb/{book.name}.txt').write_text('\n\n'.join(f'#### {h}\n{v.raw}\n{v.keys}' for h,v in book.seen.items()))
    for name in book.taken: shutil.copyfile(tmp_path / name, pathlib.Path('/tmp/hb')/name)


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
        page.keyboard.press("F8")
        page.get_by_text("您正在处置").wait_for()
        page.fill("input[id^=step-]", "女儿在路上")
        page.keyboard.press("Alt+6")
        page.locator(".sy-alarm-steps >> text=女儿在路上").wait_for()
        book.picture(page, "agent-4-emergency.png", bottom=page.locator(".sy-alarm"))
        page.check(".sy-alarm input[value=REAL]")
        page.fill("input[id^=closing-]", "她平安到家")
        page.locator(".sy-alarm button:has-text('结案')").click()
        page.locator(".sy-alarm").wait_for(state="detached")
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
        releases = published(cast)
        with house(OBJECTING_AT) as seats:
            _an_objection(cast, book, seats)
        for objection in Objection.objects.all():
            quality.rule(
                objection_id=objection.pk,
                upheld=False,
                score_tenths=0,
                reason="已核对定位记录，维持原分",
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
    page.locator("summary", has_text="提异议").first.click()
    page.locator("details[open] textarea").fill("11月10日那一单门牌码正确，定位漂移，请核对")
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
    page.get_by_label("有问题的行").or_(page.locator("[name=lines]")).first.fill("1")
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


def test_the_finance_officer(cast: Cast, house: House, handbook: Open):
    worked_in_november(cast)
    releases = published(cast)
    with handbook("finance") as book, house(ALL_FINAL) as seats:
        _draw_up(cast, book, seats, releases)
        _agree_and_sign(cast, book, seats)
        _pay(cast, book, seats)


MONTH = "/finance/months/2026-11/"


def _draw_up(cast: Cast, book: Handbook, seats: Seats, releases: list) -> None:
    book.section("先看账期")
    page = seats.sit(cast.qian, "/finance/")
    book.read(page)

    book.section("系统会拒绝什么")
    page.goto(seats.address + MONTH)
    book.read(page)
    page.keyboard.press("d")
    page.get_by_text("没有办成").wait_for()
    book.read(page)

    book.section("出单")
    for release in releases:
        quality.finalise(appraisal_id=release.appraisal_id, by=cast.sun, at=release.object_until)
    page.goto(seats.address + MONTH)
    book.read(page)
    page.keyboard.press("d")
    page.get_by_text("待对账").first.wait_for()
    book.picture(page, "finance-1-month.png", bottom=page.locator(".sy-card").nth(1))
    page.get_by_role("link", name="康安居家服务有限公司").click()
    book.read(page)


def _agree_and_sign(cast: Cast, book: Handbook, seats: Seats) -> None:
    book.section("系统会拒绝什么")
    reviewer = seats.sit(cast.feng, MONTH)
    reviewer.keyboard.press("Control+Enter")
    reviewer.get_by_text("没有办成").wait_for()
    book.read(reviewer)

    book.section("对账和四人签字")
    run = Run.objects.get()
    statements = Statement.objects.filter(run=run)
    first = statements.get(enterprise=cast.kangan)
    settlement.object_to(statement_id=first.pk, text="第1行单价与合同不符", lines=[1], by=cast.kangan_user, at=now())
    page = seats.sit(cast.qian, f"/finance/statements/{first.pk}/")
    book.read(page)
    page.locator("[name=text]").fill("已核对，单价按合同附件二")
    page.get_by_role("button", name="答复，金额不变").click()
    page.get_by_text("已答复").first.wait_for()
    book.read(page)
    for statement, user in ((first, cast.kangan_user), (statements.get(enterprise=cast.letter), cast.letter_user)):
        settlement.confirm(statement_id=statement.pk, invoice_number="04412026", by=user, at=now())
    reviewer.goto(seats.address + MONTH)
    book.read(reviewer)
    reviewer.keyboard.press("Control+Enter")
    reviewer.get_by_text("已签字").nth(1).wait_for()
    book.picture(reviewer, "finance-2-signatures.png", bottom=reviewer.locator(".sy-card", has_text="签字人"))
    for signer in (cast.deputy, cast.head):
        settlement.approve(run_id=run.pk, by=signer, at=now())


def _pay(cast: Cast, book: Handbook, seats: Seats) -> None:
    book.section("拨付和支付申请")
    page = seats.sit(cast.qian, MONTH)
    book.read(page)
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="下载付款文件").wait_for()
    file = PaymentFile.objects.get()
    book.picture(
        page,
        "finance-3-payment.png",
        top=page.locator(".sy-card", has_text="下载付款文件"),
        bottom=page.locator(".sy-card", has_text="下载付款文件"),
    )

    book.section("系统会拒绝什么")
    _upload(page, b"a,b\r\n")
    page.get_by_text("请检查是否选错文件").first.wait_for()
    book.read(page)

    book.section("回单")
    book.read(page)
    refused = settlement_read.payments(cast.qian, file)[0].number
    _upload(page, bank_answers(file, failed=(refused,)))
    page.get_by_text("银行退回").first.wait_for()
    book.read(page)
    page.get_by_role("link", name="康安居家服务有限公司").click()
    page.get_by_role("button", name="登记差额").wait_for()
    book.read(page)
    page.goto(seats.address + MONTH)

    book.section("变红了怎么办")
    book.read(page)
    book.read(seats.sit(cast.feng, MONTH))
    budget = seats.sit(cast.qian, "/finance/budget/")
    budget.keyboard.press("v")
    budget.locator("#verdict").wait_for()
    book.read(budget)
    budget.context.set_offline(True)
    budget.get_by_text("网络断开").wait_for()
    book.read(budget)

    book.section("纸质表")
    page.keyboard.press("p")
    papers = page.locator("#papers")
    book.picture(page, "finance-4-papers.png", top=papers, bottom=papers)


def _upload(page: Page, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "return.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="读入回单").click()


def test_the_head_of_the_bureau(cast: Cast, house: House, handbook: Open):
    run = month_before_the_head(cast)
    with handbook("bureau") as book, house(TENTH_OF_DECEMBER) as seats:
        book.section("今天的四个数")
        page = seats.sit(cast.head, "/bureau/")
        book.picture(page, "bureau-1-today.png", bottom=page.locator(".bu-home"))

        book.section("签字")
        book.read(page)
        page.locator(".bu-todo a").first.click()
        page.locator("tr[data-row]").first.wait_for()
        book.read(page)
        page.locator("tr[data-row] a").first.click()
        page.wait_for_url(re.compile(MONTH))
        book.picture(page, "bureau-2-signature.png", bottom=page.locator(".sy-card", has_text="签字人"))
        page.get_by_role("button", name="退回经办").click()
        book.read(page)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+Enter")
        page.get_by_text("审批金额").wait_for()
        book.read(page)
        file = settlement.pay(run_id=run.pk, by=cast.qian, at=now())
        settlement.take_return(run_id=run.pk, content=bank_answers(file), by=cast.qian, at=now())

        book.section("例外和红色")
        page.goto(f"{seats.address}/bureau/exceptions/")
        book.read(page)
        cast.at = now()
        call = cast.call(reference="line-9")
        hotline.end(
            call_id=call.pk, kind="EMERGENCY", elder_id=cast.li.pk, note="摔倒，站不起来", by=cast.ma, at=now()
        )
        page.goto(f"{seats.address}/bureau/")
        page.locator(".sy-alarm").wait_for()
        book.read(page)
        page.context.set_offline(True)
        page.get_by_text("网络断开").wait_for()
        book.read(page)
        page.context.set_offline(False)

        book.section("从一个数到一行")
        auditor = seats.sit(cast.head, "/bureau/rows/paid/")
        book.picture(auditor, "bureau-4-rows.png", bottom=auditor.locator("main"))
        auditor.locator("tr[data-row] a").first.click()
        auditor.locator(".au-thread").wait_for()
        book.picture(auditor, "bureau-5-thread.png", bottom=auditor.locator(".au-thread > li").nth(3))

        book.section("任意一天的报告")
        report = seats.sit(cast.head, "/bureau/report/?on=2026-12-09")
        book.read(report)
        report.get_by_role("button", name="定格").click()
        report.get_by_text("已定格，重算相同").wait_for()
        book.picture(report, "bureau-3-report.png", bottom=report.locator("main .sy-card").nth(1))

        book.section("系统会拒绝什么")
        report.goto(f"{seats.address}/bureau/report/?on=2026-12-31")
        book.read(report)
        report.goto(f"{seats.address}/finance/budget/")
        book.read(report)


def _call(page: Page, seats: Seats, reference: str, number: str = "13900000001", *, wait_for: str = "#wish") -> None:
    ring(seats.server, reference, number)
    page.locator("#callbar [data-ringing]").wait_for()
    page.keyboard.press("F2")
    page.locator(wait_for).wait_for()
