"""The ASGI application under `/live`: one open stream for each page that wants to know at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import HttpRequest

from sangyu.access.models import User
from sangyu.outbox.queries import Cursor
from sangyu.portals.live.hub import Hub, Listener
from sangyu.portals.live.reader import News, Reader
from sangyu.portals.live.topics import choose

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Again = Callable[[], Awaitable[tuple[User | None, dict[str, str]]]]

HEARTBEAT_S = 15.0
# A stream ends of itself after a while, and the browser comes back.
LIFE_S = 600.0
# So often a stream looks whether its viewer is still signed in with the same roles; if not, it ends.
LOOKS_S = 30.0
# A send that takes longer has no reader left behind it.
SEND_S_MAX = 30.0
COMES_BACK_MS = 500


class LiveStreams:
    """Stream the outbox to signed-in viewers."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _say(send, 405, "只能用 GET 打开实时消息。")
            return
        if self.hub.closed:
            await _say(send, 503, "服务正在停止，请稍后再试。")
            return
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        wanted = ",".join(asked.get("topics", [])).split(",")
        cookie = _header(scope, b"cookie")
        viewer, topics = await self.hub.read(partial(_sign_in, cookie, wanted))
        if viewer is None:
            await _say(send, 401, "请先登录，再打开实时消息。")
            return
        if not topics:
            await _say(send, 403, "您的岗位没有这些实时消息。")
            return
        # The header is the browser's own on a reconnect and newer than the address it first opened.
        last = Cursor.parse(_header(scope, b"last-event-id") or asked.get("last_event_id", [""])[-1])
        listener = Listener(programme_id=viewer.programme_id, topics=topics)
        again = partial(_sign_in, cookie, wanted)
        await self._until_gone(receive, self._stream(send, listener, last, lambda: self.hub.read(again)))

    async def _until_gone(self, receive: Receive, stream: Any) -> None:
        """Run a stream until it ends or the browser has left."""
        tasks = {asyncio.ensure_future(stream), asyncio.ensure_future(_disconnected(receive))}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, (OSError, TimeoutError, RuntimeError)):
                raise error

    async def _stream(self, send: Send, listener: Listener, last: Cursor | None, again: Again) -> None:
        await self.hub.join(listener)
        try:
            headers = [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
            ]
            await _send(send, {"type": "http.response.start", "status": 200, "headers": headers})
            await _write(send, f"retry: {COMES_BACK_MS}\n: open\n\n")
            reader = Reader(last) if last is not None else None
            if reader is not None:
                await self._catch_up(send, listener, reader)
            await self._follow(send, listener, reader, again)
            await _send(send, {"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.hub.leave(listener)

    async def _catch_up(self, send: Send, listener: Listener, reader: Reader) -> None:
        """Send what was told while nobody listened; the listener meanwhile gathers what is newer."""
        while page := await self.hub.read(reader.read):
            missed = [news for news in page if listener.wants(news)]
            if missed:
                await _write(send, "".join(_event(news, listener) for news in missed))

    async def _follow(self, send: Send, listener: Listener, reader: Reader | None, again: Again) -> None:
        loop = asyncio.get_running_loop()
        ends_at, look_at = loop.time() + LIFE_S, loop.time() + LOOKS_S
        while not listener.ended and loop.time() < ends_at:
            found = await listener.unread(min(HEARTBEAT_S, LOOKS_S))
            if loop.time() >= look_at:
                if not await _may_still_hear(listener, again):
                    return
                look_at = loop.time() + LOOKS_S
            fresh = [news for news in found if reader is None or not reader.had(news.told)]
            if fresh:
                await _write(send, "".join(_event(news, listener) for news in fresh))
            elif not listener.ended:
                await _write(send, ": still here\n\n")


async def _may_still_hear(listener: Listener, again: Again) -> bool:
    """Tell whether a viewer is still signed in and may hear the same; while the database is away, they may."""
    try:
        viewer, topics = await again()
    except DatabaseError:
        return True
    return viewer is not None and topics == listener.topics


def _sign_in(cookie: str, wanted: list[str]) -> tuple[User | None, dict[str, str]]:
    """Find the viewer of Django's session cookie and the topics they may hear."""
    try:
        crumb = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        crumb = None
    if crumb is None:
        return None, {}
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(crumb.value)
    viewer = get_user(request)
    if not isinstance(viewer, User):
        return None, {}
    return viewer, choose(viewer, wanted)


def _event(news: News, listener: Listener) -> str:
    told = news.told
    data = json.dumps({"kind": told.kind, **json.loads(told.body)}, ensure_ascii=False, separators=(",", ":"))
    return f"id: {news.resume}\nevent: {listener.topics[told.topic]}\ndata: {data}\n\n"


def _header(scope: Scope, name: bytes) -> str:
    return "; ".join(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, message: MutableMapping[str, Any]) -> None:
    await asyncio.wait_for(send(message), SEND_S_MAX)


async def _write(send: Send, text: str) -> None:
    await _send(send, {"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _say(send: Send, status: int, detail: str) -> None:
    body = json.dumps({"title": detail, "status": status}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


streams = LiveStreams(Hub())
