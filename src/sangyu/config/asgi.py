"""One process for the demo and small sites: live streams and pages on one port.

Streams are many and idle, pages are few and busy; a stream inside the pages' threads would starve them. So streams
live on the event loop and pages go to a handful of threads.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sangyu.config.settings")
pages = WSGIMiddleware(get_wsgi_application(), workers=8)

from sangyu.portals.live.app import streams  # noqa: E402 - needs the applications that the line above loads

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_S_MAX = 4.0
in_hand: set[asyncio.Future[None]] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route `/live` to the streams, everything else to the pages."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] == "http" and (scope["path"] == "/live" or scope["path"].startswith("/live/")):
        await streams(scope, receive, send)
    elif scope["type"] == "http":
        await _page(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a page, and let its thread finish in peace whatever becomes of the browser.

    The bridge lets a thread wait for the event loop to take its answer piece by piece. If the browser leaves and the
    taking stops, that thread would wait for ever: so pieces are taken to the last one, and thrown away.
    """
    gone = False

    async def take(message: MutableMapping[str, Any]) -> None:
        nonlocal gone
        if gone:
            return
        try:
            await send(message)
        except Exception:  # whatever the server says of a connection that is closed
            gone = True

    async def hear() -> MutableMapping[str, Any]:
        return await receive()  # the server hands out an awaitable; the bridge asks for a coroutine

    task = asyncio.ensure_future(pages(scope, hear, take))
    in_hand.add(task)
    task.add_done_callback(in_hand.discard)
    await asyncio.shield(task)


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _end_streams_on_signal(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            streams.hub.close()
            if in_hand:
                await asyncio.wait(in_hand, timeout=PAGE_S_MAX)
            await send({"type": "lifespan.shutdown.complete"})
            return


def _end_streams_on_signal(loop: asyncio.AbstractEventLoop) -> None:
    """End the streams as soon as the process is told to stop.

    The server waits for open answers before it says `lifespan.shutdown`, and a stream is an answer without an end.
    The event loop hears of signals through its wake-up descriptor, so the server's own handler is called as before.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def end(number: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(streams.hub.close)
            if callable(before):
                before(number, frame)

        try:
            signal.signal(number, end)
        except ValueError:  # not the main thread: then whoever owns it also ends us
            return
        signal.siginterrupt(number, False)
