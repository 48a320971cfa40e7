"""Somebody at the desk of applications, in the test client or in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from tests.seat import Open, Sit, seat, windows
from tests.standing import standing

from sangyu.access.models import User
from sangyu.applications.tests.town import Town
from sangyu.files.tests.conftest import shelf_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["huli", "open_desk", "shelf_folder", "sit"]


@standing
def huli() -> Town:
    """Huli on an ordinary Monday."""
    with TemporaryDirectory() as folder:
        return Town(Path(folder))


@pytest.fixture
def sit(huli: Town, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, huli.at, later_s=60)


@pytest.fixture
def open_desk(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page on an office screen."""
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, **more: object) -> Page:
            page = window(sit(who), **{"viewport": {"width": 1366, "height": 768}, **more}).new_page()
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
