"""The walk on the real pages of Chengguan: a telephone rings, and everybody does their part in a browser of their own.

Only buttons, fields and keys are used; the ring and the passing of time come from outside, as they do in life.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from sangyu.access.models import User
from sangyu.kit.money import yuan
from sangyu.ledger.verify import verify
from sangyu.orders.models import Order, Stage
from sangyu.portals.clock import now
from sangyu.settlement.models import PaymentFile, Statement
from tests.cast import BEIJING, HOME, PASSWORD, Cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RING_AT = datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING)
SERVICE_AT = datetime(2026, 11, 10, 10, 0, tzinfo=BEIJING)


@pytest.fixture(scope="session", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Let this thread ask the database while the browser's loop stands in it; the loop is idle whenever we do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def built() -> None:
    """The pages need their modules, which fill the client keys and the place."""
    if not (settings.ROOT / "build" / "static" / "sangyu" / "desk.css").exists():
        pytest.fail("样式还没有编译。请先运行：npm ci && npm run build", pytrace=False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the desks."""

    def set_to(at: datetime) -> None:
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((at - now()) / timedelta(seconds=1)) + 1))

    set_to(RING_AT)
    return set_to


@pytest.fixture
def at_desk(browser: Browser, live_server: object, built: None) -> Iterator[Callable[[User], Page]]:
    """Open a browser for a person, signed in at the front door; a failing script or a server error fails the walk."""
    contexts, faults = [], []

    def sit_down(user: User) -> Page:
        context = browser.new_context(
            locale="zh-CN",
            viewport={"width": 1366, "height": 768},
            geolocation={"longitude": HOME.lng, "latitude": HOME.lat, "accuracy": 12},
            permissions=["geolocation"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.goto(f"{live_server.url}/sign-in/")
        page.get_by_label("用户名").fill(user.username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield sit_down
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("LZ-15")
def test_one_call_becomes_one_paid_subsidy_on_real_pages(cast: Cast, at_desk, live_server, clock):
    _ring(at_desk(cast.ma), live_server.url)
    order = _take_the_order(at_desk(cast.ma), live_server.url)
    _send(at_desk(cast.wang), live_server.url, order)
    _accept_and_assign(at_desk(cast.kangan_user), live_server.url)
    _visit(at_desk(cast.zhao_user), live_server.url, order, clock)

    clock(SERVICE_AT.replace(hour=20))
    officer = at_desk(cast.sun)
    _follow_up(officer, live_server.url)
    clock(datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    _draft(officer, live_server.url)
    clock(datetime(2026, 12, 5, 9, tzinfo=BEIJING))
    _finalise(officer, live_server.url)

    month = f"{live_server.url}/finance/months/2026-11/"
    finance, approver, enterprise = at_desk(cast.qian), at_desk(cast.feng), at_desk(cast.kangan_user)
    finance.goto(month)
    finance.get_by_role("button", name="出单").click()
    finance.get_by_text("对账中").or_(finance.get_by_text("待对账")).first.wait_for()
    _confirm(enterprise, live_server.url)
    for page in (approver, at_desk(cast.deputy), at_desk(cast.head)):
        page.goto(month)
        page.get_by_role("button", name=re.compile("^审批签字")).click()
        page.get_by_text(re.compile("接下来由“|各步都已签字")).first.wait_for()
    _pay(finance, month)

    _follow_the_fen(at_desk(cast.auditor), live_server.url, order)
    assert verify(cast.programme.pk) == []


def _ring(page: Page, site: str) -> None:
    answer = page.request.post(
        f"{site}/exchange/cti/events",
        headers={"X-Cti-Key": settings.CTI_KEY, "Content-Type": "application/json"},
        data=json.dumps(
            {
                "event": "ring",
                "line_reference": "pbx-1",
                "caller_number": "13900000001",
                "called_number": "965885",
                "at": RING_AT.isoformat(),
            }
        ),
    )
    assert answer.ok, answer.text()


def _take_the_order(page: Page, site: str) -> Order:
    page.goto(f"{site}/hotline/")
    page.get_by_role("button", name="接听").first.wait_for()
    page.keyboard.press("F2")
    page.get_by_label("服务项目").wait_for()
    assert "李秀兰" in page.inner_text("main")
    page.get_by_label("服务项目").fill("室内保洁")
    page.locator("label", has_text="10:00").first.click()
    page.get_by_text("您只需付14.00元").first.wait_for()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/hotline/orders/"))
    order = Order.objects.get()
    assert order.number in page.inner_text("main")
    assert order.public_fen == 5000
    return order


def _send(page: Page, site: str, order: Order) -> None:
    page.goto(f"{site}/dispatching/")
    row = page.locator("tr", has_text=order.number)
    assert "康安" in row.inner_text()
    row.get_by_role("button", name=re.compile("^派")).click()
    page.get_by_text("全部派完").wait_for()


def _accept_and_assign(page: Page, site: str) -> None:
    page.goto(f"{site}/provider/")
    page.get_by_role("button", name=re.compile("^接单")).first.click()
    page.wait_for_load_state()
    page.goto(f"{site}/provider/")
    page.get_by_role("link", name=re.compile("^派人")).click()
    page.locator("tr", has_text="赵勤").get_by_role("button", name=re.compile("^派")).click()
    page.wait_for_load_state()
    assert Order.objects.get().stage == Stage.ASSIGNED


def _visit(page: Page, site: str, order: Order, clock: Callable[[datetime], None]) -> None:
    clock(SERVICE_AT)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/carer/")
    page.get_by_role("link", name=re.compile("去这一户")).click()
    page.get_by_label("门牌码").fill(order.elder.door_code)
    page.get_by_role("button", name="我到了").click()
    page.get_by_role("button", name="结束服务").wait_for()
    clock(SERVICE_AT + timedelta(minutes=120))
    page.get_by_label("地面").check()
    page.get_by_role("button", name="结束服务").click()
    page.get_by_text("请老人付").wait_for()
    assert "14.00" in page.inner_text("main")


def _follow_up(page: Page, site: str) -> None:
    page.goto(f"{site}/quality/samples/")
    page.keyboard.press("d")
    page.wait_for_url(re.compile("/quality/samples/2026-11-10/"))
    assert "相同" in page.inner_text("#verdict")
    page.goto(f"{site}/quality/")
    for key in ("1", "1", "1", "2", "1", "Control+Enter"):
        page.keyboard.press(key)
    page.get_by_text("今天的回访都打完了").wait_for()


def _draft(page: Page, site: str) -> None:
    page.goto(f"{site}/quality/appraisals/")
    page.get_by_role("button", name="生成本月草稿").click()
    for name in ("康安居家服务有限公司", "乐泰家政服务有限公司"):
        page.goto(f"{site}/quality/appraisals/2026-11/")
        page.get_by_role("link", name=name).click()
        for left in (2, 1):
            page.get_by_text(f"还有{left}项未评").first.wait_for()
            page.keyboard.type("40")
            page.keyboard.press("Tab")
            page.keyboard.type("到场查看，均符合要求")
            with page.expect_navigation():
                page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        page.get_by_text("异议期还剩 3 个工作日").wait_for()


def _finalise(page: Page, site: str) -> None:
    for name in ("康安居家服务有限公司", "乐泰家政服务有限公司"):
        page.goto(f"{site}/quality/appraisals/2026-11/")
        page.get_by_role("link", name=name).click()
        page.get_by_role("button", name="定稿").click()
        page.get_by_text(re.compile("已定稿：")).wait_for()


def _confirm(page: Page, site: str) -> None:
    page.goto(f"{site}/provider/statements/")
    page.get_by_role("link", name=re.compile("看明细")).click()
    page.get_by_label("发票号码").fill("04412026")
    page.get_by_role("button", name="对账无误，确认").click()
    page.get_by_text("04412026").first.wait_for()


def _pay(page: Page, month: str) -> None:
    page.goto(month)
    page.get_by_role("button", name=re.compile("^拨付")).click()
    page.get_by_role("link", name="下载付款文件").wait_for()
    file, statement = PaymentFile.objects.get(), Statement.objects.get()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载付款文件").click()
    assert download.value.path().read_bytes() == bytes(file.content)
    assert file.total_fen == statement.net_fen == statement.gross_fen - statement.deducted_fen
    assert statement.deducted_fen > 0
    page.get_by_role("button", name="模拟银行回单").click()
    page.get_by_text("已到账").first.wait_for()


def _follow_the_fen(page: Page, site: str, order: Order) -> None:
    """From the month to the six facts in no more than three clicks."""
    page.goto(f"{site}/finance/months/2026-11/")
    page.get_by_role("link", name="康安居家服务有限公司").click()
    page.locator("tbody [data-row] td.num a").last.click()
    page.wait_for_url(re.compile("/audit/lines/"))
    said = page.inner_text("main")
    for words in ("BK20261100001", yuan(Statement.objects.get().net_fen), "139****0001", "赵勤", order.number):
        assert words in said
    assert page.locator(".au-thread > li").count() == 11
    assert page.locator('.au-thread > li[data-state="done"]').count() == 11
    assert page.locator('[data-ok="no"]').count() == 0
    assert "李秀兰" not in said
