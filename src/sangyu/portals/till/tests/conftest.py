"""Somebody at the till, at noon of the cast's own day, in the test client or in a browser."""

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
from sangyu.meals.tests.kitchen import NOON, Kitchen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Sit = Callable[..., Client]
Open = Callable[..., "Page"]


@pytest.fixture
def kitchen(cast: Cast) -> Kitchen:
    """A canteen with tills."""
    return Kitchen(cast)


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""

    def sit_down(who: User, at: datetime = NOON) -> Client:
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((at - timezone.now()).total_seconds())))
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
    """Open a page in a browser in which somebody has signed in; anything said on the console fails the test."""
    contexts = []
    said: list[str] = []

    def go(who: User, path: str = "/till/", *, width: int = 1366, height: int = 768) -> Page:
        cookie = sit(who).cookies[settings.SESSION_COOKIE_NAME]
        context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": height})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        # A refusal is answered with 422, and the browser notes every such answer as a failed load.
        page.on(
            "console",
            lambda message: (
                said.append(message.text)
                if message.type in {"error", "warning"} and "422" not in message.text
                else None
            ),
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(live_server.url + path)
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []
