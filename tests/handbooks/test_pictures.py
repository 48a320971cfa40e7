"""The handbooks walked on real pages: whatever they quote is there, and their pictures are taken anew.

With SANGYU_HANDBOOKS=1 the pictures are written into docs/handbooks/images; otherwise they are taken and thrown away.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typst

from sangyu.hotline import actions as hotline
from sangyu.portals.hotline.tests.browser import ring
from sangyu.quality import actions as quality
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement
from tests.cast import BEIJING, Cast, bank_answers
from tests.handbooks.book import HANDBOOKS, Handbook
from tests.handbooks.conftest import House, Seats

if TYPE_CHECKING:
    from playwright.sync_api import Page

MORNING = datetime(2026, 11, 9, 9, 5, tzinfo=BEIJING)
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 9, 30, tzinfo=BEIJING)
ALL_FINAL = datetime(2026, 12, 5, 9, 0, tzinfo=BEIJING)
TENTH_OF_DECEMBER = datetime(2026, 12, 10, 10, 30, tzinfo=BEIJING)

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[[str], Handbook]


@pytest.fixture
def handbook(tmp_path: Path) -> Iterator[Open]:
    """Open a handbook; after the walk it must be true, and its pictures go where they are asked for."""
    opened: list[Handbook] = []

    def open_named(name: str) -> Handbook:
        opened.append(Handbook(name, tmp_path))
        return opened[0]

    yield open_named
    [book] = opened
    import pathlib
    pathlib.Path('/tmp/hb').mkdir(exist_ok=True); pathlib.Path(f'/tmp/hb/{book.name}.txt').write_text('\n\n'.join(f'#### {h}\n{v.raw}\n{v.keys}' for h,v in book.seen.items()))
    for name in book.taken: shutil.copyfile(tmp_path / name, pathlib.Path('/tmp/hb')/name)
    assert book.faults() == []
    if os.environ.get("SANGYU_HANDBOOKS") == "1":
        for name in book.taken:
            shutil.copyfile(tmp_path / name, HANDBOOKS / "images" / name)


def test_every_picture_belongs_to_a_handbook():
    named = {path.name: path.read_text(encoding="utf-8") for path in HANDBOOKS.glob("*.md")}
    kept = {path.name for path in (HANDBOOKS / "images").iterdir()}
    assert kept == {name for text in named.values() for name in re.findall(r"\(images/(.+?)\)", text)}
    assert set(re.findall(r"\((\w+\.md)\)", named.pop("README.md"))) == set(named)


def test_the_agent(cast: Cast, house: House, handbook: Open):
    book = handbook("agent")
    with house(MORNING) as seats:
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
        page.keyboard.type("snbj")
        page.locator("#quote >> text=您只需付14.00元").wait_for()
        page.locator("label", has_text="10:00").first.click()
        page.locator("[data-draft-note=saved]:visible").wait_for()
        page.locator("#quote >> text=您只需付14.00元").wait_for()
        book.picture(page, "agent-2-order.png", bottom=page.locator("#wish"))

        book.section("当场派单，查单，再来一单")
        page.keyboard.press("Control+Enter")
        page.get_by_text("现在就派单").wait_for()
        book.picture(page, "agent-3-send.png", bottom=page.locator("main"))
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
        page.keyboard.type("snbj")
        page.get_by_text("不能下单").wait_for()
        book.read(page)
        page.keyboard.press("F9")
        page.locator("#wish").wait_for(state="detached")

        book.section("不下单的电话")
        _call(page, seats, "line-4", "13677770000", wait_for="#ending")
        book.read(page)
        page.keyboard.press("F9")
        page.locator("#ending").wait_for(state="detached")
        missed = hotline.ring(
            programme=cast.programme,
            line_reference="line-5",
            caller_number="13900000001",
            called_number="965885",
            at=MORNING,
        )
        hotline.hang_up(programme=cast.programme, line_reference="line-5", at=MORNING + timedelta(seconds=20))
        page.reload()
        book.read(page)
        page.locator("#missed").get_by_role("button", name="回拨").click()
        page.get_by_text("没打通").wait_for()
        book.read(page)
        page.keyboard.press("F4")
        page.locator("#wish").wait_for(state="detached")
        assert missed.caller_number

        book.section("紧急求助")
        _call(page, seats, "line-6")
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


def _call(page: Page, seats: Seats, reference: str, number: str = "13900000001", *, wait_for: str = "#wish") -> None:
    ring(seats.server, reference, number)
    page.locator("#callbar [data-ringing]").wait_for()
    page.keyboard.press("F2")
    page.locator(wait_for).wait_for()
