"""The handbooks of money walked on real pages: the finance officer from final appraisals to the bank; the bureau."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from sangyu.hotline import actions as hotline
from sangyu.portals.clock import now
from sangyu.quality import actions as quality
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import PaymentFile, Run, Statement
from tests.cast import BEIJING, Cast
from tests.handbooks.book import Handbook
from tests.handbooks.conftest import House, Open, Seats
from tests.handbooks.scenery import ALL_FINAL, month_before_the_head, published, worked_in_november
from tests.month_end import bank_answers

if TYPE_CHECKING:
    from playwright.sync_api import Page

TENTH_OF_DECEMBER = datetime(2026, 12, 10, 10, 30, tzinfo=BEIJING)
MONTH = "/finance/months/2026-11/"

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_finance_officer(cast: Cast, house: House, handbook: Open):
    worked_in_november(cast)
    releases = published(cast)
    with handbook("finance") as book, house(ALL_FINAL) as seats:
        _draw_up(cast, book, seats, releases)
        _agree_and_sign(cast, book, seats)
        _pay(cast, book, seats)


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
    page.locator("input[type=file]").set_input_files({"name": "return.csv", "mimeType": "text/csv", "buffer": content})
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
        hotline.end(call_id=call.pk, kind="EMERGENCY", elder_id=cast.li.pk, note="摔倒，站不起来", by=cast.ma, at=now())
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
