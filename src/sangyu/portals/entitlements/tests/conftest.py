"""Gulou's programme and its months, and somebody at the desk."""

from __future__ import annotations

import pytest
from tests.seat import Sit, seat
from tests.standing import standing

from sangyu.allowances.tests.steps import Months, founded


@standing
def months() -> Months:
    """Gulou's programme with money for its allowances."""
    return founded()


@pytest.fixture
def sit(months: Months, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks to the 20th of November."""
    return seat(monkeypatch, months.troupe.at.replace(day=20))
