"""Somebody at the desk, at a moment of the cast's own time, in the test client or in a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.files.tests.conftest import shelf_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Sit = Callable[..., Client]
Open = Callable[..., "Page"]

__all__ = ["open_page", "shelf_folder", "sit"]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""

    def sit_down(who: User, at: datetime | None = None) -> Client:
        ahead_s = round(((at or cast.at) - timezone.now()).total_seconds()) + 60
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(ahead_s))
        client = Client()
        client.force_login(who)
        return client

    return sit_down


@pytest.fixture(scope="session")
def browser_loop() -> None:
    """Tell Django that the loop in this thread is the browser's; it stays until the run ends."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture
def open_page(browser_loop: None, browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page in a browser in which somebody has signed in; a failing script fails the test.

    The live stream is another process, so the page is told that there is none.
    """
    contexts = []
    said: list[str] = []

    def go(who: User, path: str, at: datetime | None = None, *, width: int = 1366) -> Page:
        cookie = sit(who, at).cookies[settings.SESSION_COOKIE_NAME]
        context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
        context.route("**/live/**", lambda route: route.fulfill(status=204))
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}{path}")
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []
