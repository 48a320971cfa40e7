"""Somebody at the bureau's desk, on the tenth of December after a month with visits, lunches and a payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.cast import BEIJING, Cast
from tests.seat import Open, Sit, seat, windows
from tests.standing import standing

from sangyu.access.models import User
from sangyu.meals.tests.kitchen import NOON, Kitchen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = datetime(2026, 12, 10, 10, 30, tzinfo=BEIJING)


@standing
def month(cast: Cast) -> Cast:
    """November with two visits, two lunches and a waiting order, paid; in December three orders for the tenth."""
    kitchen = Kitchen(cast)
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    kitchen.card(cast.li)
    kitchen.sell(cast.li)
    kitchen.sell(cast.li, at=NOON + timedelta(minutes=20), full_price_agreed=True)
    cast.paid(cast.drawn_up())
    cast.at = datetime(2026, 12, 9, 9, 0, tzinfo=BEIJING)
    cast.assigned(cast.order(hour=8))
    cast.sent(cast.order(elder=cast.grandpa, hour=14))
    cast.order(elder=cast.grandpa, hour=18)
    return cast


@pytest.fixture
def sit(monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, NOW)


@pytest.fixture
def open_page(browser: Browser, live_server, sit: Sit) -> Iterator[Open]:
    """Open a page in a browser in which somebody has signed in; anything said on the console fails the test."""
    said: list[str] = []
    with windows(browser, live_server.url) as window:

        def go(who: User, path: str, *, width: int = 1366, height: int = 768) -> Page:
            context = window(sit(who), viewport={"width": width, "height": height})
            page = context.new_page()
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
            page.goto(f"{live_server.url}{path}")
            return page

        yield go
    assert said == []
