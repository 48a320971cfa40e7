"""A house that is served as on site, without the helps of a demo, at the hour that a step needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as in_force
from django.test import Client

from sangyu.access.cipher import field_cipher
from sangyu.access.models import User
from sangyu.portals.clock import now
from sangyu.portals.entrance.passage import PROVED
from sangyu.portals.live.tests.conftest import Server, serving
from tests.handbooks.book import HANDBOOKS, Handbook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAIT_MS_MAX = 60_000

Open = Callable[[str], AbstractContextManager[Handbook]]
House = Callable[[datetime], AbstractContextManager["Seats"]]


class Seats:
    """The desks of one running server; who sits down has a browser of their own."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.server = server
        self.address = f"http://127.0.0.1:{server.port}"
        self._browser = browser
        self._contexts: list = []
        self.faults: list[str] = []

    def sit(self, who: User | None, path: str) -> Page:
        """Open a page as somebody, or as nobody yet; a failing script or a server error is a fault of the house."""
        context = self._browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 900})
        context.set_default_timeout(WAIT_MS_MAX)
        self._contexts.append(context)
        if who is not None:
            client = Client()
            client.force_login(who)
            session = client.session
            session[PROVED] = True  # as after the second factor at the door
            session.save()
            crumb = client.cookies[in_force.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": crumb.key, "value": crumb.value, "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda got: self.faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.goto(self.address + path)
        return page

    def leave(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def house(browser: Browser, settings: Any, monkeypatch: pytest.MonkeyPatch) -> House:
    """Open the house at an hour: a server as on site, on the rows that are there."""
    if not (settings.ROOT / "build" / "static" / "sangyu" / "desk.css").exists():
        pytest.fail("样式还没有编译。请先运行：npm ci && npm run build", pytrace=False)
    settings.SECRET_KEY, settings.CTI_KEY = token_hex(), token_hex()
    monkeypatch.setenv("SANGYU_DEMO", "0")
    monkeypatch.setenv("SANGYU_SECRET_KEY", settings.SECRET_KEY)
    monkeypatch.setenv("SANGYU_CTI_KEY", settings.CTI_KEY)
    monkeypatch.setenv("SANGYU_FIELD_KEYS", field_cipher().ring.written())

    @contextmanager
    def open_at(at: datetime) -> Iterator[Seats]:
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((at - now()) / timedelta(seconds=1)) + 1))
        with serving() as server:
            seats = Seats(browser, server)
            try:
                yield seats
            finally:
                seats.leave()
            assert seats.faults == []

    return open_at


@pytest.fixture
def handbook(tmp_path: Path) -> Open:
    """Open a handbook for a walk; at its end it must be true, and its pictures are laid out.

    With SANGYU_HANDBOOKS=1 they are written into docs/handbooks/images; otherwise they are thrown away.
    """

    @contextmanager
    def open_named(name: str) -> Iterator[Handbook]:
        book = Handbook(name, tmp_path)
        yield book
        assert book.faults() == []
        if os.environ.get("SANGYU_HANDBOOKS") == "1":
            for picture in book.taken:
                shutil.copyfile(tmp_path / picture, HANDBOOKS / "images" / picture)

    return open_named
