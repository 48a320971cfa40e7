"""The till as hands and eyes meet it: a reader that types, one key that sells, nothing that stands in the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.seat import violations

from sangyu.meals import actions as meals
from sangyu.meals.models import DayClose, Refund, Sale
from sangyu.meals.tests.kitchen import NOON
from sangyu.registry import actions as registry

pytestmark = pytest.mark.django_db(transaction=True)


# A busy test machine types slower than a reader, so the strokes are dispatched inside the page, in one breath.
STROKES = """number => {
    const at = document.activeElement;
    for (const key of [...number, "Enter"]) {
        const stroke = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
        if (at.dispatchEvent(stroke) && key !== "Enter" && at.matches("input")) at.value += key;
    }
}"""


def swipe(page, number: str) -> None:
    """Type as a reader does: all digits at once and Enter, wherever the focus is."""
    page.wait_for_load_state("load")
    page.evaluate(STROKES, number)


def test_a_swipe_and_one_key_sell_a_lunch(kitchen, open_page):
    card = kitchen.card(kitchen.cast.li)
    page = open_page(kitchen.he)
    swipe(page, card.number)
    expect(page.locator(".till-own dd")).to_have_text("5.00")
    page.keyboard.press("Enter")
    expect(page.locator(".till-said")).to_have_text("李奶奶，自付五元")
    sale = Sale.objects.get()
    assert (sale.card_id, sale.elder_fen, sale.public_fen) == (card.pk, 500, 1000)


def test_the_reader_is_heard_whatever_has_the_focus_and_leaves_the_field_as_it_was(kitchen, open_page):
    card = kitchen.card(kitchen.cast.li)
    page = open_page(kitchen.he)
    page.locator("#q").fill("wdh")
    page.evaluate(
        "() => document.querySelector('[data-wedge]').addEventListener('submit', event => {"
        " event.preventDefault(); window.read = [event.target.elements.card.value, document.querySelector('#q').value];"
        "})"
    )
    page.locator("#q").focus()
    page.evaluate(STROKES, card.number)
    assert page.evaluate("window.read") == [card.number, "wdh"]


def test_a_person_who_types_digits_is_not_a_reader(kitchen, open_page):
    page = open_page(kitchen.he)
    page.locator("#q").focus()
    page.keyboard.type("0001", delay=90)
    page.keyboard.press("Enter")
    expect(page.locator(".till-name")).to_contain_text("李秀兰")
    page.locator("button.till-sell").click()
    expect(page.locator(".till-said")).to_be_visible()
    assert Sale.objects.get().found_by == "PHONE_TAIL"


def test_enter_never_sells_at_full_price(kitchen, open_page):
    card = kitchen.card(kitchen.cast.li)
    kitchen.sell(kitchen.cast.li)
    page = open_page(kitchen.he)
    swipe(page, card.number)
    expect(page.locator(".till-own dd")).to_have_text("15.00")
    page.keyboard.press("Enter")
    assert Sale.objects.count() == 1
    page.keyboard.press("F9")
    expect(page.locator(".till-said")).to_have_text("李奶奶，自付十五元")
    assert Sale.objects.count() == 2


def test_a_till_may_sell_on_the_swipe_itself(kitchen, open_page):
    card = kitchen.card(kitchen.cast.li)
    page = open_page(kitchen.he)
    page.get_by_label("刷卡即售").check()
    swipe(page, card.number)
    expect(page.locator(".till-said")).to_have_text("李奶奶，自付五元")
    swipe(page, card.number)
    expect(page.locator("button.till-sell")).to_contain_text("全价售出")
    assert Sale.objects.count() == 1


def test_f3_gives_the_last_one_back_and_f8_closes_the_day(kitchen, open_page):
    kitchen.sell(kitchen.cast.grandpa)
    page = open_page(kitchen.he)
    page.keyboard.press("F3")
    expect(page.get_by_role("button", name="不退")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已退第1笔")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("F8")
    page.wait_for_url("**/till/days/")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("相符", exact=True)).to_be_visible()
    assert (Refund.objects.count(), DayClose.objects.get().refunded) == (1, 1)


@pytest.mark.parametrize("width", [1366, 1024])
def test_everyone_can_use_it(kitchen, open_page, width):
    card = kitchen.card(kitchen.cast.li)
    other = kitchen.cast.elder("李秀兰", kitchen.cast.grandpa.birth_on, 61, ["13900000091"])
    lost = kitchen.card(other, "6201000012340002")
    registry.report_lost(card_id=lost.pk, by=kitchen.cast.clerk, at=kitchen.cast.at)
    page = open_page(kitchen.he, width=width)
    assert violations(page) == []
    page.locator("#q").fill("lxl")
    page.keyboard.press("Enter")
    expect(page.get_by_text("找到 2 位")).to_be_visible()
    assert violations(page) == []
    swipe(page, lost.number)
    expect(page.get_by_text(re.compile("已挂失"))).to_be_visible()
    assert violations(page) == []
    swipe(page, card.number)
    expect(page.locator(".till-own dd")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".till-said")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("F3")
    assert violations(page) == []
    meals.close_day(canteen_id=kitchen.south.pk, day=NOON.date(), by=kitchen.he, at=NOON)
    for address in ("/till/days/", "/till/months/"):
        page.goto(page.url.split("/till/")[0] + address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
