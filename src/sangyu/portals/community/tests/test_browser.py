"""The window as eyes and hands meet it: a registration by keyboard alone, its draft kept, nothing in anybody's way."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast, resident_number
from tests.seat import violations

from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Standing
from sangyu.registry.models import DuplicateCase, Elder

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = resident_number(date(1940, 2, 1), 44)
# What a clerk types for an elder with a daughter; the other fields are passed over with Tab or filled in already.
TYPED = {
    "name": "孟玉梅",
    "document_number": NUMBER,
    "address": "南门巷2号",
    "phone": "13900000044",
    "kin_1_name": "孟晓",
    "kin_1_relation": "女儿",
    "kin_1_phone": "13900000045",
}
KEYSTROKES_MAX = 110


def keep(page: Page, name: str) -> None:
    """Keep a picture of a page, where somebody wants to look at it."""
    if folder := os.environ.get("SANGYU_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"community-{name}.png"), full_page=True)


@pytest.mark.proves("LZ-10")
def test_an_elder_is_registered_with_the_keyboard_alone(cast: Cast, open_page, record_property):
    page = open_page(cast.clerk, "/community/")
    began, strokes = time.monotonic(), 0

    def press(key: str) -> None:
        nonlocal strokes
        strokes += 1
        page.keyboard.press(key)

    press("n")
    expect(page.locator("#id_name")).to_be_visible()
    keep(page, "register")
    press("Alt+n")
    for name, text in TYPED.items():
        for _ in range(12):
            if page.evaluate("document.activeElement.name") == name:
                break
            press("Tab")
        assert page.evaluate("document.activeElement.name") == name
        strokes += len(text)
        page.keyboard.type(text)
    press("Control+Enter")
    expect(page.get_by_text("可以登记", exact=True)).to_be_visible()
    keep(page, "check")
    press("Control+Enter")
    expect(page.get_by_text("已登记入院").first).to_be_visible()
    assert Elder.objects.get(name="孟玉梅").birth_on == date(1940, 2, 1)
    record_property("keystrokes", strokes)
    record_property("seconds", round(time.monotonic() - began, 1))
    assert strokes <= KEYSTROKES_MAX


def test_what_was_typed_is_there_again_after_going_away(cast: Cast, open_page):
    page = open_page(cast.clerk, "/community/register/")
    page.locator("#id_name").fill("孟玉梅")
    page.locator("#id_address").fill("南门巷2号")
    page.wait_for_timeout(1500)
    page.goto(page.url.replace("register/", ""))
    page.goto(page.url + "register/")
    expect(page.locator("#id_name")).to_have_value("孟玉梅")
    expect(page.locator("#id_address")).to_have_value("南门巷2号")


@pytest.mark.parametrize("width", [1366, 390])
def test_a_number_is_seen_whole_while_it_is_typed(cast: Cast, open_page, width: int):
    field = open_page(cast.clerk, "/community/register/", width=width).locator("#id_document_number")
    field.fill(f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}")
    assert field.evaluate("field => field.scrollWidth <= field.clientWidth")


@pytest.fixture
def busy(cast: Cast) -> DuplicateCase:
    """Grandmother Li has a guardian and has moved, and there is another record of her."""
    act = {"by": cast.clerk, "at": cast.at}
    registry.add_kin(
        elder_id=cast.li.pk,
        relation="CHILD",
        name="李晓",
        number="13900000003",
        standing=Standing("AGREED", evidence="意定监护协议 8号"),
        valid_from=date(2026, 1, 1),
        **act,
    )
    registry.add_contact(elder_id=cast.li.pk, name="李晓", relation="女儿", number="13900000003", **act)
    registry.share_household(elder_id=cast.li.pk, other_id=cast.grandpa.pk, since=date(2026, 1, 1), **act)
    registry.register(
        name="李秀兰",
        document_kind="PASSPORT",
        document_number="E7654321",
        birth_on=cast.li.birth_on,
        sex=cast.li.sex,
        community_code=cast.community_code,
        address="南门巷8号2单元301室",
        phones=["13900000088"],
        hukou_in_area=False,
        by=cast.clerk,
        at=cast.at + timedelta(minutes=1),
    )
    registry.move(
        elder_id=cast.li.pk,
        moved_on=date(2026, 6, 1),
        community_code=cast.community_code,
        address="南门巷9号",
        hukou_in_area=False,
        hukou_place="四川省成都市武侯区",
        reason="随女儿搬来",
        **act,
    )
    registry.find_duplicates(**act)
    case: DuplicateCase = registry_read.duplicate_cases(cast.clerk)[0].case
    registry.rule_duplicate(
        case_id=case.pk, verdict="SAME", survivor_id=case.one_id, reason="与女儿核对，护照是同一人", **act
    )
    return case


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_stands_in_the_way(cast: Cast, busy: DuplicateCase, open_page, width: int):
    elder = f"elders/{cast.li.pk}/"
    page = open_page(cast.clerk, "/community/", width=width)
    home = page.url
    for name, path in {
        "elders": "",
        "group": "?group=moved_in",
        "elder": elder,
        "family": f"{elder}family/",
        "documents": f"{elder}documents/",
        "move": f"{elder}move/",
        "registration": "register/",
        "duplicates": "duplicates/",
        "duplicate": f"duplicates/{busy.pk}/",
    }.items():
        page.goto(home + path)
        keep(page, f"{name}-{width}")
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), path
