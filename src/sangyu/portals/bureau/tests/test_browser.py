"""The bureau's pages as eyes and hands meet them: nothing in the way of a screen reader, rows within two clicks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.seat import violations

pytestmark = pytest.mark.django_db(transaction=True)


def overflows(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


PATHS = [
    "/bureau/",
    "/bureau/exceptions/",
    "/bureau/rows/today/",
    "/bureau/rows/paid/",
    "/bureau/rows/dead-orders/",
    "/bureau/analysis/?since=2026-11-01&on=2026-12-10",
    "/bureau/groups/",
    "/bureau/report/?on=2026-12-09",
]


@pytest.mark.parametrize("width", [1366, 390])
def test_nothing_stands_in_the_way(month, open_page, width):
    page = open_page(month.head, PATHS[0], width=width)
    for path in PATHS:
        page.goto(page.url.split("/bureau/")[0] + path)
        assert violations(page) == [], path
        assert not overflows(page), path


@pytest.mark.parametrize("width", [1366, 390])
def test_pages_behind_more_open_fold_away_and_answer_to_their_keys(month, open_page, width):
    page = open_page(month.head, "/bureau/", width=width)
    folded = page.locator("details[data-folds]")
    page.get_by_text("更多", exact=True).click()
    expect(page.get_by_role("link", name="名册")).to_be_visible()
    page.keyboard.press("Escape")
    expect(folded).not_to_have_attribute("open", "")
    page.get_by_text("更多", exact=True).click()
    page.get_by_role("heading", level=1).click()
    expect(folded).not_to_have_attribute("open", "")
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("/bureau/people/"))
    expect(folded.locator("summary")).to_have_text("用户")


def test_two_keys_lead_from_a_number_to_an_order(month, open_page):
    page = open_page(month.head, "/bureau/")
    page.get_by_role("link", name="过点未到").click()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/audit/orders/"))


def test_a_yuan_of_the_report_leads_to_its_evidence_in_three_clicks(month, open_page):
    page = open_page(month.auditor, "/bureau/report/?on=2026-12-09")
    page.locator("#subsidy .bu-figures a[href*='/rows/paid/']").first.click()
    page.locator("tr[data-row] a").first.click()
    expect(page.locator(".au-thread")).to_be_visible()
