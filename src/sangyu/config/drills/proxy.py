"""A bad line: a TCP proxy of our own that swallows answers, waits, and cuts requests in half.

Swallowing the answer is the fault that `kill -9` hardly ever hits: the work is done and committed, and nobody hears of
it. One connection is one request, since those who call through it say `Connection: close`.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

DELAY_S_MAX = 0.15
CHUNK_BYTES = 65_536


@dataclass
class BadLine:
    """What becomes of connections, in per mille of them; the rest go through. `fates` counts what became of them."""

    upstream_port: int
    swallow_pm: int = 300
    cut_pm: int = 100
    delay_pm: int = 100
    seed: int = 1
    port: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def _fate(self) -> str:
        thrown = self._dice.randrange(1000)
        for fate, pm in (("swallow", self.swallow_pm), ("cut", self.cut_pm), ("delay", self.delay_pm)):
            if thrown < pm:
                return fate
            thrown -= pm
        return "pass"

    async def carry(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry one connection to its fate."""
        fate = self._fate()
        try:
            ahead, server = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        except OSError:
            back.close()
            return
        self.fates[fate] += 1
        there = asyncio.ensure_future(self._forth(client, server, cut=fate == "cut"))
        try:
            answer = await ahead.read(CHUNK_BYTES) if fate != "cut" else b""
            if fate == "swallow":
                while await ahead.read(CHUNK_BYTES):  # the server must think that all of it arrived
                    pass
            elif answer:
                if fate == "delay":
                    await asyncio.sleep(self._dice.random() * DELAY_S_MAX)
                back.write(answer)
                while chunk := await ahead.read(CHUNK_BYTES):
                    back.write(chunk)
                await back.drain()
            else:
                await there
        except (OSError, asyncio.CancelledError):  # the line is taken down: whatever it carried ends here
            pass
        finally:
            there.cancel()
            for end in (server, back):
                end.close()

    async def _forth(self, client: asyncio.StreamReader, server: asyncio.StreamWriter, *, cut: bool) -> None:
        with suppress(OSError):
            while chunk := await client.read(CHUNK_BYTES):
                server.write(chunk[: len(chunk) // 2] if cut else chunk)
                await server.drain()
                if cut:
                    return


@contextmanager
def bad_line(upstream_port: int, *, seed: int = 1) -> Iterator[BadLine]:
    """Run a bad line on a port of its own for the length of a block."""
    line = BadLine(upstream_port, seed=seed)
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        # A connection that was accepted just now begins its task only when the first ones are gone.
        while tasks := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="bad line", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
