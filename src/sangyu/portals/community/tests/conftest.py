"""Somebody at the desk, at a moment of the cast's own time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import Open, Sit, seat, windows

from sangyu.access.models import User

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


@pytest.fixture
def open_page(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page in a browser in which somebody has signed in; anything said on the console fails the test."""
    said: list[str] = []
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, *, width: int = 1366, height: int = 768) -> Page:
            page = window(sit(who), viewport={"width": width, "height": height}).new_page()
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
    assert said == []
