"""Serves the living page on a free port; it needs no database, and the closed database proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address under which the components are served; other files' tests keep the real address book."""
    built = settings.ROOT / "build" / "static"
    if not (built / "sangyu" / "desk.css").exists():
        pytest.fail("样式还没有编译。请先运行：npm ci && npm run build", pytrace=False)
    with override_settings(
        ROOT_URLCONF="sangyu.portals.components.tests.address_book",
        STATICFILES_DIRS=[built],
        STATIC_ROOT=tmp_path_factory.mktemp("collected"),
        ALLOWED_HOSTS=["*"],
    ):
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        yield f"http://127.0.0.1:{thread.port}/components/"
        thread.terminate()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """Open a page of the site in a context of its own; anything said on the console fails the test.

    A test that breaks the network on purpose names what the browser will say in `expect`.
    """
    contexts = []
    said: list[str] = []
    expected: list[str] = []

    def go(path: str = "", width: int = 1366, height: int = 768, **options: object) -> Page:
        expected.extend(options.pop("expect", ()))
        context = browser.new_context(
            locale=str(options.pop("locale", "zh-CN")), viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site + path)
        # A browser drops keys pressed before it has painted for the first time.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return page

    yield go
    for context in contexts:
        context.close()
    assert [line for line in said if not any(words in line for words in expected)] == []
