"""A cell of the matrix: one person, one address, one method; what came back, and what was written meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import reverse

from sangyu.access.models import Role, User
from tests.walls.matrix.spec import Row, rows
from tests.walls.matrix.walled import Walled

WRITE = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+(?:ONLY\s+)?"?(\w+)"?', re.IGNORECASE)
# What a visit to any page may leave behind: the visitor's own session.
OF_THE_VISIT = frozenset({"access_session"})
TOKEN = "a" * 32


@dataclass
class Cell:
    """What came back and which tables were written to, whether or not it was rolled back."""

    status: int
    text: str
    written: list[str] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """Where the answer leads to."""
        return self.headers.get("Location", "")


def words_of(house: Walled, row: Row) -> tuple[str, dict[str, Any], list[str]]:
    """Return the address of a row, what is typed into its form, and the steps before it."""
    args, typed, asked, steps = [], {}, "", []
    for word in row.words:
        name, equals, value = word.partition("=")
        if word.startswith("?"):
            asked = "?" + "&".join(
                "=".join(str(_read(house, part)) for part in pair.split("=")) for pair in word[1:].split("&")
            )
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
    """Browsers in which people have signed in, once each and before anything is taken back.

    Each is the least that a browser is, a cookie and a way to ask: Django's own test client keeps a copy of everything
    that every template was given, which for thousands of cells costs minutes.
    """

    def __init__(self, people: Iterable[User]) -> None:
        self._ask = ClientHandler(enforce_csrf_checks=True)
        self._sessions: dict[UUID | None, str] = {None: ""}
        for who in people:
            client = Client()
            client.force_login(who)
            self._sessions[who.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def press(
        self, who: User | None, method: str, path: str, typed: dict[str, Any] | None = None, *, token: bool = True
    ) -> Cell:
        """Ask once, with or without the token that forms carry, and take everything back: the next meets the same."""
        for value in (typed or {}).values():
            if isinstance(value, SimpleUploadedFile):
                value.seek(0)
        headers = {"X-CSRFToken": TOKEN} if token else {}
        cookies = {settings.CSRF_COOKIE_NAME: TOKEN, settings.SESSION_COOKIE_NAME: self._sessions[who and who.pk]}
        request = RequestFactory(headers=headers)
        request.cookies.load({name: value for name, value in cookies.items() if value})
        asked = (request.get if method == "GET" else request.post)(path, typed or {}).environ
        with taken_back(), watched() as written:
            try:
                answer = self._ask(asked)
            except Exception as broken:
                return Cell(500, repr(broken), written)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            return Cell(answer.status_code, body.decode("utf-8", "replace"), written, answer.headers)


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


@dataclass(frozen=True)
class Tried:
    """One cell and in what capacity it was tried: as `member` of the house by role, `stranger` or `nobody`.

    `said` is what was asked, since an answer may repeat it.
    """

    row: Row
    role: str
    capacity: str
    who: str
    cell: Cell
    said: str = ""

    def __str__(self) -> str:
        wrote = f", wrote {sorted(set(self.cell.written))}" if self.cell.written else ""
        return f"{self.row} as {self.who} ({self.role or 'nobody'}, {self.capacity}): {self.cell.status}{wrote}"


# These roles work in bodies of their own, and what they may see hangs on the body too.
APART = frozenset({Role.COMMUNITY, Role.ENTERPRISE, Role.WORKER, Role.TILL})
REST, READERS = "everybody else", "everybody who only reads"


def cells_of(house: Walled, *, whole: bool) -> Iterator[Tried]:
    """Try every cell of the table in `routes.txt`, each in the same house.

    A role only ever adds rights. So one person with all the roles that have no seat at a desk stands for each of them
    when refused there, and one with all the roles that only read it for each of those; of many who may open a page one
    opens it. `whole` tries every role by itself.
    """
    many = _of_many_roles(house)
    strangers = [who for people in house.strangers.values() for who in people]
    seats = Seats([*house.people.values(), *many.values(), *strangers])
    for row in rows():
        with taken_back():
            path, typed, steps = words_of(house, row)
            for step in steps:
                getattr(house, step)()
            path, typed, _ = words_of(house, row)  # the steps have made what is read here
            for role, capacity, who in _tried_by(house, row, many, whole=whole):
                cell = seats.press(who, row.method, path, typed)
                yield Tried(row, role, capacity, who.username if who else "nobody", cell, f"{path} {typed}")


def _tried_by(
    house: Walled, row: Row, many: Mapping[frozenset[str], User], *, whole: bool
) -> Iterator[tuple[str, str, User | None]]:
    yield "", "nobody", None
    first = min(row.seats)
    insiders = row.writers if row.method == "POST" else {first}
    one_by_one = insiders | (APART - row.seats)
    for role, who in house.people.items():
        if whole or role in one_by_one:
            yield role, "member", who
    for label, roles in ((REST, _rest(row)), (READERS, _only_reading(row))):
        if roles in many:
            yield label, "member", many[roles]
    if row.reach == "self":
        return
    for role in sorted(row.seats):
        if row.method == "GET" and row.reach == "programme" and role != first and not whole:
            continue
        for who in house.strangers[role][: 1 if row.reach == "programme" else None]:
            yield role, "stranger", who


def _rest(row: Row) -> frozenset[str]:
    return frozenset(Role.values) - row.seats - APART


def _only_reading(row: Row) -> frozenset[str]:
    return row.seats - row.writers


def _of_many_roles(house: Walled) -> dict[frozenset[str], User]:
    """Invite one person for each set of roles that are refused together."""
    wanted = dict.fromkeys(roles for row in rows() for roles in (_rest(row), _only_reading(row)) if roles)
    return {roles: house.user(house.operator, f"many-{n}", "何外", *roles) for n, roles in enumerate(wanted)}
