"""A text that was written to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import Draft
from sangyu.outbox.models import Text


@pytest.fixture
def text(cast):
    """A text that was written to Grandmother Li."""
    draft = Draft(
        programme_id=cast.programme.pk,
        cause_kind="order",
        cause_id=cast.li.pk,
        n=1,
        to="ELDER",
        elder_id=cast.li.pk,
        phone="13900000001",
        template="taken",
        body="李老人家您好：已登记",
        not_before=cast.at,
        send_until=cast.at + timedelta(days=1),
    )
    outbox.queue_texts(drafts=[draft], at=cast.at)
    return Text.objects.get(pk=draft.id)
