"""What is known about people stays out of logs, error pages and addresses."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import DataError, connection
from django.test import Client
from django.urls import reverse

from sangyu.access.models import User
from sangyu.config.watch.logs import JsonLines
from sangyu.portals.clock import now
from sangyu.providers.models import Worker
from sangyu.registry.models import Contact, Elder
from tests.cast import resident_number
from tests.walks.full_house import NOW, FullHouse
from tests.walks.test_every_page import address, rows

# Fetched or followed by a browser; `tel:` is not, it is dialled.
ADDRESS = re.compile(r'\b(?:href|action|formaction|src|hx-get|hx-post)="(?!tel:)([^"]*)"')


class Heard(logging.Handler):
    """Keep every line as production writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Listen to every logger, however quiet it is asked to be."""
    handler = Heard()
    loggers = [logging.getLogger(name) for name in ("", "sangyu", "django.request", "procrastinate")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch, heard: Heard) -> FullHouse:
    """The full house, overheard while it was built and lived in."""
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
    built = FullHouse()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds())))
    return built


def personal(house: FullHouse) -> set[str]:
    """Everything of the house that names a person or reaches one."""
    known: set[str] = {elder.name for elder in Elder.objects.all()} | {elder.address for elder in Elder.objects.all()}
    known |= set(Contact.objects.values_list("phone", flat=True)) | set(Contact.objects.values_list("name", flat=True))
    known |= {word for row in Worker.objects.values_list("name", "phone") for word in row}
    known |= {word for row in User.objects.values_list("display_name", "phone") for word in row}
    known |= {resident_number(elder.birth_on, serial) for elder, serial in ((house.li, 22), (house.grandpa, 31))}
    known |= {house.card.number, house.kangan.bank_account, house.letter.bank_account}
    return {word for word in known if len(word) > 1} - {"系统定时"}


def seated(house: FullHouse, who: str) -> Client:
    client = Client()
    client.raise_request_exception = False
    client.force_login(getattr(house, who))
    return client


def test_no_log_line_names_anybody_even_when_pages_break(house: FullHouse, heard: Heard) -> None:
    named = personal(house)
    assert len(named) > 25
    seats = {who: seated(house, who) for who in {who for _route, who, *_words in rows()}}
    for route, who, *words in rows():
        assert seats[who].get(address(house, route, words)).status_code in {200, 302}
    seats["ma"].get("/hotline/", {"find": house.li.name})
    seats["clerk"].get("/community/", {"q": "13900000001"})
    seats["ma"].post("/sign-in/", {"username": house.li.name, "password": "13900000001"})
    shown = _broken_pages(house, seats)
    assert len(heard.lines) > len(rows())
    lines = [unquote(line) for line in heard.lines]
    assert [(word, line) for line in lines for word in named if word in line] == []
    assert [(word, page[:200]) for page in shown for word in named if word in page] == []


def _broken_pages(house: FullHouse, seats: dict[str, Client]) -> list[str]:
    """Let the database fail with words that no log may hold, and return the pages that were shown instead."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "orders_order" in sql:
            raise DataError(f"{house.li.name} {house.li.address} 13900000001 {house.card.number}")
        return execute(sql, params, many, context)

    shown = []
    with connection.execute_wrapper(fail):
        for route, who in (("hotline:order", "ma"), ("dispatching:order", "wang"), ("carer:visit", "zhao_user")):
            answer = seats[who].get(reverse(route, args=[house.here.order_id]))
            assert answer.status_code == 500
            shown.append(answer.content.decode())
    return shown


def test_no_address_on_a_page_names_a_person(house: FullHouse) -> None:
    named = personal(house)
    found = set()
    for route, who, *words in rows():
        page = seated(house, who).get(address(house, route, words)).content.decode()
        for target in ADDRESS.findall(page):
            found |= {(route, word) for word in named if word in unquote(target)}
    assert found == set()
