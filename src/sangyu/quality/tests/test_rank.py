"""A quarter is frozen when it is over and all its sheets are final; a year is decided by somebody else."""

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
from sangyu.kit.month import Month
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import AppraisalItem, How, Nominee, Ranking, RankingRow
from sangyu.quality.rules import NotOver, OwnWork, Quarter

Q4 = Quarter(2026, 4)
NEW_YEAR = datetime(2027, 1, 20, 9, tzinfo=BEIJING)


def appraised(cast, month, *, lost_tenths=0):
    """Make a month's sheets final; Letai loses points by hand."""
    at = datetime(month.next().year, month.next().month, 1, 9, tzinfo=BEIJING)
    quality.appraise(month=month, by=cast.sun, at=at)
    for item in AppraisalItem.objects.filter(appraisal__month=str(month), how=How.HAND).select_related("appraisal"):
        lost = lost_tenths if item.appraisal.enterprise_id == cast.letter.pk and item.code == "E3" else 0
        quality.score_by_hand(
            item_id=item.pk, score_tenths=item.full_tenths - lost, evidence="到场查看", by=cast.sun, at=at
        )
    for release in quality.release_month(month=month, by=cast.sun, at=at):
        quality.finalise(appraisal_id=release.appraisal_id, by=cast.sun, at=release.object_until)


def rank(cast, quarter=Q4, **more):
    return quality.rank(quarter=quarter, **{"by": cast.sun, "at": NEW_YEAR, **more})


def whole_year(cast):
    for n in range(1, 13):
        appraised(cast, Month(2026, n), lost_tenths=100)
    for n in range(1, 5):
        rank(cast, Quarter(2026, n))


@pytest.mark.proves("LZ-21")
def test_the_frozen_ranking_keeps_means_months_and_places(cast):
    appraised(cast, Month(2026, 11), lost_tenths=100)
    appraised(cast, Month(2026, 12))
    [first, second] = quality_read.ranking_rows(rank(cast))
    assert (first.enterprise, first.place.place, first.place.mean_hundredths) == (cast.kangan, 1, 10000)
    assert (second.enterprise, second.place.place, second.place.mean_hundredths) == (cast.letter, 2, 9900)
    assert dict(second.place.scores) == {"2026-10": None, "2026-11": 980, "2026-12": 1000}
    assert second.place.missing == ("2026-10",)
    live = quality_read.standings(cast.sun, Q4.months)
    assert [(row.enterprise, row.place.place) for row in live] == [(cast.kangan, 1), (cast.letter, 2)]


def test_a_quarter_is_not_frozen_before_it_is_over_and_final(cast):
    with pytest.raises(NotOver, match="2027-01-01起"):
        rank(cast, at=NEW_YEAR - timedelta(days=30))
    with pytest.raises(NotOver, match="没有定稿的考核"):
        rank(cast)
    cast.published(at=datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    with pytest.raises(NotOver, match="还有2份考核表没有定稿"):
        rank(cast)


def test_a_frozen_ranking_does_not_change(cast):
    appraised(cast, Month(2026, 12))
    first = rank(cast)
    assert rank(cast, at=NEW_YEAR + timedelta(days=3)).pk == first.pk
    assert (Ranking.objects.count(), RankingRow.objects.count()) == (1, 2)


def test_only_quality_ranks_and_only_its_own_programme(cast):
    appraised(cast, Month(2026, 12))
    with pytest.raises(NotAllowed):
        rank(cast, by=cast.kangan_user)
    with pytest.raises(NotOver):
        rank(cast, by=neighbour(cast, Role.QUALITY))
    assert quality_read.standings(cast.kangan_user, Q4.months) == []


@pytest.mark.django_db(transaction=True)
def test_two_officers_freeze_one_ranking(cast):
    appraised(cast, Month(2026, 12))
    race(*[partial(rank, cast)] * 2)
    assert Ranking.objects.count() == 1


def test_a_year_without_four_ranked_quarters_has_no_election(cast):
    with pytest.raises(NotOver, match="2026Q1、2026Q2、2026Q3、2026Q4还没有定榜"):
        quality.open_election(year=2026, by=cast.sun, at=NEW_YEAR)


@pytest.mark.proves("LZ-21")
def test_the_best_of_the_year_are_nominated_and_somebody_else_decides(cast):
    whole_year(cast)
    election = quality.open_election(year=2026, by=cast.sun, at=NEW_YEAR)
    assert quality.open_election(year=2026, by=cast.sun, at=NEW_YEAR).pk == election.pk
    nominee = Nominee.objects.get()
    assert (nominee.enterprise, nominee.place, nominee.mean_hundredths) == (cast.kangan, 1, 10000)
    assert nominee.quarter_places == {"2026Q1": 1, "2026Q2": 1, "2026Q3": 1, "2026Q4": 1}

    wish = {"nominee_id": nominee.pk, "elected": True, "reason": "全年满分", "at": NEW_YEAR}
    with pytest.raises(OwnWork, match="您本人提出"):
        quality.elect(by=cast.sun, **wish)
    with pytest.raises(quality.TextMissing, match="理由"):
        quality.elect(by=cast.head, **{**wish, "reason": ""})
    with pytest.raises(NotFound):
        quality.elect(by=neighbour(cast, Role.QUALITY), **wish)
    decision = quality.elect(by=cast.head, **wish)
    assert quality.elect(by=cast.head, **{**wish, "elected": False}).pk == decision.pk
    assert quality_read.candidates(election)[0].decision.elected


def test_a_quarter_with_a_month_that_nobody_drafted_is_not_frozen(cast):
    appraised(cast, Month(2026, 11))
    with pytest.raises(NotOver, match="2026-12还没有生成考核"):
        rank(cast)
    appraised(cast, Month(2026, 12))
    assert RankingRow.objects.filter(ranking=rank(cast)).count() == 2
