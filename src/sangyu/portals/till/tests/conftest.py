"""Somebody at the till, at noon of the cast's own day, in the test client or in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import Open, Sit, seat, windows
from tests.standing import standing

from sangyu.access.models import User
from sangyu.meals.tests.kitchen import NOON, Kitchen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@standing
def kitchen(cast: Cast) -> Kitchen:
    """A canteen with tills."""
    return Kitchen(cast)


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, NOON)


@pytest.fixture
def open_page(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page in a browser in which somebody has signed in; anything said on the console fails the test."""
    said: list[str] = []
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str = "/till/", *, width: int = 1366, height: int = 768) -> Page:
            context = window(sit(who), viewport={"width": width, "height": height})
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
    assert said == []
