"""The line between a tablet and the server: it can be cut, and it can lose answers on their way back.

A browser that only plays being without a line forgets it for a moment whenever it turns to another page.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from playwright.sync_api import Page

PIECE = 1 << 16


class Line:
    """A line to a server on this machine; what comes in at its own port goes out to the server's, until it is cut."""

    def __init__(self, port: int) -> None:
        self._there = port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        self._loses = b""
        self._door = socket.create_server(("localhost", 0))
        self.url = f"http://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._wait, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cut()
        self._door.close()

    def cut(self, page: Page) -> None:
        """Let nothing through any more, and let the page know."""
        self._cut()
        page.context.set_offline(True)

    def mend(self, page: Page) -> None:
        """Let everything through again, answers too."""
        self._is_cut, self._loses = False, b""
        page.context.set_offline(False)

    def lose_answers_to(self, path: str) -> None:
        """Let posts to addresses with these words arrive, and lose what the server answers; a browser asks twice."""
        self._loses = path.encode()

    def _cut(self) -> None:
        self._is_cut = True
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _wait(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(here,), daemon=True).start()

    def _carry(self, here: socket.socket) -> None:
        with here:
            if self._is_cut:
                return
            with socket.create_connection(("localhost", self._there)) as there:
                with self._lock:
                    self._open |= {here, there}
                lost = threading.Event()
                back = threading.Thread(target=self._back, args=(there, here, lost), daemon=True)
                back.start()
                with suppress(OSError):
                    while piece := here.recv(PIECE):
                        if self._loses and piece.startswith(b"POST ") and self._loses in piece.split(b"\r\n")[0]:
                            lost.set()
                        there.sendall(piece)
                with suppress(OSError):
                    there.shutdown(socket.SHUT_WR)
                back.join()
                with self._lock:
                    self._open -= {here, there}

    def _back(self, there: socket.socket, here: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while (piece := there.recv(PIECE)) and not lost.is_set():
                here.sendall(piece)
        with suppress(OSError):
            here.shutdown(socket.SHUT_RDWR)
