"""An emergency in real browsers: red on every page, over everything, until a named person has closed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import violations

from sangyu.hotline import actions as hotline
from sangyu.portals.hotline.tests.browser import ring, seated
from sangyu.portals.live.tests.conftest import Server
from sangyu.safety.models import Alarm, Closure, Step, Taking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.django_db(transaction=True)

COUNT_BEEPS = """() => {
    window.beeps = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { window.beeps += 1; return start.apply(this, at); };
}"""
ON_TOP = """() => {
    const box = document.querySelector(".sy-alarm > header").getBoundingClientRect();
    const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return box.top >= 0 && box.bottom <= innerHeight && found !== null && found.closest(".sy-alarm") !== null;
}"""
UNCOVERED_BY_DIALOG = """() => {
    const card = document.querySelector(".sy-alarm").getBoundingClientRect();
    return document.querySelector("dialog[open]").getBoundingClientRect().top >= card.bottom;
}"""


def raise_from_a_call(cast: Cast) -> None:
    hotline.end(call_id=cast.call().pk, kind="EMERGENCY", elder_id=cast.li.pk, note="摔倒了", by=cast.ma, at=cast.at)


def test_from_the_call_to_her_being_safe_at_home(
    one_browser: Browser, served: Server, cast: Cast, desk: tuple[Page, Server]
) -> None:
    agent, server = desk
    with seated(one_browser, server, cast.other_agent, "/hotline/calls/") as leader:
        leader.evaluate(COUNT_BEEPS)
        leader.mouse.click(5, 400)
        ring(server, "line-1")
        agent.wait_for_selector("#callbar [data-ringing]")
        agent.keyboard.press("F2")
        agent.wait_for_selector("#wish")
        agent.keyboard.press("F10")

        leader.wait_for_selector(".sy-alarm[data-stage=WAITING]")
        for words in ("李秀兰", "82 岁", "南门巷8号2单元301", "13900000001", "左耳听力弱", "以前没有报过警"):
            assert words in leader.inner_text(".sy-alarm")
        leader.wait_for_function("() => window.beeps >= 3")
        leader.wait_for_function("() => document.title.startsWith('【紧急】')")
        leader.wait_for_function("() => !document.title.startsWith('【紧急】')")
        assert violations(leader) == []

        agent.wait_for_selector(".sy-alarm[data-stage=WAITING]")
        leader.keyboard.press("F8")
        leader.wait_for_selector("text=您正在处置")
        agent.wait_for_selector("text=白露正在处置")
        assert Taking.objects.get().by == cast.other_agent
        beeps = leader.evaluate("window.beeps")
        leader.fill("input[id^=step-]", "女儿在路上")
        leader.keyboard.press("Alt+6")
        leader.wait_for_selector(".sy-alarm-steps >> text=女儿在路上")
        assert Step.objects.get().rung == "FAMILY"
        assert leader.input_value("input[id^=step-]") == ""
        assert violations(leader) == []

        leader.check(".sy-alarm input[value=REAL]")
        leader.fill("input[id^=closing-]", "她平安到家")
        leader.click(".sy-alarm button:has-text('结案')")
        leader.wait_for_selector(".sy-alarm", state="detached")
        assert leader.evaluate("window.beeps") - beeps <= 3, "taken, it is silent"
        assert (Closure.objects.get().note, Closure.objects.get().by) == ("她平安到家", cast.other_agent)
        agent.wait_for_selector(".sy-alarm-outcome >> text=她平安到家")
        assert "白露" in agent.inner_text(".sy-alarm-outcome")
        assert violations(agent) == []
        agent.click("text=知道了")
        agent.wait_for_selector(".sy-alarm-outcome", state="detached")


def test_nothing_covers_it_and_nothing_puts_it_away(
    one_browser: Browser, served: Server, cast: Cast, desk: tuple[Page, Server]
) -> None:
    page, _server = desk
    for n in range(30):
        cast.call(f"1370000{n:04}", reference=f"line-{n}")
    raise_from_a_call(cast)
    for path in ("/hotline/", "/hotline/calls/"):
        page.goto(page.url.partition("/hotline/")[0] + path)
        page.wait_for_selector(".sy-alarm")
        assert page.evaluate(ON_TOP)
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(200)
        assert page.evaluate(ON_TOP), "scrolled away"
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("#sy-cheat-sheet[open]")
        page.wait_for_function(UNCOVERED_BY_DIALOG)
        page.keyboard.press("Escape")
        assert page.locator(".sy-alarm").is_visible()
    page.reload()
    assert page.locator(".sy-alarm").is_visible()
    assert Alarm.objects.get().stage == "WAITING"


def test_the_second_of_two_agents_reads_who_has_it(
    one_browser: Browser, served: Server, cast: Cast, desk: tuple[Page, Server]
) -> None:
    page, server = desk
    raise_from_a_call(cast)
    page.wait_for_selector(".sy-alarm[data-stage=WAITING]")
    # Her page is a moment behind: what it does not know yet is answered by the server.
    page.route("**/hotline/alarms/", lambda route: route.abort())
    with seated(one_browser, server, cast.other_agent) as other:
        other.keyboard.press("F8")
        other.wait_for_selector("text=您正在处置")
    page.keyboard.press("F8")
    page.wait_for_selector("text=已由白露于")
    assert "白露正在处置" in page.inner_text(".sy-alarm")


def test_words_being_typed_survive_a_card_that_comes_anew(desk: tuple[Page, Server], cast: Cast) -> None:
    page, _server = desk
    raise_from_a_call(cast)
    page.wait_for_selector(".sy-alarm")
    page.keyboard.press("F8")
    page.wait_for_selector("input[id^=closing-]")
    page.click("input[id^=closing-]")
    page.keyboard.type("她平安")
    cast.call("13900000002", reference="second")
    hotline.end(call_id=Alarm.objects.get().source_id, kind="EMERGENCY", by=cast.ma, at=cast.at)
    page.evaluate("document.dispatchEvent(new CustomEvent('sangyu:safety'))")
    page.wait_for_timeout(600)
    page.keyboard.type("到家")
    assert page.input_value("input[id^=closing-]") == "她平安到家"
