"""How many keys the daily work takes, counted at a real keyboard: the hands of an agent never leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast

from sangyu.hotline.models import Call
from sangyu.orders.models import Order
from sangyu.portals.hotline.tests.browser import Keys, ring
from sangyu.portals.live.tests.conftest import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPEAT_KEYS_MAX = 3
ORDER_KEYS_MAX = 12

pytestmark = pytest.mark.django_db(transaction=True)


def answered(page: Page, server: Server, keys: Keys, reference: str) -> None:
    ring(server, reference)
    page.wait_for_selector("#callbar [data-ringing]")
    keys.press("F2")
    page.wait_for_selector("#wish")


def test_a_repeat_order_takes_three_keys(desk: tuple[Page, Server], cast: Cast) -> None:
    page, server = desk
    cast.visited(cast.order(days=1))
    keys = Keys(page)
    answered(page, server, keys, "line-1")
    keys.press("F11")
    page.wait_for_selector("#quote dl")
    keys.press("Control+Enter")
    page.wait_for_selector("text=现在就派单")
    assert Order.objects.filter(item=cast.cleaning).count() == 2
    assert keys.pressed <= REPEAT_KEYS_MAX


@pytest.mark.proves("LZ-12")
def test_an_ordinary_order_takes_twelve(desk: tuple[Page, Server], cast: Cast) -> None:
    page, server = desk
    keys = Keys(page)
    answered(page, server, keys, "line-1")
    keys.press("Alt+q", "s", "h")
    page.wait_for_selector("#quote >> text=您只需付14.00元")
    keys.press("Tab", "Tab", "ArrowRight")  # the day after tomorrow
    keys.press("Tab", "ArrowRight", "ArrowRight")  # eleven o'clock
    keys.press("Control+Enter")
    page.wait_for_selector("text=现在就派单")
    order = Order.objects.get()
    assert f"{order.wanted_from.astimezone(cast.at.tzinfo):%m-%d %H:%M}" == "11-11 11:00"
    assert keys.pressed <= ORDER_KEYS_MAX


@pytest.mark.proves("LZ-09")
def test_each_of_the_five_ends_is_one_key(desk: tuple[Page, Server], cast: Cast) -> None:
    page, server = desk
    for key, kind, says in [
        ("F9", "CONSULTATION", "已登记：咨询"),
        ("F7", "COMPLAINT", "已登记：投诉"),
        ("F6", "COMFORT", "已登记：关怀聊天"),
        ("F10", "EMERGENCY", "已登记：紧急求助"),
    ]:
        answered(page, server, Keys(page), f"line-{kind}")
        page.keyboard.press(key)
        page.wait_for_selector(f"text={says}")
        assert Call.objects.get(line_reference=f"line-{kind}").end == kind
    answered(page, server, Keys(page), "line-ORDER")
    page.keyboard.press("Alt+q")
    page.keyboard.type("sh")
    page.wait_for_selector("#quote >> text=您只需付14.00元")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=现在就派单")
    assert Call.objects.get(line_reference="line-ORDER").end == "ORDER"
