"""The cast, systems that listen on loopback, and the round that pushes to them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from sangyu.access.models import Organisation, User
from sangyu.kit.ids import new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox import queries as outbox_read
from sangyu.outbox.actions import Subscribed
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer.catalogue import open_to
from sangyu.portals.developer.compose import READER, compose, compose_settlement
from sangyu.portals.developer.send import push_due


@dataclass
class Heard:
    """One request as a subscriber had it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Subscriber:
    """A system that listens on loopback; `answer` says what it does with the n-th request (from 1)."""

    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler, int], None] = lambda request, n: reply(request, 204)
    url: str = ""

    def kinds(self) -> list[str]:
        return [one.said["type"] for one in self.heard]


def reply(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """Answer a request."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def is_signed(heard: Heard, secret: str) -> bool:
    """Check a push as a subscriber would, written apart from our own code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return right in heard.headers["webhook-signature"].split(" ")


@pytest.fixture
def listen() -> Iterator[Callable[..., Subscriber]]:
    """Open systems that listen, each on a port of its own."""
    servers: list[ThreadingHTTPServer] = []

    def open_one(answer: Callable[[BaseHTTPRequestHandler, int], None] | None = None) -> Subscriber:
        found = Subscriber()
        if answer is not None:
            found.answer = answer

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                found.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                found.answer(self, len(found.heard))

            def log_message(self, *_args: object) -> None:
                """Say nothing on the terminal."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_address[1]}/events"
        return found

    yield open_one
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def town(transactional_db: None) -> Cast:
    """The cast, whose messages are committed, and a desk that has begun to listen."""
    cast = Cast()
    outbox.read_on(reader=READER)
    return cast


@pytest.fixture
def subscribed(town: Cast) -> Callable[..., Subscribed]:
    """Subscribe a system of an organisation (the bureau's, unless another is named) to everything open to it."""

    def go(url: str = "http://127.0.0.1:9/events", organisation: Organisation | None = None, **more: Any) -> Subscribed:
        of = organisation or town.bureau
        given = {"name": "对接系统", "kinds": open_to(sees_all=of.kind != "ENTERPRISE"), "key": str(new_id()), **more}
        return developer.subscribe(organisation_id=of.pk, address=url, by=town.head, at=town.at, **given)

    return go


@pytest.fixture
def pushed(town: Cast) -> Callable[..., int]:
    """Do the round of the pushes at a moment and return how many were tried."""

    def go(at: datetime | None = None, **more: Any) -> int:
        at = at or town.at
        while compose(at=at):
            pass
        compose_settlement(at=at)
        tried = push_due(at=at, **more)
        assert outbox_read.misplaced_pushes(town.programme.pk) == []
        return tried

    return go


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, town: Cast) -> None:
    """Set the clock of the desks to the cast's own time."""
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int((town.at - timezone.now()).total_seconds()) + 60))


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Give a browser in which a user has signed in."""

    def open_as(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_as
