"""Two people fill in and sign apart; nobody reads a sheet before both have signed."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Cast
from tests.race import race

from sangyu.access import actions as access
from sangyu.access.models import SignInAttempt, User
from sangyu.access.queries import NotAllowed
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.models import Assessment, Draft, Part, Sheet
from sangyu.assessment.rules import (
    AnswerOutside,
    AnswersMissing,
    ContentDamaged,
    NotItsTurn,
    SignatureWrong,
    WordsMissing,
)
from sangyu.assessment.tests.sheets import GB, best, with_points
from sangyu.assessment.tests.team import Team
from sangyu.files.rules import NotAKindWeKeep
from sangyu.files.tests.paint import photo
from sangyu.kit.errors import NotFound


def test_a_draft_grows_and_one_that_grew_from_another_is_told_as_not_taken(team):
    here = team.part(team.appointed(), Part.FIRST)
    save = partial(assessment.save_draft, appointment_id=here.pk, by=team.lin, at=team.at)
    both = {"B.1.1": 4, "B.1.2": 3}
    assert save(answers={"B.1.1": 4}, base=0, n=1).taken
    assert save(answers=both, base=1, n=2).taken
    for base, late in ((0, 1), (1, 2), (1, 9), (3, 9), (2, 2)):
        kept = save(answers={"B.1.1": 0}, base=base, n=late)
        assert (kept.taken, kept.draft.n, kept.draft.answers) == (False, 2, both)
    assert save(answers=both, base=1, n=2).taken, "the same again arrives when its answer was lost"
    assert Draft.objects.count() == 1
    with pytest.raises(AnswerOutside, match="上下楼梯"):
        save(answers={"B.2.4": 4}, base=2, n=3)


def test_nobody_touches_the_draft_of_another(team):
    made = team.appointed()
    here = team.filled(made, Part.FIRST)
    for who in (team.he, team.su, team.cast.head):
        with pytest.raises(NotFound):
            assessment.save_draft(appointment_id=here.pk, answers={}, base=1, n=9, by=who, at=team.at)
        with pytest.raises(NotFound):
            team.signs(here, by=who)


def test_whoever_is_no_assessor_any_more_signs_nothing(team):
    here = team.filled(team.appointed(), Part.FIRST)
    access.take_role(user_id=team.lin.pk, role="ASSESSOR", reason="离开评估中心", by=team.cast.head, at=team.at)
    with pytest.raises(NotAllowed, match="评估员"):
        team.signs(here, by=User.objects.get(pk=team.lin.pk))


def test_a_sheet_is_signed_whole_as_it_was_seen_and_once(team):
    here = team.filled(team.appointed(), Part.FIRST, {"B.1.1": 4})
    with pytest.raises(AnswersMissing, match="还有33项没有评"):
        team.signs(here)
    team.filled(here.assessment, Part.FIRST, n=2)
    with pytest.raises(NotItsTurn, match="别处又改过"):
        team.signs(here, n=1)
    sheet = team.signs(here, n=2)
    assert (sheet.answers, sheet.informant) == (best(GB), "李建国")
    assert team.signs(here, n=2, password="anything") == sheet
    with pytest.raises(NotItsTurn, match="已经签字"):
        team.filled(here.assessment, Part.FIRST, n=3)
    with pytest.raises(NotItsTurn, match="已经签字"):
        assessment.add_evidence(appointment_id=here.pk, item="B.1.1", content=photo(), by=team.lin, at=team.at)


def test_who_told_about_the_elder_is_written_down(team):
    here = team.filled(team.appointed(), Part.FIRST)
    with pytest.raises(WordsMissing, match="提供情况的人"):
        assessment.sign(
            appointment_id=here.pk,
            n=1,
            password="sangyu-demo",
            informant=" ",
            informant_relation="儿子",
            by=team.lin,
            at=team.at,
        )


def test_a_wrong_password_signs_nothing_and_counts(team):
    here = team.filled(team.appointed(), Part.FIRST)
    before = SignInAttempt.objects.count()
    with pytest.raises(SignatureWrong, match="密码不对"):
        team.signs(here, password="guessed")
    assert (Sheet.objects.count(), SignInAttempt.objects.count()) == (0, before + 1)
    for _ in range(9):
        with pytest.raises(SignatureWrong):
            team.signs(here, password="guessed")
    with pytest.raises(SignatureWrong, match="账号已锁定"):
        team.signs(here)


def test_nobody_reads_a_sheet_before_both_have_signed(team):
    made = team.appointed()
    mine = team.filled(made, Part.FIRST, with_points(GB, 70))
    shot = assessment.add_evidence(appointment_id=mine.pk, item="B.2.4", content=photo(), by=team.lin, at=team.at)
    team.signs(mine)
    read = {who: assessment_read.sheets(getattr(team, who), made.pk) for who in ("lin", "he")}
    read["head"] = assessment_read.sheets(team.cast.head, made.pk)
    assert {who: len(rows) for who, rows in read.items()} == {"lin": 1, "he": 0, "head": 0}
    assert assessment_read.result_of(made) is None
    assert assessment_read.evidence(team.lin, shot.pk) == shot
    for who in (team.he, team.cast.head):
        assert assessment_read.evidence_among(who, made.pk) == []
        with pytest.raises(NotFound, match="还不能查看"):
            assessment_read.evidence(who, shot.pk)

    team.signs(team.filled(made, Part.SECOND, with_points(GB, 70)))
    made.refresh_from_db()
    assert (made.stage, assessment_read.result_of(made).level.label) == ("SIGNED", "轻度失能")
    for who in (team.lin, team.he, team.cast.head):
        assert len(assessment_read.sheets(who, made.pk)) == 2
        assert assessment_read.evidence(who, shot.pk) == shot
        assert assessment_read.evidence_among(who, made.pk) == [shot]
    assert assessment_read.sheets(team.cast.clerk, made.pk) == []
    assert assessment_read.evidence_among(team.cast.clerk, made.pk) == []


def test_the_same_photo_beside_the_same_item_is_added_once(team):
    here = team.part(team.appointed(), Part.FIRST)
    add = partial(assessment.add_evidence, appointment_id=here.pk, by=team.lin, at=team.at)
    assert add(item="B.2.4", content=photo()) == add(item="B.2.4", content=photo())
    add(item="B.2.3", content=photo(), at=team.at + timedelta(minutes=1))
    assert [row.item for row in assessment_read.evidence_of(here)] == ["B.2.4", "B.2.3"]
    with pytest.raises(NotAKindWeKeep):
        add(item="B.2.4", content=b"MZ")
    with pytest.raises(ContentDamaged, match="再交一次"):
        add(item="B.1.1", content=photo(), sha256="0" * 64)
    with pytest.raises(AnswerOutside, match="没有条目“B9”"):
        add(item="B9", content=photo())
    team.signs(team.filled(here.assessment, Part.FIRST))
    late = add(item="B.2.4", content=photo(), sha256=hashlib.sha256(photo()).hexdigest())
    assert late == assessment_read.evidence_of(here)[0], "what had arrived is found again after the signature"


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_one_moment_are_compared_once():
    team = Team(Cast())
    made = team.appointed()
    first, second = team.filled(made, Part.FIRST), team.filled(made, Part.SECOND, best(GB) | {"B.1.3": 3})
    done = race(partial(team.signs, first), partial(team.signs, second), partial(team.signs, first))
    assert {sheet.pk for sheet in done} == {row.pk for row in Sheet.objects.all()}
    assert Assessment.objects.get().stage == "DIFFERING"
