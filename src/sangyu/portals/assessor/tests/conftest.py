"""Somebody at the desk of assessments, in the test client or on a tablet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.cast import Cast
from tests.seat import Open, Sit, seat, windows
from tests.standing import standing

from sangyu.access.models import User
from sangyu.assessment.tests.team import Team
from sangyu.files.tests.conftest import shelf_folder
from sangyu.portals.assessor.tests.line import Line

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["line", "open_tablet", "shelf_folder", "sit", "team"]


@standing
def team(cast: Cast) -> Team:
    """The cast, five assessors and a practice."""
    return Team(cast)


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


@pytest.fixture
def line(live_server) -> Iterator[Line]:
    """The line between the tablets and the server."""
    with Line(live_server.thread.port) as here:
        yield here


@pytest.fixture
def open_tablet(browser: Browser, line: Line, sit: Sit) -> Iterator[Open]:
    """Open a page on a tablet of 768 px."""
    with windows(browser, line.url) as window:

        def go(who: User, path: str) -> Page:
            page = window(sit(who), viewport={"width": 768, "height": 1024}, has_touch=True).new_page()
            page.goto(f"{line.url}{path}")
            return page

        yield go
