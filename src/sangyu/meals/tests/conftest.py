"""The kitchen, for every test of the room."""

from __future__ import annotations

import pytest
from tests.cast import Cast

from sangyu.meals.tests.kitchen import Kitchen


@pytest.fixture
def kitchen(cast: Cast) -> Kitchen:
    """A canteen with tills, open at noon."""
    return Kitchen(cast)
