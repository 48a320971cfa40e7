"""A sheet is final when it is complete, published, the days are over and nobody waits for a ruling."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.neighbours import neighbour
from tests.race import race

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers.models import MonthScore
from sangyu.quality.models import Finalisation, Objection
from sangyu.quality.rules import StillOpen
from sangyu.quality.tests.sheet import CLOSED, appraise, finalise, item_of, object_to, published, rule, score


def test_a_complete_sheet_is_published_before_it_is_final(cast):
    appraise(cast)
    score(cast, "E3")
    score(cast, "S2")
    with pytest.raises(StillOpen, match="还没有下发"):
        finalise(cast, item_of(cast).appraisal)


def test_a_sheet_is_final_when_the_days_are_over_and_nobody_waits(cast):
    item = published(cast)
    with pytest.raises(StillOpen, match="12月05日 00:00"):
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
    final = finalise(cast, published(cast).appraisal)
    assert final.scores_tenths == {"enterprise": 1000, "norms": 700, "quality": 1000, "staff": 1000}
    assert final.total_tenths == 910
    assert MonthScore.objects.get(enterprise=cast.kangan).score_tenths == 910
    assert MonthScore.objects.count() == 1


def test_points_lost_by_hand_cost_by_the_weight_of_their_side(cast):
    appraise(cast)
    score(cast, "E3", score_tenths=200)
    score(cast, "S2", score_tenths=400)
    cast.published(at=CLOSED - timedelta(days=4))
    assert finalise(cast, item_of(cast).appraisal, at=CLOSED + timedelta(days=9)).scores_tenths["enterprise"] == 800


def test_a_sheet_of_another_programme_is_not_found(cast):
    item = published(cast)
    with pytest.raises(NotFound, match="考核表"):
        finalise(cast, item.appraisal, by=neighbour(cast, Role.QUALITY))
    with pytest.raises(NotAllowed):
        finalise(cast, item.appraisal, by=cast.kangan_user)


@pytest.mark.django_db(transaction=True)
def test_what_two_people_do_at_once_happens_once(cast):
    item = published(cast)
    race(*[partial(object_to, cast, item)] * 2)
    objection = Objection.objects.get()
    race(*[partial(rule, cast, objection)] * 2)
    outcomes = race(*[partial(finalise, cast, item.appraisal)] * 2)
    assert len({final.pk for final in outcomes}) == 1
