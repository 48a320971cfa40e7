"""Somebody at the desk, at a moment of the cast's own time, by page or in a browser."""

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
    """Open a page in a browser in which somebody has signed in; a script that fails fails the test."""
    faults: list[str] = []
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, *, width: int = 1366, height: int = 768) -> Page:
            context = window(sit(who), viewport={"width": width, "height": height})
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
    assert faults == []
