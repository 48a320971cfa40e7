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


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route `/live` to the streams, everything else to the pages."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] == "http" and (scope["path"] == "/live" or scope["path"].startswith("/live/")):
        await streams(scope, receive, send)
    else:
        await pages(scope, _as_coroutine(receive), send)


def _as_coroutine(receive: Receive) -> Receive:
    # The server hands out an awaitable; the bridge to the pages' threads asks for a coroutine.
    async def hear() -> MutableMapping[str, Any]:
        return await receive()

    return hear


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _end_streams_on_signal(asyncio.get_running_loop())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            streams.hub.close()
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
