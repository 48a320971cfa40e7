"""Somebody at the desk, at a moment of the cast's own time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from sangyu.access.models import User

Sit = Callable[..., Client]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""

    def sit_down(who: User, at: datetime | None = None) -> Client:
        ahead_s = round(((at or cast.at) - timezone.now()).total_seconds()) + 60
        monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(ahead_s))
        client = Client()
        client.force_login(who)
        return client

    return sit_down
