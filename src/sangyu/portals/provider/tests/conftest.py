"""Somebody at the desk, at a moment of the cast's own time, in the test client or in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import Open, Sit, seat, windows

from sangyu.access.models import User
from sangyu.files.tests.conftest import shelf_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


__all__ = ["open_page", "shelf_folder", "sit"]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


@pytest.fixture
def open_page(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page in a browser in which somebody has signed in; a failing script fails the test.

    The live stream is another process, so the page is told that there is none.
    """
    said: list[str] = []
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, at: datetime | None = None, *, width: int = 1366) -> Page:
            context = window(sit(who, at), viewport={"width": width, "height": 900})
            context.route("**/live/**", lambda route: route.fulfill(status=204))
            page = context.new_page()
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
    assert said == []
