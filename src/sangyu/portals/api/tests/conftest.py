"""Machines at the door: tokens of different organisations, and a client that knocks with one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.cast import Cast
from tests.seat import seat

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.access.rules.tokens import SCOPES
from sangyu.portals.clock import now


class Machine:
    """A program with one token; it sends JSON, a fresh key with every write, and reads JSON."""

    def __init__(self, secret: str, user: User) -> None:
        self.secret, self.user = secret, user
        self._client = Client()

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.secret}", **headers})

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, match: str | None = None, **headers: str
    ) -> HttpResponse:
        asked = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key or str(uuid4()), **headers}
        if match is not None:
            asked["If-Match"] = match
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._client.post(f"/api/v1{path}", content, content_type="application/json", headers=asked)

    def change(self, path: str, action: str, body: Any = None, **more: Any) -> HttpResponse:
        """Read a resource, then change it in the state in which it was read."""
        read = self.get(path)
        assert read.status_code == 200, read.content.decode()
        return self.post(f"{path}/{action}", body, match=read["ETag"], **more)


Knock = Callable[..., Machine]
ClockTo = Callable[[datetime], None]


@pytest.fixture
def clock_to(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> ClockTo:
    """Return what puts the clock of the desks at a moment."""

    def move(moment: datetime) -> None:
        seat(monkeypatch, moment)(cast.ma)

    return move


@pytest.fixture
def knock(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Knock:
    """Return what gives a person of the cast a token of their own; the clock stands where the cast's does."""
    seat(monkeypatch, cast.at + timedelta(minutes=1))(cast.ma)

    def machine(who: User, scopes: Iterable[str] = tuple(SCOPES)) -> Machine:
        at = now()
        issued = access.issue_own_token(name="测试", scopes=scopes, expires_at=at + timedelta(days=90), by=who, at=at)
        return Machine(issued.secret, who)

    return machine
