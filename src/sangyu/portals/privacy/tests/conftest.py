"""Somebody at the desk of privacy."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.seat import Sit, seat


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)
