"""Real browsers at the desk, on a real server: sign somebody in, let the telephone ring, count keys, ask axe."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client

from sangyu.access.models import User
from sangyu.portals.live.tests.conftest import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page


def sign_in(context: BrowserContext, server: Server, who: User) -> str:
    """Give a browser somebody's session; return the address of the server."""
    client = Client()
    client.force_login(who)
    here = f"http://127.0.0.1:{server.port}"
    crumb = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": crumb, "url": here}])
    context.set_default_timeout(15_000)
    return here


@contextmanager
def seated(browser: Browser, server: Server, who: User, path: str = "/hotline/") -> Iterator[Page]:
    """Open a page as somebody, with its live stream."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    try:
        here = sign_in(context, server, who)
        page = context.new_page()
        page.goto(f"{here}{path}")
        page.wait_for_selector(".sy-live[data-state=open]")
        yield page
    finally:
        context.close()


def ring(server: Server, reference: str, number: str = "13900000001") -> None:
    """Let the telephone system say that a call rings."""
    body = {"event": "ring", "line_reference": reference, "caller_number": number, "called_number": "965885"}
    urllib.request.urlopen(
        urllib.request.Request(
            f"http://127.0.0.1:{server.port}/exchange/cti/events",
            data=json.dumps(body).encode(),
            headers={"X-Cti-Key": settings.CTI_KEY, "Content-Type": "application/json"},
        ),
        timeout=10,
    ).close()


class Keys:
    """A keyboard that counts: a chord such as Ctrl+Enter is one key."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *strokes: str) -> None:
        """Press keys one after the other."""
        for stroke in strokes:
            self.page.keyboard.press(stroke)
            self.pressed += 1
