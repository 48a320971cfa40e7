"""Names, notes and addresses that are programs: shown as words on every page, run by no browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from django.db import models
from django.test import Client

from sangyu.portals.clock import now
from tests.walks.full_house import NOW, FullHouse
from tests.walks.test_every_page import address, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Each ends a context that a careless template may have opened: text, attribute, script, text area, comment.
CORPUS = (
    "<svg onload=hit()>",
    '"onfocus=hit() autofocus x="',
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "'><img src=x onerror=hit()>",
    "</script><script>hit()</script>",
    "</textarea><svg onload=hit()>",
    "--><svg onload=hit()>",
    "</title></style><svg onload=hit()>",
    "<a href=javascript:hit() autofocus onfocus=hit()>",
    "<details open ontoggle=hit()>",
)
HAN = re.compile("[\u4e00-\u9fff]")
# Words that a rule compares with each other have to stay as they are; the end of a file's name says how it is read.
COMPARED = {"file_name", "kind", "skill", "certificate", "unit", "category"}
COUNTING = "<script>window.hits = 0; window.hit = () => { window.hits += 1; };</script>"
SETTLED = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.hits), 20)))"


@contextmanager
def hostile_words() -> Iterator[None]:
    """Add a hostile string to every Chinese text that is written meanwhile, if it fits into its column."""
    plain = models.CharField.get_db_prep_save
    next_one = cycle(CORPUS)

    def write(field: models.CharField, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and HAN.search(value) and not field.choices and field.name not in COMPARED:
            word = next(next_one)
            if field.max_length is None or len(value) + len(word) <= field.max_length:
                value += word
            elif len(value) + len(CORPUS[0]) <= field.max_length:
                value += CORPUS[0]
        return plain(field, value, connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.CharField, "get_db_prep_save", write)
        patch.setattr(models.TextField, "get_db_prep_save", write)
        yield


def hits(page: Page, body: str) -> int:
    """Return how often the corpus ran on a page that no policy guards: what is not escaped shows itself."""
    page.set_content(COUNTING + body, wait_until="domcontentloaded")
    return int(page.evaluate(SETTLED))


@pytest.mark.parametrize("way", ["{}", '<p title="{}">', "<p title='{}'>", "<textarea>{}</textarea>", "<!-- {} -->"])
def test_the_corpus_runs_where_nothing_is_escaped(browser: Browser, way: str) -> None:
    page = browser.new_page()
    page.goto("about:blank")
    assert sum(hits(page, f"<body>{way.format(word)}") for word in CORPUS) > 0
    page.close()


def test_hostile_words_are_words_on_every_page(db: None, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
    with hostile_words():
        house = FullHouse()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds())))
    page = browser.new_page()
    page.route("**/*", lambda road: road.abort())  # only what stands in the page itself is tried here
    ran, told = [], 0
    for route, who, *words in rows():
        client = Client()
        client.force_login(getattr(house, who))
        body = client.get(address(house, route, words)).content.decode()
        told += body.count("hit()")
        if hits(page, body):
            ran.append((route, who))
    page.close()
    assert told > 300, "the corpus has to be on the pages, or nothing was tried"
    assert ran == []
