"""A press on the emergency card counts, whatever is under way, and no answer that is older undoes what it showed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast

from sangyu.hotline import actions as hotline
from sangyu.portals.hotline.tests.browser import seated
from sangyu.portals.live.tests.conftest import Server
from sangyu.safety.models import Alarm, Taking

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Page, Route

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "**/hotline/alarms/"
TAKE = "**/hotline/alarms/*/take/"
WAITING = ".sy-alarm[data-stage=WAITING]"
# Well before the card is asked for by the clock (15 s): what is not mended by then was overlooked.
SOON_MS = 6_000
NOTE_STAGES = """() => {
    const box = document.getElementById("alarms");
    window.stages = [];
    new MutationObserver(() => {
        window.stages.push(Array.from(box.querySelectorAll(".sy-alarm"), (card) => card.dataset.stage).join());
    }).observe(box, { childList: true });
}"""
ASK = "() => document.dispatchEvent(new CustomEvent('sangyu:safety'))"


class Held:
    """The answers to some requests, as the server gave them at once, but held back from the page."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page = page
        self.answers: list[tuple[Route, APIResponse]] = []
        self.holding = True
        page.route(pattern, self._take)

    def _take(self, route: Route) -> None:
        if self.holding:
            self.answers.append((route, route.fetch()))
        else:
            route.continue_()

    def wait_for(self, n: int = 1) -> None:
        """Wait until some answers are held back."""
        until(self.page, lambda: len(self.answers) >= n)

    def let_go(self) -> None:
        """Give the page what was held back, and hold back nothing more."""
        self.holding = False
        for route, answer in self.answers:
            route.fulfill(response=answer)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for something outside the page while its requests go on."""
    for _ in range(SOON_MS // 20):
        if is_so():
            return
        page.wait_for_timeout(20)
    raise AssertionError("nothing came of it")


def quiet(page: Page) -> None:
    """Wait until no card is on its way."""
    page.wait_for_timeout(400)  # what the stream tells of the rows just written comes within this
    page.wait_for_selector("#alarms:not(.htmx-request)")


def call_for_help(cast: Cast, number: str = "13900000001", reference: str = "line-1") -> Alarm:
    call = cast.call(number, reference=reference)
    hotline.end(call_id=call.pk, kind="EMERGENCY", note="摔倒了", by=cast.ma, at=cast.at)
    return Alarm.objects.get(source_id=call.pk)


@pytest.fixture
def page(desk: tuple[Page, Server], cast: Cast) -> Page:
    """Agent Ma's desk with an emergency that waits."""
    page, _server = desk
    call_for_help(cast)
    page.wait_for_selector(WAITING)
    quiet(page)
    return page


def test_a_press_does_not_wait_for_a_card_that_is_on_its_way(page: Page, cast: Cast) -> None:
    card = Held(page, CARD)
    page.evaluate(ASK)
    card.wait_for()
    page.keyboard.press("F8")
    page.wait_for_selector("text=您正在处置", timeout=SOON_MS)
    assert Taking.objects.get().by == cast.ma
    page.evaluate(NOTE_STAGES)
    with page.expect_response(CARD, timeout=SOON_MS) as stale:
        card.let_go()
    assert 'data-stage="WAITING"' in stale.value.text(), "the card was asked for before the press"
    until(page, lambda: page.evaluate("window.stages.length") > 0)
    assert set(page.evaluate("window.stages")) == {"TAKEN"}, "asked for again instead of shown"


def test_a_press_counts_if_the_card_comes_first(page: Page, cast: Cast) -> None:
    card, press = Held(page, CARD), Held(page, TAKE)
    page.evaluate(ASK)
    card.wait_for()
    page.keyboard.press("F8")
    press.wait_for()
    page.evaluate(NOTE_STAGES)
    card.let_go()
    until(page, lambda: page.evaluate("window.stages.length") > 0)
    press.let_go()
    page.wait_for_selector("text=您正在处置", timeout=SOON_MS)
    assert Taking.objects.get().by == cast.ma


def test_an_old_answer_to_a_press_hides_no_new_emergency(page: Page, cast: Cast) -> None:
    press = Held(page, TAKE)
    page.keyboard.press("F8")
    press.wait_for()
    call_for_help(cast, "13900000002", "line-2")
    page.wait_for_function("() => document.querySelectorAll('.sy-alarm').length === 2")
    quiet(page)
    page.evaluate(NOTE_STAGES)
    press.let_go()
    page.wait_for_function("() => window.stages.length > 1", timeout=SOON_MS)
    assert page.locator(".sy-alarm").count() == 2


def test_of_two_presses_the_slower_answer_does_not_undo_the_other(page: Page, cast: Cast) -> None:
    call_for_help(cast, "13900000002", "line-2")
    page.wait_for_function(f"() => document.querySelectorAll('{WAITING}').length === 2")
    quiet(page)
    slow = Held(page, TAKE)
    page.locator(".sy-alarm-take").first.click()
    slow.wait_for()
    slow.holding = False
    page.locator(".sy-alarm-take").last.click()
    page.wait_for_selector(WAITING, state="detached", timeout=SOON_MS)
    quiet(page)
    slow.let_go()
    page.wait_for_timeout(300)
    page.wait_for_selector(WAITING, state="detached", timeout=SOON_MS)
    assert Taking.objects.filter(by=cast.ma).count() == 2


def test_a_card_that_comes_while_the_button_is_down_does_not_take_it_away(
    page: Page, cast: Cast, one_browser: Browser, desk: tuple[Page, Server]
) -> None:
    box = page.locator(".sy-alarm-take").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = Held(page, CARD)
    page.evaluate(ASK)
    card.wait_for()
    page.mouse.down()
    with page.expect_response(CARD, timeout=SOON_MS):
        card.let_go()
    page.wait_for_timeout(200)
    page.mouse.up()
    page.wait_for_selector("text=您正在处置", timeout=SOON_MS)
    assert Taking.objects.get().by == cast.ma
    with seated(one_browser, desk[1], cast.other_agent) as other:
        other.wait_for_selector("text=马晓兰正在处置")
    call_for_help(cast, "13900000002", "line-2")
    page.wait_for_selector(WAITING, timeout=SOON_MS)
