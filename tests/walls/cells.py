"""A cell of the matrix: one person, one address, one method; what came back, and what was written meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from sangyu.access.models import User
from tests.walls.spec import Row
from tests.walls.walled import Walled

WRITE = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+(?:ONLY\s+)?"?(\w+)"?', re.IGNORECASE)
# What a visit to any page may leave behind: the visitor's own session.
OF_THE_VISIT = frozenset({"django_session"})
TOKEN = "a" * 32


@dataclass
class Cell:
    """What came back and which tables were written to, whether or not it was rolled back."""

    status: int
    text: str
    written: list[str] = field(default_factory=list)
    where: str = ""


def words_of(house: Walled, row: Row) -> tuple[str, dict[str, Any], list[str]]:
    """Return the address of a row, what is typed into its form, and the steps before it."""
    args, typed, asked, steps = [], {}, "", []
    for word in row.words:
        name, equals, value = word.partition("=")
        if word.startswith("?"):
            asked = word
        elif word.startswith("@"):
            steps.append(word[1:])
        elif equals:
            typed[_prefixed(house, name)] = _read(house, value)
        else:
            args.append(_read(house, word))
    return reverse(row.route, args=args) + asked, typed, steps


def _prefixed(house: Walled, name: str) -> str:
    thing, dash, rest = name.partition("-")
    return f"{_read(house, thing)}{dash}{rest}" if name.startswith(".") else name


def _read(house: Walled, word: str) -> Any:
    return attrgetter(word[1:])(house) if word.startswith(".") else word


class Seats:
    """Browsers in which people have signed in, once each and before anything is taken back."""

    def __init__(self, people: Iterable[User]) -> None:
        self._clients: dict[UUID | None, tuple[Client, str]] = {None: (_browser(), "")}
        for who in people:
            client = _browser()
            client.force_login(who)
            self._clients[who.pk] = client, client.cookies[settings.SESSION_COOKIE_NAME].value

    def of(self, who: User | None, *, token: bool = True) -> Client:
        """Return somebody's browser with the cookies of the start, with or without the token that forms carry."""
        client, session = self._clients[who and who.pk]
        client.cookies.clear()
        if session:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        client.defaults.pop("HTTP_X_CSRFTOKEN", None)
        if token:
            client.defaults["HTTP_X_CSRFTOKEN"] = TOKEN
        return client


def _browser() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.raise_request_exception = False
    return client


def press(client: Client, method: str, path: str, typed: dict[str, Any]) -> Cell:
    """Ask once and take everything back, so that the next person meets the same house."""
    for value in typed.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    with taken_back(), watched() as written:
        answer = client.get(path) if method == "GET" else client.post(path, typed)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Cell(answer.status_code, body.decode("utf-8", "replace"), written, answer.headers.get("Location", ""))


@contextmanager
def taken_back() -> Iterator[None]:
    """Take back whatever is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note every table that a statement writes to, also one that is rolled back."""
    written: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(sql if isinstance(sql, str) else str(sql))
        if found and found.group(2) not in OF_THE_VISIT:
            written.append(f"{found.group(1)} {found.group(2)}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written
