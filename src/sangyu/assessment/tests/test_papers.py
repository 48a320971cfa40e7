"""Old papers are history with their source; a level that ends is told of once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Paper, Reminder
from sangyu.assessment.rules import AnswerOutside, DayImpossible, ScaleUnknown, WordsMissing
from sangyu.assessment.tests.sheets import OLD
from sangyu.assessment.tests.team import SCALE
from sangyu.kit.errors import NotFound
from sangyu.outbox.models import Message


def enter(team, **more):
    given = {
        "elder_id": team.cast.li.pk,
        "scale": OLD.code,
        "level": 2,
        "assessed_on": date(2021, 6, 1),
        "valid_until": date(2022, 6, 1),
        "body": "城关区社会福利院",
        "source": "评估报告 2021-0117号",
        "by": team.cast.clerk,
        "at": team.at,
    }
    return assessment.enter_paper(**given | more)


def test_a_paper_is_entered_once_and_is_no_assessment(team):
    paper = enter(team)
    assert enter(team) == paper
    assert (paper.word, paper.label, Paper.objects.count()) == ("moderate", "中度失能", 1)
    assert not Assessment.objects.exists()
    li = team.cast.li.pk
    assert assessment_read.papers_of(team.cast.clerk, li) == [paper]
    assert assessment_read.facts([li], date(2022, 5, 31)) == {li: {"ability_mzt039": "moderate"}}
    assert assessment_read.facts([li], date(2022, 6, 1)) == {}


def test_a_paper_that_says_no_end_holds_for_no_rule(team):
    enter(team, valid_until=None)
    assert assessment_read.facts([team.cast.li.pk], date(2021, 6, 2)) == {}


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"scale": SCALE}, ScaleUnknown),
        ({"level": 9}, AnswerOutside),
        ({"assessed_on": date(2099, 1, 1)}, DayImpossible),
        ({"assessed_on": date(1900, 1, 1)}, DayImpossible),
        ({"valid_until": date(2021, 6, 1)}, DayImpossible),
        ({"source": " "}, WordsMissing),
    ],
)
def test_what_no_paper_can_say_is_refused(team, wrong, refusal):
    with pytest.raises(refusal):
        enter(team, **wrong)
    assert not Paper.objects.exists()


def test_others_enter_nothing(team):
    with pytest.raises(NotAllowed):
        enter(team, by=team.lin)
    with pytest.raises(NotFound):
        enter(team, by=Neighbour(team.at).clerk)


def test_a_level_that_ends_within_thirty_days_is_told_of_once(team):
    conclusion = team.concluded()
    near = team.at.replace(year=2027) - timedelta(days=20)

    def due():
        return Message.objects.filter(topic="assessment", kind="assessment.due").count()

    assert Message.objects.filter(kind="assessment.concluded").count() == 1
    assert assessment.remind(by=team.cast.clock, at=team.at) == 0
    assert assessment.remind(by=team.cast.clock, at=near) == 1
    assert assessment.remind(by=team.cast.clock, at=near) == 0
    assert (due(), Reminder.objects.get().conclusion_id) == (1, conclusion.pk)
    with pytest.raises(NotAllowed):
        assessment.remind(by=team.cast.head, at=near)


def test_whoever_is_assessed_again_already_is_not_told_of(team):
    team.concluded()
    team.appointed(kind="REGULAR", key="2")
    assert assessment.remind(by=team.cast.clock, at=team.at.replace(year=2027)) == 0
