"""Somebody at the desk of sheets, in the test client or in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import Open, Sit, seat, windows

from sangyu.access.models import User
from sangyu.intake.tests.conftest import own_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["open_desk", "own_folder", "sit"]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


@pytest.fixture
def open_desk(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page on the screen of an office."""
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str) -> Page:
            page = window(sit(who), viewport={"width": 1366, "height": 900}).new_page()
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
