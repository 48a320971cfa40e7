"""A cast with assessors."""

from __future__ import annotations

from tests.standing import standing

from sangyu.assessment.tests.team import Team


@standing
def team(cast) -> Team:
    """The cast, five assessors and a practice."""
    return Team(cast)
