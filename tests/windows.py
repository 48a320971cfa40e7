"""Browser windows that are used again: opening one costs several times as much as the pages that a test looks at.

A test asks for a window and closes it as ever. Closing tidies it: pages, cookies and everything that pages have stored
are gone; what was fetched stays, and an empty page, without which the browser would end the process that knows it. A
window of other than the common kind, or one to which a test has done what cannot be undone, is really closed.
"""

from __future__ import annotations

from collections import defaultdict
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

COMMON = frozenset({"locale", "viewport"})
# What a test does to a window for good.
LASTING = (
    *("add_init_script", "expose_binding", "expose_function", "grant_permissions", "new_cdp_session", "on", "once"),
    *("route", "route_from_har", "route_web_socket", "set_extra_http_headers", "set_geolocation", "unroute"),
)
CLOCK = ("fast_forward", "install", "pause_at", "resume", "run_for", "set_fixed_time", "set_system_time")
TIMEOUT_MS = 30_000  # the browser driver's own


class Windows:
    """A browser that keeps closed windows tidy for the next test that wants one of the same language and size."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._tidy: dict[str, list[Window]] = defaultdict(list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._browser, name)

    def new_context(self, **options: Any) -> BrowserContext:
        """Open a window in which nobody has been, or a tidied one."""
        if not options.keys() <= COMMON:
            return self._browser.new_context(**options)
        shelf = self._tidy[repr(sorted(options.items()))]
        window = shelf.pop() if shelf else Window(self._browser.new_context(**options), shelf)
        window.is_open = True
        return window.context


class Window:
    """One window, and the addresses whose pages may have stored something in it."""

    def __init__(self, context: BrowserContext, shelf: list[Window]) -> None:
        self.context = context
        self._shelf = shelf
        self._really_close = context.close
        self._origins: set[str] = set()
        self._is_changed = False
        self.is_open = False
        context.on("page", self._watch)
        self._devtools = context.new_cdp_session
        for it, names in ((context, LASTING), (context.clock, CLOCK)):
            for name in names:
                setattr(it, name, self._noticing(getattr(it, name)))
        context.close = self._close  # type: ignore[method-assign]

    def _watch(self, page: Page) -> None:
        page.on("framenavigated", lambda frame: self._origins.add("/".join(frame.url.split("/")[:3])))

    def _noticing(self, change: Any) -> Any:
        @wraps(change)
        def noticed(*args: Any, **options: Any) -> Any:
            self._is_changed = True
            return change(*args, **options)

        return noticed

    def _close(self, **why: Any) -> None:
        from playwright.sync_api import Error  # only where a browser runs: most runs have none

        if not self.is_open:
            return
        self.is_open = False
        if self._is_changed:
            self._really_close(**why)
            return
        try:
            self._tidy_up()
        except Error:  # a page that has crashed, say
            self._really_close(**why)
        else:
            self._shelf.append(self)

    def _tidy_up(self) -> None:
        first, *others = self.context.pages or [self.context.new_page()]
        for page in others:
            page.close()
        first.goto("about:blank")
        devtools = self._devtools(first)
        for origin in {origin for origin in self._origins if origin.startswith("http")}:
            devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        devtools.detach()
        self._origins.clear()
        self.context.clear_cookies()
        self.context.set_offline(False)
        self.context.set_default_timeout(TIMEOUT_MS)
        self.context.set_default_navigation_timeout(TIMEOUT_MS)
