"""The desk in a real browser on a real server: the telephone rings, the screen knows who, a few keys make an order."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from tests.cast import Cast

from sangyu.orders.models import Order
from sangyu.portals.hotline.tests.conftest import set_clock
from sangyu.portals.live.tests.conftest import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = settings.ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
POP_S_MAX = 2.0  # half a second on a machine that does nothing else

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def one_browser(browser: Browser) -> Browser:
    """The run's browser, beside the database: its sleeping event loop would alarm Django for nothing."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # for the rest of the run, as long as that loop is there
    return browser


@pytest.fixture
def desk(one_browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Page, Server]]:
    """Agent Ma's browser, open at her desk."""
    set_clock(monkeypatch, cast)
    client = Client()
    client.force_login(cast.ma)
    crumb = client.cookies[settings.SESSION_COOKIE_NAME].value
    with serving() as server:
        here = f"http://127.0.0.1:{server.port}"
        context = one_browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": crumb, "url": here}])
        page = context.new_page()
        page.goto(f"{here}/hotline/")
        page.wait_for_selector(".sy-live[data-state=open]")
        yield page, server
        context.close()


def ring(server: Server, reference: str) -> None:
    body = {
        "event": "ring",
        "line_reference": reference,
        "caller_number": "13900000001",
        "called_number": "965885",
    }
    urllib.request.urlopen(
        urllib.request.Request(
            f"http://127.0.0.1:{server.port}/exchange/cti/events",
            data=json.dumps(body).encode(),
            headers={"X-Cti-Key": settings.CTI_KEY, "Content-Type": "application/json"},
        ),
        timeout=10,
    ).close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def test_a_ring_pops_and_a_few_keys_make_a_sent_order(desk: tuple[Page, Server], cast: Cast) -> None:
    page, server = desk
    assert violations(page) == []
    ring(server, "warm-up")
    page.wait_for_selector("#callbar form")
    rang_at = time.monotonic()
    ring(server, "line-1")
    page.wait_for_selector("#callbar form:nth-of-type(2)")
    assert time.monotonic() - rang_at < POP_S_MAX
    assert "李秀兰" in page.inner_text("#callbar")
    assert page.title().startswith("●")

    page.keyboard.press("F2")
    page.wait_for_selector("#wish")
    page.keyboard.press("Alt+q")
    page.keyboard.type("sh")
    page.wait_for_selector("#quote >> text=您只需付14.00元")
    page.fill("#note", "带上梯子")
    page.wait_for_selector("[data-draft-note=saved]:visible")
    page.reload()
    page.wait_for_selector("#quote >> text=您只需付14.00元")
    assert page.input_value("#note") == "带上梯子", "a draft survives a reload"
    assert violations(page) == []

    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=现在就派单")
    assert violations(page) == []
    page.keyboard.press("Alt+1")
    page.wait_for_selector("text=企业应在")
    order = Order.objects.get()
    assert (order.note, order.stage) == ("带上梯子", "SENT")
