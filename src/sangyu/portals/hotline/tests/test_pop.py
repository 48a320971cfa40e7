"""The desk in a real browser on a real server: the telephone rings, the screen knows who, a few keys make an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import violations

from sangyu.orders.models import Order
from sangyu.portals.hotline.tests.browser import ring
from sangyu.portals.live.tests.conftest import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.proves("LZ-60")
def test_a_ring_pops_and_a_few_keys_make_a_sent_order(desk: tuple[Page, Server], cast: Cast) -> None:
    page, server = desk
    assert violations(page) == []
    ring(server, "warm-up")
    page.wait_for_selector("#callbar form")
    ring(server, "line-1")
    page.wait_for_selector("#callbar form:nth-of-type(2)")
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
