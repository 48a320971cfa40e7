"""A seat at a desk: somebody signed in at a moment of the test's own, in a client or a browser; and what axe says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from sangyu.access.models import User
from sangyu.portals.clock import now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Sit = Callable[..., Client]
Open = Callable[..., "Page"]

AXE = settings.ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def seat(monkeypatch: pytest.MonkeyPatch, moment: datetime, *, later_s: int = 0) -> Sit:
    """Return what signs somebody in and puts the clock of the desks at `moment`, or at the moment asked for."""

    def sit_down(who: User, at: datetime | None = None) -> Client:
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        ahead_s = ceil(((at or moment) - now()).total_seconds()) + later_s  # never a part of a second less
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(ahead_s))
        client = Client()
        client.force_login(who)
        return client

    return sit_down


@contextmanager
def windows(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser windows of `address` in which a client's person is signed in; they are closed at the end."""
    opened = []

    def open_one(client: Client, **options: Any) -> BrowserContext:
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        window = browser.new_context(locale="zh-CN", **options)
        window.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        opened.append(window)
        return window

    try:
        yield open_one
    finally:
        for window in opened:
            window.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, one sentence a place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Of what passed nothing is told: telling it takes three times as long as finding it.
    ask = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"
    found = page.evaluate(ask, RULES)
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
