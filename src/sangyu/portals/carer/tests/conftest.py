"""Somebody at the desk, at a moment of the cast's own time, in the test client or on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.cast import HOME, Cast

from sangyu.access.models import User
from sangyu.files.tests.conftest import shelf_folder
from sangyu.orders.models import Order

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Sit = Callable[..., Client]
Open = Callable[..., "Page"]

__all__ = ["due", "open_phone", "said", "shelf_folder", "sit"]


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


@pytest.fixture
def due(cast: Cast) -> Order:
    """An order that worker Zhao is to go for tomorrow at ten."""
    order = cast.order()
    cast.assigned(order)
    return order


@pytest.fixture(scope="session")
def browser_loop() -> None:
    """Tell Django that the loop in this thread is the browser's; it stays until the run ends."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture
def said() -> list[str]:
    """What the browsers of a test said on their consoles; a test may forgive a line that it provoked."""
    return []


@pytest.fixture
def open_phone(browser_loop: None, browser: Browser, live_server, sit: Sit, said: list[str]) -> Iterator[Open]:
    """Open a page on a phone of 390 px that knows where it is; anything said on the console fails the test."""
    contexts = []

    def go(who: User, path: str, at: datetime | None = None, *, width: int = 390, scripts: bool = True) -> Page:
        cookie = sit(who, at).cookies[settings.SESSION_COOKIE_NAME]
        context = browser.new_context(
            locale="zh-CN",
            viewport={"width": width, "height": 844},
            has_touch=True,
            java_script_enabled=scripts,
            geolocation={"longitude": HOME.lng, "latitude": HOME.lat, "accuracy": 12},
            permissions=["geolocation", "clipboard-read", "clipboard-write"],
        )
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(f"{live_server.url}{path}")
        return page

    yield go
    for context in contexts:
        context.close()
    assert said == []
