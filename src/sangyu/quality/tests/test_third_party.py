"""A third party's assessor sees the sites that are assigned, and files scores that nobody else can give or change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from tests.cast import Cast
from tests.standing import standing

from sangyu.access.queries import NotAllowed
from sangyu.assessment.tests.team import Team
from sangyu.kit.errors import NotFound
from sangyu.meals.tests.kitchen import Kitchen
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import SiteAssessment, SiteScore
from sangyu.quality.rules import AlreadyScored, DayPassed, ScoreOutOfRange, TextMissing

SCORES = {"facilities": 86, "environment": 90, "quality": 88, "findings": "消毒记录齐全，扶手松动一处"}


@standing
def team(cast: Cast) -> Team:
    """The people of a third party."""
    return Team(cast)


def assigned(team: Team, *, site: str = "", to=None, days: int = 10) -> SiteAssessment:
    cast = team.cast
    return quality.assign_site(
        site=site or f"enterprise:{cast.kangan.pk}",
        assessor_id=(to or team.lin).pk,
        due_on=(cast.at + timedelta(days=days)).date(),
        by=cast.sun,
        at=cast.at,
    )


def scored(team: Team, row: SiteAssessment, *, by=None, **other) -> SiteScore:
    return quality.score_site(
        assessment_id=row.pk, by=by or team.lin, at=team.at + timedelta(days=2), **{**SCORES, **other}
    )


@pytest.mark.proves("FT-03", "XS-06")
def test_an_assessor_sees_the_assigned_sites_only_and_the_scores_are_nobody_else_s(team: Team) -> None:
    mine, other = assigned(team), assigned(team, site=f"enterprise:{team.cast.letter.pk}", to=team.he)
    assert [one.row for one in quality_read.site_assessments(team.lin)] == [mine]
    assert {one.row for one in quality_read.site_assessments(team.cast.sun)} == {mine, other}
    assert quality_read.site_assessments(team.cast.kangan_user) == quality_read.sites(team.lin) == []
    with pytest.raises(NotFound):
        quality_read.get_site_assessment(team.lin, other.pk)
    with pytest.raises(NotFound):
        scored(team, other)
    for stranger in (team.cast.sun, team.cast.head, team.cast.auditor):
        with pytest.raises(NotAllowed, match="派给了林知微"):
            scored(team, mine, by=stranger)
    filed = scored(team, mine)
    assert (filed.scores, filed.by) == ((86, 90, 88), team.lin)
    assert scored(team, mine).pk == filed.pk
    with pytest.raises(AlreadyScored, match="不能再改"):
        scored(team, mine, quality=99)
    for change in (lambda: SiteScore.objects.update(quality=99), lambda: SiteScore.objects.all().delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


@pytest.mark.proves("GL-03")
def test_facilities_environment_and_quality_of_a_canteen_are_scored_and_read_by_the_bureau(team: Team) -> None:
    canteen = Kitchen(team.cast).south
    row = assigned(team, site=f"canteen:{canteen.pk}")
    assert (row.site, row.enterprise) == (canteen.name, canteen.enterprise)
    scored(team, row)
    (found,) = quality_read.site_assessments(team.cast.head)
    assert (found.score.facilities, found.score.environment, found.score.quality) == (86, 90, 88)
    assert found.score.findings == SCORES["findings"]


@pytest.mark.parametrize(
    ("other", "refusal", "said"),
    [
        ({"facilities": 101}, ScoreOutOfRange, "0到100分"),
        ({"quality": -1}, ScoreOutOfRange, "0到100分"),
        ({"findings": " "}, TextMissing, "看到了什么"),
    ],
)
def test_scores_are_of_a_hundred_and_say_what_was_seen(team: Team, other: dict, refusal: type, said: str) -> None:
    with pytest.raises(refusal, match=said):
        scored(team, assigned(team), **other)
    assert not SiteScore.objects.exists()


def test_only_an_assessor_is_sent_to_a_site_of_the_programme_on_a_day_to_come(team: Team) -> None:
    with pytest.raises(NotFound, match="评估员"):
        assigned(team, to=team.cast.ma)
    with pytest.raises(NotFound, match="这个点"):
        assigned(team, site=f"enterprise:{team.lin.pk}")
    with pytest.raises(DayPassed):
        assigned(team, days=-1)
    assert assigned(team).pk == assigned(team).pk
    with pytest.raises(NotAllowed):
        quality.assign_site(
            site="enterprise:x", assessor_id=team.lin.pk, due_on=team.at.date(), by=team.cast.ma, at=team.at
        )
