"""From signatures to a level: differences are decided by a third, the level by the bureau, and a dispute by others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import PASSWORD
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Conclusion, Part
from sangyu.assessment.rules import (
    AnswersMissing,
    DisputeTooLate,
    NotItsTurn,
    NotThisPerson,
    SignatureWrong,
)
from sangyu.assessment.tests.sheets import GB, NHSA, OLD, best, with_points
from sangyu.assessment.tests.team import SCALE, Team
from sangyu.kit.errors import NotFound
from sangyu.policy import vocabulary


def differing(team):
    return team.signed(with_points(GB, 70), with_points(GB, 70) | {"B.2.4": 1, "B.4.1": 1})


def called_in(team, made, who=None):
    return assessment.call_in(assessment_id=made.pk, assessor_id=(who or team.su).pk, by=team.cast.head, at=team.at)


def adjudicate(team, third, answers, *, by=None, password=PASSWORD):
    return assessment.adjudicate(
        appointment_id=third.pk, answers=answers, password=password, by=by or third.assessor, at=team.at
    )


def test_where_two_differ_a_third_decides(team):
    made = differing(team)
    assert (made.stage, assessment_read.differing_items(made)) == ("DIFFERING", ("B.2.4", "B.4.1"))
    with pytest.raises(NotItsTurn, match="不同的条目还没有裁定"):
        team.concludes(made.pk)
    third = called_in(team, made)
    assert called_in(team, made) == third
    with pytest.raises(AnswersMissing, match="还有1项没有裁定：视力"):
        adjudicate(team, third, {"B.2.4": 2})
    with pytest.raises(SignatureWrong):
        adjudicate(team, third, {"B.2.4": 2, "B.4.1": 2}, password="guessed")
    sheet = adjudicate(team, third, {"B.2.4": 2, "B.4.1": 2, "B.1.1": 0})
    assert sheet.answers == {"B.2.4": 2, "B.4.1": 2}
    assert adjudicate(team, third, {"B.2.4": 0, "B.4.1": 0}) == sheet
    conclusion = team.concludes(made.pk)
    assert conclusion.answers == with_points(GB, 70) | {"B.2.4": 2}
    assert conclusion.result["points"] == 69


def test_the_third_is_a_third(team):
    made = differing(team)
    for who, said in ((team.lin, "两人之一"), (team.cast.zhao_user, "不是本项目的评估员")):
        with pytest.raises(NotThisPerson, match=said):
            called_in(team, made, who)
    third = called_in(team, made)
    with pytest.raises(NotItsTurn, match="已经请过了"):
        called_in(team, made, team.tao)
    with pytest.raises(NotFound):
        adjudicate(team, third, {"B.2.4": 2, "B.4.1": 2}, by=team.tao)
    with pytest.raises(NotItsTurn, match="只有请来的裁定人"):
        adjudicate(team, team.part(made, Part.FIRST), {"B.2.4": 2, "B.4.1": 2}, by=team.lin)


def test_nobody_is_called_in_where_two_agree(team):
    with pytest.raises(NotItsTurn, match="不需要请裁定人"):
        called_in(team, team.signed())


def test_a_level_holds_for_the_months_of_the_practice_and_says_why(team):
    conclusion = team.concluded(with_points(GB, 45))
    assert (conclusion.level, conclusion.word, conclusion.label) == (3, "severe", "重度失能")
    assert (conclusion.valid_from, conclusion.valid_until) == (date(2026, 11, 9), date(2027, 11, 9))
    assert conclusion.disputable_until == date(2026, 12, 10)
    assert conclusion.result["reasons"][-1] == "最后等级：重度失能（3级）。"
    assert team.concludes(conclusion.assessment_id) == conclusion
    li = team.cast.li.pk
    words = [
        assessment_read.facts([li], day)
        for day in (date(2026, 11, 8), date(2026, 11, 9), date(2027, 11, 8), date(2027, 11, 9))
    ]
    held = {li: {"ability_gbt42195": "severe"}}
    assert words == [{}, held, held, {}]


def test_every_scale_has_a_fact_of_its_own_with_its_own_words():
    known = vocabulary.facts()
    facts = {scale.fact: {level.word for level in scale.levels} for scale in (GB, NHSA, OLD)}
    assert len(facts) == 3
    assert {name: set(known[name].codes) for name in facts} == facts


def test_the_district_says_whether_reasons_stack(cast):
    team = Team(cast, stacking="each")
    conclusion = team.concluded(with_points(GB, 70) | {"A.4.1-F00": 1, "A.2.14-1": 2})
    assert conclusion.level == 3


def test_whoever_assessed_does_not_conclude(team):
    made = team.signed()
    with pytest.raises(NotAllowed):
        team.concludes(made.pk, by=team.lin)
    with pytest.raises(NotFound):
        team.concludes(made.pk, by=Neighbour(team.at).head)


def test_whoever_is_of_the_bureau_too_does_not_conclude_what_they_assessed(team):
    team.he = team.cast.user(team.body, "assessor-and-bureau", "兼任", "ASSESSOR", "BUREAU")
    made = team.signed()
    with pytest.raises(NotThisPerson, match="不能自己出结论"):
        team.concludes(made.pk, by=team.he)
    assert team.concludes(made.pk).level == 0


def test_one_certificate_with_the_next_number(team):
    first = team.concluded().assessment
    second = team.concluded(elder=team.cast.grandpa).assessment
    certify = lambda made: assessment.certify(assessment_id=made.pk, by=team.cast.head, at=team.at)  # noqa: E731
    assert [certify(made).number for made in (second, first, second)] == [
        "评〔2026〕000001号",
        "评〔2026〕000002号",
        "评〔2026〕000001号",
    ]
    with pytest.raises(NotItsTurn, match="还没有出结论"):
        certify(team.appointed(kind="REGULAR", key="9"))


def test_a_dispute_is_heard_in_time_and_others_review(team):
    old = team.concluded(with_points(GB, 89))
    with pytest.raises(NotItsTurn, match="没有人提出异议"):
        assessment.review(
            assessment_id=old.assessment_id, sent=team.sent(team.su, team.tao), by=team.cast.head, at=team.at
        )
    with pytest.raises(DisputeTooLate, match="2026-12-10"):
        team.disputed(old.assessment_id, days=31)
    dispute = team.disputed(old.assessment_id, days=30)
    assert team.disputed(old.assessment_id) == dispute
    with pytest.raises(NotItsTurn, match="以复评的结论为准"):
        assessment.certify(assessment_id=old.assessment_id, by=team.cast.head, at=team.at)
    with pytest.raises(NotThisPerson, match="没有参加过这次评估的人"):
        assessment.review(
            assessment_id=old.assessment_id, sent=team.sent(team.lin, team.su), by=team.cast.head, at=team.at
        )
    review = assessment.review(
        assessment_id=old.assessment_id, sent=team.sent(team.su, team.tao), by=team.cast.head, at=team.at
    )
    assert (review.kind, review.review_of) == ("REVIEW", old.assessment)
    assert assessment_read.level_on(team.cast.li.pk, SCALE, team.at.date()) == old

    team.signs(team.filled(review, Part.FIRST, with_points(GB, 60)))
    team.signs(team.filled(review, Part.SECOND, with_points(GB, 60)))
    with pytest.raises(NotThisPerson, match="请由民政局另一位同事办理"):
        team.concludes(review.pk)
    new = team.concludes(review.pk, by=team.colleague, at=team.at + timedelta(days=8))
    assert assessment_read.level_on(team.cast.li.pk, SCALE, new.valid_from) == new
    assert assessment_read.level_on(team.cast.li.pk, SCALE, new.valid_from - timedelta(days=1)) == old
    assert Conclusion.objects.count() == 2
    with pytest.raises(NotItsTurn, match="已经是复评的结论"):
        team.disputed(review.pk)


def test_a_review_that_was_called_off_leaves_the_dispute_open(team):
    old = team.concluded(with_points(GB, 89))
    team.disputed(old.assessment_id)
    called_off = team.reviewed(old.assessment)
    assert team.reviewed(old.assessment) == called_off
    assessment.withdraw(assessment_id=called_off.pk, reason="评估员生病", by=team.cast.head, at=team.at)
    assert assessment_read.case(team.cast.head, old.assessment_id).review is None

    new = team.replaced(old.assessment, with_points(GB, 60))
    assert new.assessment_id != called_off.pk
    found = assessment_read.case(team.cast.head, old.assessment_id)
    assert (found.review, found.replaced_on, found.replaced_by) == (new.assessment, new.valid_from, new)
    assert found.valid_until == new.valid_from
    assert assessment_read.case(team.cast.head, new.assessment_id).replaced_on is None
    assert team.reviewed(old.assessment) == new.assessment
    withdrawn = assessment.withdraw(assessment_id=called_off.pk, reason="再撤", by=team.cast.head, at=team.at)
    assert (withdrawn.pk, withdrawn.stage) == (called_off.pk, "WITHDRAWN")


def test_whoever_was_not_sent_to_the_other_assessment_is_not_told_of_it(team):
    old = team.concluded(with_points(GB, 89))
    new = team.replaced(old.assessment, with_points(GB, 60))
    before, after = (assessment_read.case(who, it.assessment_id) for who, it in ((team.lin, old), (team.su, new)))
    assert (before.review, before.replaced_by, before.replaced_on) == (None, None, new.valid_from)
    assert after.disputed is None
    assert assessment_read.case(team.cast.clerk, new.assessment_id).disputed == old.assessment


def test_the_next_assessment_ends_a_level_too_but_not_one_that_is_over(team):
    old = team.concluded(best(GB))
    soon = team.concluded(best(GB), kind="ON_CHANGE", key="2", at=team.at + timedelta(days=100))
    late = team.concluded(best(GB), kind="REGULAR", key="3", at=team.at + timedelta(days=900))
    assert assessment_read.replacing(old) == soon
    assert assessment_read.replacing(soon) is None
    assert assessment_read.replacing(late) is None
    told = assessment_read.conclusions_of(team.cast.head, team.cast.li.pk)
    assert [row.ends_on for row in told] == [late.valid_until, soon.valid_until, soon.valid_from]
    with pytest.raises(NotItsTurn, match="已由以后的结论代替"):
        assessment.certify(assessment_id=old.assessment_id, by=team.cast.head, at=team.at + timedelta(days=101))


def test_a_dispute_comes_from_the_elders_own_community(team):
    made = team.concluded().assessment
    for who in (team.cast.ma, team.lin):
        with pytest.raises(NotAllowed):
            team.disputed(made.pk, by=who)


def test_whose_level_ends_soon(team):
    team.concluded(best(GB))
    due = assessment_read.due(team.cast.head, date(2027, 11, 9))
    assert [row.assessment.elder for row in due] == [team.cast.li]
    assert not assessment_read.due(team.cast.head, date(2027, 11, 8))
    assert [row.assessment.elder for row in assessment_read.due(team.cast.clerk, date(2028, 1, 1))] == [team.cast.li]
    assert not assessment_read.due(team.cast.ma, date(2028, 1, 1))
    later = team.at + timedelta(days=300)
    team.concluded(best(GB), kind="REGULAR", key="2", at=later)
    assert [row.valid_from for row in assessment_read.due(team.cast.head, date(2028, 12, 31))] == [later.date()]
