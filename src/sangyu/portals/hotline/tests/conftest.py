"""The agent's morning: the clock of the desks stands where the cast's stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from sangyu.access.models import User


@pytest.fixture
def monday(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, on a Monday at nine."""
    set_clock(monkeypatch, cast)
    return cast


def set_clock(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    """Let the desks' clock stand a minute behind the cast's first moment."""
    ahead_s = round((cast.at - timezone.now()).total_seconds()) + 60
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(ahead_s))


@pytest.fixture
def seat(monday: Cast) -> Callable[[User], Client]:
    """Seat somebody at the desk."""

    def sit_down(who: User) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return sit_down


@pytest.fixture
def agent(seat: Callable[[User], Client], monday: Cast) -> Client:
    """Agent Ma at her desk."""
    return seat(monday.ma)
