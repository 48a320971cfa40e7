"""Gulou's programme, built once for the tests of this room."""

from __future__ import annotations

from tests.standing import standing

from sangyu.allowances.tests.steps import Months, founded


@standing
def months() -> Months:
    """Gulou's programme with money for its allowances."""
    return founded()
