"""A cast with assessors, and a shelf of the test's own for what they photograph."""

from __future__ import annotations

from tests.standing import standing

from sangyu.assessment.tests.team import Team
from sangyu.files.tests.conftest import shelf_folder

__all__ = ["shelf_folder", "team"]


@standing
def team(cast) -> Team:
    """The cast, five assessors and a practice."""
    return Team(cast)
