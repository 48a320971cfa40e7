"""Somebody at the desk, at a moment of the cast's own time, in the test client or on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from tests.cast import HOME, Cast
from tests.seat import Open, Sit, seat, windows
from tests.standing import standing

from sangyu.access.models import User
from sangyu.files.tests.conftest import shelf_folder
from sangyu.orders.models import Order

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


__all__ = ["due", "open_phone", "said", "shelf_folder", "sit"]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


@standing
def due(cast: Cast) -> Order:
    """An order that worker Zhao is to go for tomorrow at ten."""
    order = cast.order()
    cast.assigned(order)
    return order


@pytest.fixture
def said() -> list[str]:
    """What the browsers of a test said on their consoles; a test may forgive a line that it provoked."""
    return []


@pytest.fixture
def open_phone(browser: Browser, live_server, sit: Sit, said: list[str]) -> Iterator[Open]:
    """Open a page on a phone of 390 px that knows where it is; anything said on the console fails the test."""
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, at: datetime | None = None, *, width: int = 390, scripts: bool = True) -> Page:
            context = window(
                sit(who, at),
                viewport={"width": width, "height": 844},
                has_touch=True,
                java_script_enabled=scripts,
                geolocation={"longitude": HOME.lng, "latitude": HOME.lat, "accuracy": 12},
                permissions=["geolocation", "clipboard-read", "clipboard-write"],
            )
            page = context.new_page()
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
    assert said == []
