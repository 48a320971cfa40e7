"""A machine reads each message once, even if it dies between reading and writing."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from sangyu.outbox import actions as outbox
from sangyu.outbox.models import Bookmark
from sangyu.outbox.tests.speak import say

pytestmark = pytest.mark.django_db(transaction=True)


def read(limit: int = 200) -> list[int]:
    return [json.loads(told.body)["n"] for told in outbox.read_on(reader="texting", limit=limit)]


def test_a_new_reader_begins_with_what_happens_from_now_on():
    say(1)
    assert read() == []
    say(2)
    assert read() == [2]
    assert read() == []


def test_readers_do_not_disturb_each_other_and_pages_follow_each_other():
    read()
    outbox.read_on(reader="other")
    for n in range(3):
        say(n)
    assert read(limit=2) == [0, 1]
    assert len(outbox.read_on(reader="other")) == 3
    assert read(limit=2) == [2]


def test_what_was_read_by_a_transaction_that_failed_is_read_again():
    read()
    say(1)
    with transaction.atomic():
        assert read() == [1]
        transaction.set_rollback(True)
    assert read() == [1]


def test_a_reader_in_a_restored_database_goes_on_with_what_is_new():
    read()
    Bookmark.objects.update(transaction=2**62)
    assert read() == []
    say(1)
    assert read() == [1]
