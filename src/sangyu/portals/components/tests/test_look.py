"""The living page holds what every screen promises: readable by all, quiet, never wider than a phone."""

from __future__ import annotations

import gzip
import json

import pytest
from django.conf import settings
from tests.seat import violations

PLACES = [
    (path, width, language)
    for path in ("", "pocket/", "plain/")
    for width in (1366, 390)
    for language in ("zh-CN", "en-GB")
    if width == 390 or path != "pocket/"
]


@pytest.mark.parametrize(("path", "width", "language"), PLACES)
def test_everyone_can_use_it(open_page, path, width, language):
    page = open_page(path, width=width, locale=language)
    assert violations(page) == []


@pytest.mark.parametrize("path", ["", "pocket/", "plain/"])
@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_never_scrolls_sideways(open_page, path, width):
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_open_dialog_is_readable_too(open_page):
    page = open_page()
    page.get_by_role("button", name="打开对话框").click()
    assert violations(page) == []


def test_a_check_of_ours_can_fail(open_page):
    page = open_page("plain/")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any(line.startswith("image-alt") for line in violations(page))


def test_pocket_text_is_at_least_18_px_and_targets_60_px(open_page):
    page = open_page("pocket/", width=390, height=844)
    small_texts = page.evaluate(
        """() => Array.from(document.querySelectorAll('main *'))
            .filter(e => e.checkVisibility() && !e.closest('.sy-sr')
                && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()))
            .filter(e => parseFloat(getComputedStyle(e).fontSize) < 18)
            .map(e => e.textContent.trim())"""
    )
    assert small_texts == []
    low_targets = page.evaluate(
        """() => Array.from(document.querySelectorAll('main .btn, .sy-chip, .sy-check, .sy-pocket-nav a'))
            .filter(e => e.checkVisibility()).map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
            .filter(([, height]) => height < 59.5)"""
    )
    assert low_targets == []


def test_lines_of_chinese_are_well_apart(open_page):
    page = open_page("pocket/", width=390)
    style = page.evaluate("[getComputedStyle(document.body)].map(s => [s.lineHeight, s.fontSize])")[0]
    line_px, text_px = (float(size.removesuffix("px")) for size in style)
    assert line_px / text_px >= 1.5


def test_the_head_of_a_long_table_stays_in_sight(open_page):
    page = open_page(height=500)
    page.locator("tbody tr").nth(6).scroll_into_view_if_needed()
    page.mouse.wheel(0, 100)
    head, bar = page.locator("thead th").first.bounding_box(), page.locator(".sy-bar").bounding_box()
    assert head["y"] == pytest.approx(bar["y"] + bar["height"], abs=2)


def test_on_a_phone_a_stacked_row_is_whole_and_every_cell_has_the_name_of_its_column(open_page):
    page = open_page(width=390)
    names = [name.strip() for name in page.locator("[data-stack] thead th").all_text_contents()]
    cells = page.locator("[data-stack] tbody tr").first.evaluate(
        "row => [...row.cells].map(cell => [cell.dataset.name, cell.getBoundingClientRect().right])"
    )
    assert [name for name, _ in cells] == [*names[:-1], None]  # the column of buttons has a name for ears only
    assert max(right for _, right in cells) <= 390


def test_on_a_phone_the_controls_of_a_desk_are_44_px_tall(open_page):
    page = open_page(width=390)
    low = page.evaluate(
        """() => Array.from(document.querySelectorAll('main :is(.btn, .input, .sy-chip), .sy-bar :is(a, button)'))
            .filter(e => e.checkVisibility() && !e.closest('.sy-table'))
            .map(e => [e.textContent.trim(), e.offsetHeight]).filter(([, height]) => height < 44)"""
    )
    assert low == []


def test_paper_shows_the_table_and_no_buttons(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator(".sy-bar").is_hidden()
    assert page.locator("main .btn:visible").count() == 0
    assert page.locator("thead").first.is_visible()


def test_one_style_sheet_stays_light():
    style = settings.ROOT / "build" / "static" / "sangyu" / "desk.css"
    assert len(gzip.compress(style.read_bytes(), 9)) <= 30_000


def test_the_lock_names_no_index():
    lock = json.loads((settings.ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name.startswith("node_modules/"))
    assert "registry=" not in (settings.ROOT / ".npmrc").read_text(encoding="utf-8")
