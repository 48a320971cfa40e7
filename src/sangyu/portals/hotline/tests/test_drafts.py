"""What was typed survives a browser that is killed in the middle of a word."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error
from tests.cast import Cast

from sangyu.portals.hotline.tests.browser import sign_in
from sangyu.portals.live.tests.conftest import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

ON_DISK_S_MAX = 20.0  # the browser writes its store some seconds after the page has given it away
NOTE = "带上梯子，门铃坏了"

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def computer(one_browser: Browser, home: Path) -> Iterator[BrowserContext]:
    """Start a browser that keeps its store in a folder, as the one on an agent's computer does."""
    kind = one_browser.browser_type
    context = kind.launch_persistent_context(
        str(home),
        executable_path=os.path.realpath("/usr/bin/chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        locale="zh-CN",
        viewport={"width": 1366, "height": 768},
    )
    try:
        yield context
    finally:
        with suppress(Error):  # it was killed, which is what the test is about
            context.close()


def browser_process(home: Path) -> int:
    """Return the process that holds a browser's folder; the browser names it in a link of its own."""
    return int(os.readlink(home / "SingletonLock").rpartition("-")[2])


def wait_until_on_disk(home: Path) -> None:
    said, until = NOTE.encode("utf-16-le"), time.monotonic() + ON_DISK_S_MAX
    while time.monotonic() < until:
        store = home / "Default" / "Local Storage" / "leveldb"
        if any(said in path.read_bytes() for path in store.glob("*.log")):
            return
        time.sleep(0.5)
    pytest.fail("the browser has not written its store")


def test_a_killed_browser_finds_its_draft_again(
    one_browser: Browser, served: Server, cast: Cast, tmp_path: Path
) -> None:
    cast.call()
    with computer(one_browser, tmp_path) as first:
        here = sign_in(first, served, cast.ma)
        page = first.new_page()
        page.goto(f"{here}/hotline/")
        page.fill("#q", "sh")
        page.wait_for_selector("#quote dl")
        page.fill("#note", NOTE)
        page.wait_for_selector("[data-draft-note=saved]:visible")
        wait_until_on_disk(tmp_path)
        os.kill(browser_process(tmp_path), signal.SIGKILL)
    for left in tmp_path.glob("Singleton*"):
        left.unlink()
    with computer(one_browser, tmp_path) as second:
        here = sign_in(second, served, cast.ma)
        page = second.new_page()
        page.goto(f"{here}/hotline/")
        page.wait_for_selector("[data-draft-note=restored]:visible")
        assert page.input_value("#note") == NOTE
        page.wait_for_selector("#quote dl")
