"""The cast at the quality desk: two visits of the day, one without proof, and the clock on that evening."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import BEIJING, Cast
from tests.standing import standing

from sangyu.access.models import User
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import FollowUpTask

EVENING = datetime(2026, 11, 10, 20, 0, tzinfo=BEIJING)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """Set the clock of the desks."""

    def set_to(at: datetime) -> None:
        offset = at - timezone.now()
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(int(offset / timedelta(seconds=1)) + 1))

    set_to(EVENING)
    return set_to


@pytest.fixture
def sign_in():
    """Give a browser in which a user has signed in."""

    def open_as(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_as


@standing
def tasks(cast: Cast) -> list[FollowUpTask]:
    """Three visits of 10 November, two without any proof, and the calls of that day in the order of the desk."""
    cast.visited(cast.order(hour=10))
    cast.visited(cast.order(elder=cast.grandpa, hour=14), place=None, door_code="")
    cast.visited(cast.order(hour=17), place=None, door_code="")
    quality.draw_sample(day=EVENING.date(), by=cast.clock, at=EVENING)
    return quality_read.queue(cast.sun)
