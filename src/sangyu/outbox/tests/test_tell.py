from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from sangyu.kit.ids import new_id
from sangyu.outbox import actions as outbox
from sangyu.outbox.models import Message
from sangyu.outbox.tests.speak import NOON, say

pytestmark = pytest.mark.django_db


def test_a_message_keeps_what_it_is_about():
    programme_id, order_id = new_id(), new_id()
    told = outbox.tell(
        programme_id=programme_id, topic="orders", kind="order.moved", body={"order": str(order_id)}, at=NOON
    )
    told.refresh_from_db()
    assert (told.programme_id, told.topic, told.kind, told.at) == (programme_id, "orders", "order.moved", NOON)
    assert told.body == {"order": str(order_id)}


def test_what_is_rolled_back_was_never_told():
    with transaction.atomic():
        say(1)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE outbox_message SET topic = 'x'", "DELETE FROM outbox_message", "TRUNCATE outbox_message"]
)
def test_what_was_told_is_not_taken_back(change):
    say(1)
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"insert-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
