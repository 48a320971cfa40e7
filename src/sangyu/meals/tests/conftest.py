"""The kitchen, for every test of the room."""

from __future__ import annotations

from tests.cast import Cast
from tests.standing import standing

from sangyu.meals.tests.kitchen import Kitchen


@standing
def kitchen(cast: Cast) -> Kitchen:
    """A canteen with tills, open at noon."""
    return Kitchen(cast)


@standing
def xinhui(kitchen: Kitchen) -> Kitchen:
    """Xinhui's policy from today on, with money; the enterprises of the canteens hold food licences."""
    return kitchen.in_xinhui()
