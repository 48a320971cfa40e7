"""What is known about people stays out of logs, error pages and addresses."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import DataError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from sangyu.access.models import User
from sangyu.config.watch.logs import JsonLines
from sangyu.portals.clock import now
from sangyu.providers.models import Worker
from sangyu.registry.models import Contact, Elder
from tests.cast import resident_number
from tests.walks.full_house import NOW, FullHouse
from tests.walks.test_every_page import address, rows

pytestmark = pytest.mark.django_db

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Fetched or followed by a browser; `tel:` is not, it is dialled.
ADDRESS = re.compile(r'\b(?:href|action|formaction|src|hx-get|hx-post)="(?!tel:)([^"]*)"')
LOGGERS = ("", "sangyu", "django.request", "procrastinate")


@dataclass
class Overheard:
    """A house that was built and lived in: who is known there, what was logged, and what was shown."""

    named: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def overheard(bare_ground: None, django_db_blocker: Any) -> Overheard:
    """Every page of a full house opened, people searched for and pages broken, with every logger open."""
    heard = Overheard()
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=QUICK),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
        listening(heard),
    ):
        patch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        house = FullHouse()
        patch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds())))
        heard.named = personal(house)
        _live(house, heard)
        transaction.set_rollback(True)
    return heard


@contextmanager
def listening(heard: Overheard) -> Iterator[None]:
    """Keep every line of every logger as production writes it, however quiet the logger was asked to be."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.lines.append(self.format(record))

    ear = Ear(logging.DEBUG)
    ear.setFormatter(JsonLines())
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    root = logging.getLogger()
    others, root.handlers = root.handlers, [ear]
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.handlers = others
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def personal(house: FullHouse) -> set[str]:
    """Return everything of the house that names a person or reaches one."""
    tables = (
        Elder.objects.values_list("name", "address"),
        Contact.objects.values_list("name", "phone"),
        Worker.objects.values_list("name", "phone"),
        User.objects.values_list("display_name", "phone"),
    )
    known = {word for table in tables for row in table for word in row}
    known |= {resident_number(elder.birth_on, serial) for elder, serial in ((house.li, 22), (house.grandpa, 31))}
    known |= {house.card.number, house.kangan.bank_account, house.letter.bank_account}
    return {word for word in known if len(word) > 1} - {"系统定时"}


def _live(house: FullHouse, heard: Overheard) -> None:
    """Open every page, look for people, sign in wrongly, and let the database fail with words that no log may hold."""
    seats = {who: _seated(house, who) for who in {who for _route, who, *_words in rows()}}
    for route, who, *words in rows():
        where = address(house, route, words)
        answer = seats[who].get(where)
        assert answer.status_code in {200, 302}, where
        heard.pages[f"{who} {where}"] = answer.content.decode()
    seats["ma"].get("/hotline/", {"find": house.li.name})
    seats["clerk"].get("/community/", {"q": "13900000001"})
    Client().post("/sign-in/", {"username": house.li.name, "password": "13900000001"})

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "orders_order" in sql:
            raise DataError(f"{house.li.name} {house.li.address} 13900000001 {house.card.number}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        for route, who in (("hotline:order", "ma"), ("dispatching:order", "wang"), ("carer:visit", "zhao_user")):
            answer = seats[who].get(reverse(route, args=[house.here.order_id]))
            assert answer.status_code == 500
            heard.broken.append(answer.content.decode())


def _seated(house: FullHouse, who: str) -> Client:
    client = Client()
    client.raise_request_exception = False
    client.force_login(getattr(house, who))
    return client


def test_no_log_line_names_anybody_even_when_pages_break(overheard: Overheard) -> None:
    assert len(overheard.named) > 25
    assert len(overheard.lines) > len(rows())
    assert sum('"level": "ERROR"' in line for line in overheard.lines) >= 3
    lines = [unquote(line) for line in overheard.lines]
    assert [(word, line) for line in lines for word in overheard.named if word in line] == []


def test_no_error_page_names_anybody(overheard: Overheard) -> None:
    assert len(overheard.broken) == 3
    assert [word for page in overheard.broken for word in overheard.named if word in page] == []


def test_no_address_on_a_page_names_a_person(overheard: Overheard) -> None:
    assert any(word in page for page in overheard.pages.values() for word in overheard.named), (
        "the pages do name people"
    )
    found = {
        (where, word)
        for where, page in overheard.pages.items()
        for target in ADDRESS.findall(page)
        for word in overheard.named
        if word in unquote(target)
    }
    assert found == set()
