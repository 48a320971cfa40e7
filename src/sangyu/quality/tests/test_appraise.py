"""The month of an enterprise: draft, objection, ruling, final score."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from tests.cast import BEIJING
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers.models import Enterprise, EnterpriseState, MonthScore
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Appraisal, AppraisalItem, Finalisation, Objection
from sangyu.quality.rules import ObjectionTooLate, ScoreOutOfRange, StillOpen

FIRST = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
IN_TIME = FIRST + timedelta(days=1)
CLOSED = FIRST + timedelta(days=3)


def appraise(cast, **more):
    return quality.appraise(month=cast.month, **{"by": cast.sun, "at": FIRST, **more})


def kangan_item(cast, code="N3"):
    appraise(cast)
    return AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code=code)


def object_to(cast, item, **more):
    return quality.object_to(
        item_id=item.pk, **{"text": "手机当时没有信号", "by": cast.kangan_user, "at": IN_TIME, **more}
    )


def rule(cast, objection, **more):
    wish = {"upheld": True, "score_tenths": 200, "reason": "有门牌码照片", "by": cast.sun, "at": IN_TIME}
    return quality.rule(objection_id=objection.pk, **{**wish, **more})


def finalise(cast, appraisal, **more):
    return quality.finalise(appraisal_id=appraisal.pk, **{"by": cast.sun, "at": CLOSED, **more})


def test_every_admitted_enterprise_gets_a_sheet_that_rests_on_its_month(cast):
    cast.visited(cast.order(days=1), place=None)
    cast.visited(cast.order(days=2))
    assert {row.enterprise for row in appraise(cast)} == {cast.kangan, cast.letter}
    sheet = next(s for s in quality_read.sheets(cast.sun, "2026-11") if s.appraisal.enterprise == cast.kangan)
    proven = next(line.item for line in sheet.lines if line.item.code == "N3")
    assert (proven.score_tenths, proven.evidence) == (150, "2次中有1次合格")
    assert [line.item.dimension for line in sheet.lines] == ["enterprise"] * 2 + ["norms"] * 3 + ["quality"] * 2 + [
        "staff"
    ]


def test_drafting_again_keeps_the_drafts(cast):
    first = appraise(cast)
    assert appraise(cast, at=CLOSED) == []
    assert {row.object_until for row in Appraisal.objects.all()} == {first[0].object_until} == {CLOSED}


def test_who_was_suspended_is_appraised_for_what_it_served(cast):
    cast.visited()
    Enterprise.objects.update(state=EnterpriseState.SUSPENDED)
    assert [row.enterprise for row in appraise(cast)] == [cast.kangan]


def test_an_objection_is_made_once_in_time_with_words(cast):
    item = kangan_item(cast)
    with pytest.raises(quality.TextMissing, match="理由"):
        object_to(cast, item, text=" ")
    first = object_to(cast, item)
    assert object_to(cast, item, text="另一个理由").text == first.text == "手机当时没有信号"
    other = AppraisalItem.objects.get(appraisal=item.appraisal, code="N1")
    with pytest.raises(ObjectionTooLate, match="异议期已过"):
        object_to(cast, other, at=CLOSED + timedelta(seconds=1))


def test_another_enterprise_s_sheet_is_not_found(cast):
    item = kangan_item(cast)
    for stranger in (cast.letter_user, neighbour(cast, Role.ENTERPRISE)):
        with pytest.raises(NotFound):
            object_to(cast, item, by=stranger)
        with pytest.raises(NotFound):
            quality_read.get_sheet(stranger, item.appraisal_id)
    with pytest.raises(NotFound):
        quality_read.get_sheet(cast.zhao_user, item.appraisal_id)
    assert quality_read.get_sheet(cast.kangan_user, item.appraisal_id).appraisal == item.appraisal


def test_an_upheld_objection_changes_the_score_that_counts(cast):
    cast.visited(place=None)
    item = kangan_item(cast)
    assert item.score_tenths == 0
    ruling = rule(cast, object_to(cast, item))
    sheet = quality_read.get_sheet(cast.kangan_user, item.appraisal_id)
    assert next(line for line in sheet.lines if line.item == item).score_tenths == ruling.score_tenths == 200


def test_a_refused_objection_leaves_the_score_and_is_ruled_once(cast):
    item = kangan_item(cast)
    objection = object_to(cast, item)
    first = rule(cast, objection, upheld=False, score_tenths=0, reason="未提供证明")
    assert first.score_tenths == item.score_tenths
    assert rule(cast, objection).pk == first.pk


@pytest.mark.parametrize("score_tenths", [-1, 301])
def test_a_ruling_stays_between_nothing_and_full_marks(cast, score_tenths):
    objection = object_to(cast, kangan_item(cast))
    with pytest.raises(ScoreOutOfRange, match="满分30分"):
        rule(cast, objection, score_tenths=score_tenths)


def test_a_ruling_says_why_and_is_a_quality_officer_s(cast):
    objection = object_to(cast, kangan_item(cast))
    with pytest.raises(quality.TextMissing):
        rule(cast, objection, reason="")
    with pytest.raises(NotAllowed):
        rule(cast, objection, by=cast.kangan_user)
    with pytest.raises(NotFound, match="异议"):
        rule(cast, objection, by=neighbour(cast, Role.QUALITY))


def test_a_sheet_is_final_when_the_days_are_over_and_nobody_waits(cast):
    item = kangan_item(cast)
    with pytest.raises(StillOpen, match="12月04日 09:00"):
        finalise(cast, item.appraisal, at=CLOSED - timedelta(seconds=1))
    objection = object_to(cast, item)
    with pytest.raises(StillOpen, match="还有1项异议"):
        finalise(cast, item.appraisal)
    rule(cast, objection, upheld=False, score_tenths=0)
    final = finalise(cast, item.appraisal)
    assert finalise(cast, item.appraisal).pk == final.pk
    assert Finalisation.objects.count() == 1


def test_the_total_weighs_the_four_dimensions_and_reaches_dispatch(cast):
    cast.visited(place=None)
    item = kangan_item(cast)
    final = finalise(cast, item.appraisal)
    assert final.scores_tenths == {"enterprise": 1000, "norms": 700, "quality": 1000, "staff": 1000}
    assert final.total_tenths == 910
    assert MonthScore.objects.get(enterprise=cast.kangan).score_tenths == 910
    assert MonthScore.objects.count() == 1


def test_a_sheet_of_another_programme_is_not_found(cast):
    item = kangan_item(cast)
    with pytest.raises(NotFound, match="考核表"):
        finalise(cast, item.appraisal, by=neighbour(cast, Role.QUALITY))
    with pytest.raises(NotAllowed):
        finalise(cast, item.appraisal, by=cast.kangan_user)


def test_sheets_cost_the_same_queries_for_two_enterprises_and_for_six(cast, django_assert_max_num_queries):
    for n in range(3, 7):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    with django_assert_max_num_queries(17):
        assert len(appraise(cast)) == 6


@pytest.mark.django_db(transaction=True)
def test_what_two_people_do_at_once_happens_once(cast):
    race(partial(appraise, cast), partial(appraise, cast, by=cast.clock))
    assert Appraisal.objects.count() == 2
    item = AppraisalItem.objects.get(appraisal__enterprise=cast.kangan, code="N3")
    race(*[partial(object_to, cast, item)] * 2)
    objection = Objection.objects.get()
    race(*[partial(rule, cast, objection)] * 2)
    outcomes = race(*[partial(finalise, cast, item.appraisal)] * 2)
    assert len({final.pk for final in outcomes}) == 1
