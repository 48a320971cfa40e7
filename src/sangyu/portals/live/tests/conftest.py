"""A real server process on loopback, on the database of the tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client

from sangyu.access.models import User

START_S_MAX = 120.0  # on a machine that has much else to do


class Server:
    """One server process."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.lines: list[HTTPConnection | HTTPResponse] = []

    def get(self, path: str, *, viewer: User | None = None, headers: dict[str, str] | None = None) -> HTTPResponse:
        """Ask for a page or a stream as a viewer; the answer's body is still open."""
        sent = dict(headers or {})
        if viewer is not None:
            client = Client()
            client.force_login(viewer)
            sent["Cookie"] = "; ".join(f"{name}={crumb.value}" for name, crumb in client.cookies.items())
        line = HTTPConnection("127.0.0.1", self.port, timeout=10)
        line.request("GET", path, headers=sent)
        answer = line.getresponse()
        self.lines += [answer, line]
        return answer

    def hang_up(self) -> None:
        """Leave every answer that is still open."""
        for line in self.lines:
            line.close()
        self.lines.clear()


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server and stop it again."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port = finder.getsockname()[1]
    command = [sys.executable, "-m", "granian", "sangyu.config.asgi:application", "--interface", "asgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning"]
    process = subprocess.Popen(command, env={**os.environ, "SANGYU_DATABASE_URL": _database_url()})
    server = Server(process, port)
    try:
        _wait_for(port)
        yield server
    finally:
        server.hang_up()
        process.terminate()
        process.wait(120)


@pytest.fixture(scope="module")
def one_server(django_db_setup: None) -> Iterator[Server]:
    """One server for the tests of a module."""
    with serving() as found:
        yield found


@pytest.fixture
def server(one_server: Server) -> Iterator[Server]:
    """The module's server, with nothing left open by the test before."""
    yield one_server
    one_server.hang_up()


def _database_url() -> str:
    known = connection.settings_dict
    who = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
    where = urlencode({"host": known["HOST"], "port": known["PORT"]})
    return f"postgresql://{who}@/{known['NAME']}?{where}"


def _wait_for(port: int) -> None:
    ends_at = time.monotonic() + START_S_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)
