"""Who is sent to whom: two people, strangers to the elder, one assessment by a scale at a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbour import Neighbour

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Part
from sangyu.assessment.rules import (
    NotItsTurn,
    NotThisPerson,
    PracticeMissing,
    ScaleUnknown,
    StillUnderWay,
    WordsMissing,
)
from sangyu.assessment.tests.sheets import NHSA, OLD
from sangyu.assessment.tests.team import SCALE
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry


def appoint(team, *people, **more):
    given = {"elder_id": team.cast.li.pk, "scale": SCALE, "kind": "FIRST", "by": team.cast.head, "key": "1"} | more
    return assessment.appoint(sent=team.sent(*people), at=team.at, **given)


def test_two_are_sent_and_each_finds_the_visit(team):
    made = appoint(team, team.lin, team.he)
    assert (made.stage, made.base_on, made.edition_id) == (
        "APPOINTED",
        date(2026, 11, 9),
        assessment_read.packed_scale(SCALE).digest,
    )
    for person, part in ((team.lin, Part.FIRST), (team.he, Part.SECOND)):
        assert [row.part for row in assessment_read.own_appointments(person)] == [part]
    assert not assessment_read.own_appointments(team.su)


def test_the_same_key_sends_them_once(team):
    first = appoint(team, team.lin, team.he)
    assert appoint(team, team.lin, team.he) == first
    assert Assessment.objects.count() == 1


def test_one_assessment_by_a_scale_at_a_time(team):
    made = appoint(team, team.lin, team.he)
    with pytest.raises(StillUnderWay, match="李秀兰按“老年人能力评估”的评估还没有完成"):
        appoint(team, team.lin, team.he, key="2")
    assessment.withdraw(assessment_id=made.pk, reason="老人住院", by=team.cast.head, at=team.at)
    assert appoint(team, team.lin, team.he, key="2").stage == "APPOINTED"


def test_two_different_assessors_are_needed(team):
    for people in [(team.lin,), (team.lin, team.lin), (team.lin, team.he, team.su)]:
        with pytest.raises(NotThisPerson, match="两位不同的评估员"):
            appoint(team, *people)
    with pytest.raises(NotThisPerson, match="不是本项目的评估员"):
        appoint(team, team.lin, team.cast.zhao_user)
    with pytest.raises(NotThisPerson, match="不是本项目的评估员"):
        appoint(team, team.lin, Neighbour(team.at).agent)


def test_nobody_assesses_their_own_family(team):
    team.lin.phone = "139 0000 0001"
    team.lin.save(update_fields=["phone"])
    with pytest.raises(NotThisPerson, match="林知微的手机号登记在李秀兰的联系人里"):
        appoint(team, team.he, team.lin)


def test_a_scale_wants_a_practice_and_must_be_in_use(team):
    with pytest.raises(PracticeMissing, match="请先登记评估办法"):
        appoint(team, team.lin, team.he, scale=NHSA.code)
    with pytest.raises(ScaleUnknown, match="只用来登记旧的评估结果"):
        appoint(team, team.lin, team.he, scale=OLD.code)


def test_the_dead_are_not_assessed_and_a_review_begins_with_a_dispute(team):
    with pytest.raises(NotItsTurn, match="复评由异议引起"):
        appoint(team, team.lin, team.he, kind="REVIEW")
    registry.record_death(elder_id=team.cast.li.pk, died_on=team.at.date(), by=team.cast.clerk, at=team.at)
    with pytest.raises(NotItsTurn, match="已登记去世"):
        appoint(team, team.lin, team.he)


@pytest.mark.parametrize("who", ["clerk", "ma", "auditor", "zhao_user"])
def test_only_the_bureau_sends(team, who):
    with pytest.raises(NotAllowed, match="民政局"):
        appoint(team, team.lin, team.he, by=getattr(team.cast, who))


def test_the_elder_next_door_is_not_found(team):
    with pytest.raises(NotFound):
        appoint(team, team.lin, team.he, by=Neighbour(team.at).head)


def test_what_is_concluded_is_not_called_off(team):
    made = team.concluded().assessment
    with pytest.raises(NotItsTurn, match="已经出了结论"):
        assessment.withdraw(assessment_id=made.pk, reason="弄错了", by=team.cast.head, at=team.at)
    with pytest.raises(WordsMissing, match="撤回原因"):
        assessment.withdraw(
            assessment_id=team.appointed(kind="REGULAR", key="2").pk, reason=" ", by=team.cast.head, at=team.at
        )


def test_a_body_is_admitted_once_by_the_bureau(team):
    admit = assessment.admit_body
    assert admit(name=" 安康能力评估中心 ", by=team.cast.head, at=team.at) == team.body
    assert assessment_read.bodies(team.cast.head) == [team.body]
    assert assessment_read.bodies(team.lin) == []
    with pytest.raises(WordsMissing, match="评估机构的名称"):
        admit(name=" ", by=team.cast.head, at=team.at)
    with pytest.raises(NotAllowed):
        admit(name="安宁评估所", by=team.cast.clerk, at=team.at)


def test_a_practice_is_never_changed_backwards(team):
    said = {"scale": SCALE, "valid_months": 12, "dispute_days": 30, "document": "城民发〔2026〕3号"}
    who = {"by": team.cast.head, "at": team.at}
    again = assessment.set_practice(**said, valid_from=date(2026, 1, 1), **who)
    assert again == team.practice
    with pytest.raises(PracticeMissing, match="2026-01-01起的评估办法已经定过"):
        assessment.set_practice(**said | {"valid_months": 6}, valid_from=date(2026, 1, 1), **who)
    assessment.set_practice(**said | {"valid_months": 6}, valid_from=date(2027, 1, 1), **who)
    on = [
        assessment_read.practice_on(team.cast.programme.pk, SCALE, day).valid_months
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert on == [12, 6]
    with pytest.raises(PracticeMissing, match="1至60个月"):
        assessment.set_practice(**said | {"valid_months": 0}, valid_from=date(2028, 1, 1), **who)
    with pytest.raises(WordsMissing, match="文件名称和文号"):
        assessment.set_practice(**said | {"document": " "}, valid_from=date(2028, 1, 1), **who)


def test_who_may_be_sent_is_asked_once_however_many_work_here(team, django_assert_num_queries):
    body = team.body
    for n in range(30):
        team.cast.user(body if n % 2 else team.cast.bureau, f"more-{n}", f"同事{n}", Role.COMMUNITY)
    gone = team.cast.user(body, "gone", "离职", Role.ASSESSOR)
    access.take_role(user_id=gone.pk, role=Role.ASSESSOR, reason="离开评估中心", by=team.cast.head, at=team.at)
    head, clerk = (User.objects.get(pk=who.pk) for who in (team.cast.head, team.cast.clerk))
    with django_assert_num_queries(2):  # whose roles, and the people
        assert {one.pk for one in assessment_read.assessors(head)} == {one.pk for one in team.people.values()}
    with django_assert_num_queries(1):
        assert assessment_read.assessors(clerk) == []


def test_an_elder_is_found_by_name_among_the_assessments(team):
    made = team.appointed()
    team.appointed(elder=team.cast.grandpa)
    find = assessment_read.assessments_about
    assert list(find(team.cast.head, "李秀")) == list(find(team.cast.head, "lxl")) == [made]
    assert not find(team.su, "李秀兰")
    assert find(team.lin, " ").count() == 2


def test_who_sees_which_assessment(team):
    made = team.appointed()
    cast = team.cast
    for who in (cast.head, cast.auditor, team.lin, team.he, cast.clerk):
        assert assessment_read.get_assessment(who, made.pk) == made
    for who in (team.su, cast.ma, cast.zhao_user, cast.kangan_user, Neighbour(team.at + timedelta(0)).head):
        with pytest.raises(NotFound):
            assessment_read.get_assessment(who, made.pk)
