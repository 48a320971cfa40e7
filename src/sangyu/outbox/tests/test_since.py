"""Readers on one connection, writers on others: what is told late is still heard, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.outbox import queries as outbox_read
from sangyu.outbox.queries import START, Cursor
from sangyu.outbox.tests.speak import say

BEGINNING = Cursor(0, START)


@contextmanager
def speaking_slowly(n: int) -> Iterator[None]:
    """Tell message `n` on another connection, and commit it only when the block is left."""
    told, go_on = Event(), Event()

    def speak() -> None:
        try:
            with transaction.atomic():
                say(n)
                told.set()
                assert go_on.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        speaker = thread.submit(speak)
        assert told.wait(timeout=20)
        try:
            yield
        finally:
            go_on.set()
        speaker.result(timeout=20)


def heard(cursor: Cursor, **more) -> list[int]:
    return [json.loads(told.body)["n"] for told in outbox_read.since(cursor, **more)]


@pytest.mark.django_db(transaction=True)
def test_a_message_begun_early_and_committed_late_is_not_skipped():
    with speaking_slowly(1):
        say(2)
        cursor = outbox_read.end()
        assert outbox_read.since(BEGINNING) == [], "2 is behind 1, which may still come"
        assert outbox_read.since(cursor) == []
    assert heard(BEGINNING) == [1, 2]
    assert heard(cursor) == [1, 2], "a reader who came between begin and commit hears both"


@pytest.mark.django_db(transaction=True)
def test_a_reader_goes_on_behind_any_message_and_hears_each_once():
    with transaction.atomic():
        for n in range(3):
            say(n)
    say(3)
    told = outbox_read.since(BEGINNING)
    assert [json.loads(message.body)["n"] for message in told] == [0, 1, 2, 3]
    for place, message in enumerate(told):
        resumed = Cursor.parse(str(message.cursor))
        assert heard(resumed) == [0, 1, 2, 3][place + 1 :]
    assert heard(BEGINNING, limit=2) == [0, 1]
    assert heard(outbox_read.end()) == []
    say(4)
    assert heard(told[-1].cursor) == [4]


@pytest.mark.django_db
def test_nobody_hears_what_is_not_committed():
    say(1)
    assert outbox_read.since(BEGINNING) == []


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**63 - 1), st.uuids())
def test_a_cursor_is_read_back_as_it_was_written(number: int, message: UUID):
    cursor = Cursor(number, message)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text", ["", "-", "12", "12-", "12-abc", "-5-" + str(START), f"{2**63}-{START}", "abc", "12 12"]
)
def test_what_is_no_cursor_is_nothing(text):
    assert Cursor.parse(text) is None
