"""The cast in the settlement room: November closed with a deduction, and the clock after its last step."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.access.models import User


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock of the desks to the tenth of December."""
    offset = datetime(2026, 12, 10, 9, 0, tzinfo=BEIJING) - timezone.now()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int(offset / timedelta(seconds=1))))


@pytest.fixture
def sign_in(clock: None):
    """Give a browser in which a user has signed in."""

    def open_as(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_as


@standing
def november(cast: Cast) -> Cast:
    """Two orders of Grandmother Li with public money, one in a call, both visited."""
    cast.visited(cast.called_order())
    cast.visited(cast.order(days=2))
    return cast
