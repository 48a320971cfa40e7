"""Gulou's programme and its months, and somebody at the desk."""

from __future__ import annotations

import pytest
from tests.seat import Sit, seat

from sangyu.allowances.tests.conftest import Months, months

__all__ = ["months", "sit"]


@pytest.fixture
def sit(months: Months, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks to the 20th of November."""
    return seat(monkeypatch, months.troupe.at.replace(day=20))
