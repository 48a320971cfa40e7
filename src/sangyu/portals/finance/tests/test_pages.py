"""The month as eyes and keys meet it: every state of its page, no barrier on it, and a signature by one key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.cast import BEIJING
from tests.month_end import bank_answers
from tests.seat import Open, violations, windows

from sangyu.kit.month import Month
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Approval, Line, Payment, Statement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_page(browser: Browser, live_server, sign_in) -> Iterator[Open]:
    """Open a page as somebody, in a browser of their own."""
    with windows(browser, live_server.url) as window:

        def go(who, path: str) -> Page:
            context = window(sign_in(who), viewport={"width": 1366, "height": 768})
            page = context.new_page()
            page.goto(live_server.url + path)
            return page

        yield go


def looked_at(page: Page, name: str, folder: Path) -> None:
    """Let axe look at a page, and keep what it looked like for whoever looks at failures."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"


def test_the_month_is_signed_by_one_key(november, open_page, tmp_path):
    run = november.confirmed(november.drawn_up())
    page = open_page(november.feng, "/finance/months/2026-11/")
    looked_at(page, "to-sign", tmp_path)
    page.keyboard.press("Control+Enter")
    page.get_by_text("接下来由“分管领导”签字").wait_for()
    assert Approval.objects.get(run=run).by == november.feng
    deputy = open_page(november.deputy, "/finance/months/2026-11/")
    deputy.get_by_role("button", name="退回经办").click()
    deputy.get_by_label("退回原因").fill("发票金额与结算单不符")
    looked_at(deputy, "declining", tmp_path)
    deputy.get_by_role("button", name="退回", exact=True).click()
    deputy.get_by_text("发票金额与结算单不符").first.wait_for()


def test_a_month_with_everything_out_of_the_ordinary_has_no_barrier(november, open_page, tmp_path):
    run = november.approved(november.drawn_up())
    looked_at(open_page(november.qian, "/finance/months/2026-11/"), "to-pay", tmp_path)
    file = settlement.pay(run_id=run.pk, by=november.qian, at=run.drawn_at + timedelta(hours=3))
    payment = Payment.objects.get()
    at = run.drawn_at + timedelta(hours=30)
    content = bank_answers(file, failed=(payment.number,))
    settlement.take_return(run_id=run.pk, content=content, by=november.qian, at=at)
    correcting = open_page(november.qian, "/finance/months/2026-11/")
    correcting.get_by_role("link", name=f"更正账户 {payment.number}").click()
    correcting.get_by_label("账号").fill("6200 0000 0000 0009 999")
    correcting.get_by_label("依据文件").fill("康安函〔2026〕7号")
    looked_at(correcting, "correcting", tmp_path)
    correcting.keyboard.press("Control+Enter")
    correcting.get_by_text("账户已更正").wait_for()
    looked_at(open_page(november.feng, "/finance/months/2026-11/"), "refused", tmp_path)
    settlement.take_back(
        line_id=Line.objects.order_by("-net_fen").first().pk,
        amount_fen=1250,
        reason="查实少做半小时",
        by=november.qian,
        at=at,
    )
    november.visited(november.order(days=24))
    december, end = Month(2026, 12), datetime(2027, 1, 4, 9, tzinfo=BEIJING)
    november.appraised(at=end, month=december)
    late = settlement.draw_up(month=december, by=november.qian, at=end + timedelta(days=20))
    statement = Statement.objects.get(run=late)
    settlement.object_to(statement_id=statement.pk, lines=[1], text="差额不认可", by=november.kangan_user, at=end)
    looked_at(open_page(november.qian, "/finance/months/2026-12/"), "differences", tmp_path)
    looked_at(open_page(november.qian, f"/finance/statements/{statement.pk}/"), "statement", tmp_path)
    looked_at(open_page(november.qian, "/finance/"), "months", tmp_path)
    looked_at(open_page(november.kangan_user, f"/provider/statements/{statement.pk}/"), "own-statement", tmp_path)
    looked_at(open_page(november.kangan_user, "/provider/statements/"), "own-statements", tmp_path)
