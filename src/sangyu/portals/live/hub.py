"""One reader of the outbox for all listeners of a process: it polls while somebody listens, and never waits for any."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from django.db import close_old_connections

from sangyu.outbox import queries as outbox_read
from sangyu.outbox.queries import Cursor
from sangyu.portals.live.reader import PAGE, News, Reader

POLL_S = 0.15
WAIT_AFTER_TROUBLE_S = 1.0
UNREAD_MAX = 256

T = TypeVar("T")

log = logging.getLogger(__name__)


class Listener:
    """One open stream: what it has not sent yet, and whether it must end."""

    def __init__(self, *, programme_id: UUID, topics: Mapping[str, str]) -> None:
        self.programme_id = programme_id
        self.topics = topics
        self.ended = False
        self._unread: deque[News] = deque()
        self._news = asyncio.Event()

    def wants(self, news: News) -> bool:
        """Tell whether a message is for this stream."""
        return news.told.programme_id == self.programme_id and news.told.topic in self.topics

    def offer(self, news: News) -> None:
        """Put a message behind the others; a stream too slow for its own queue ends, and its browser comes back."""
        if len(self._unread) >= UNREAD_MAX:
            self.end()
            return
        self._unread.append(news)
        self._news.set()

    def end(self) -> None:
        """Let the stream end at its next look."""
        self.ended = True
        self._news.set()

    async def unread(self, wait_s: float) -> list[News]:
        """Return what has come, waiting for it at most `wait_s` seconds; empty when nothing came."""
        try:
            await asyncio.wait_for(self._news.wait(), wait_s)
        except TimeoutError:
            return []
        self._news.clear()
        found = list(self._unread)
        self._unread.clear()
        return found


class Hub:
    """The listeners of this process and the one poller that serves them."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.closed = False
        # The poller has a thread of its own, so that sign-ins and catching up never delay it.
        self._poll_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live-poll")
        self._read_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-read")
        self._poller: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def join(self, listener: Listener) -> None:
        """Let a listener hear everything that settles from now on."""
        async with self._starting:
            if self._poller is None or self._poller.done():
                cursor = await _in(self._poll_thread, outbox_read.end)
                self._poller = asyncio.create_task(self._poll(cursor))
            self.listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Forget a listener; without any the outbox is left alone."""
        self.listeners.discard(listener)
        if not self.listeners and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    def close(self) -> None:
        """End every stream and take no more: the process is about to stop."""
        self.closed = True
        for listener in tuple(self.listeners):
            listener.end()

    async def read(self, what: Callable[[], T]) -> T:
        """Run a read of the database beside the event loop."""
        return await _in(self._read_threads, what)

    async def _poll(self, cursor: Cursor) -> None:
        reader = Reader(cursor)
        while True:
            try:
                page = await _in(self._poll_thread, reader.read)
            except Exception:
                # A database that is away comes back; the reader keeps its place, so nothing is skipped meanwhile.
                log.exception("The outbox could not be read; trying again.")
                await asyncio.sleep(WAIT_AFTER_TROUBLE_S)
                continue
            for news in page:
                for listener in self.listeners:
                    if listener.wants(news):
                        listener.offer(news)
            if len(page) < PAGE:
                await asyncio.sleep(POLL_S)


async def _in(threads: ThreadPoolExecutor, what: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, _with_fresh_connection, what)


def _with_fresh_connection(what: Callable[[], T]) -> T:
    # A thread's connection outlives its call, as in a web worker between two requests; one that is too old or
    # broken is left behind before and after.
    close_old_connections()
    try:
        return what()
    finally:
        close_old_connections()
