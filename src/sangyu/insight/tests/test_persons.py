"""A person with two records is one elder in every figure from the day of the merge on, and two again once parted."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.cast import BEIJING, Cast

from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight.queries import Lens
from sangyu.insight.queries.sources import beneficiaries, heads
from sangyu.insight.queries.tallies import wrong_tallies
from sangyu.registry import actions as registry
from sangyu.registry.models import DuplicateCase, Merge

MERGED = datetime(2026, 12, 1, 9, tzinfo=BEIJING)
PARTED = MERGED + timedelta(days=5)
DAY = timedelta(days=1)


def counted(cast: Cast, at: datetime) -> tuple[int, int, int]:
    """Return how many elders there are, how many live and how many had public money, by an instant."""
    lens = Lens(at)
    people = insight_read.total(cast.head, "elders", lens)["n"]
    living = insight_read.total(cast.head, "elders", Lens(at, cut={"alive": "yes"}))["n"]
    assert heads(cast.head, lens) == beneficiaries(cast.head, lens).count()
    return people, living, heads(cast.head, lens)


def test_a_merged_record_counts_with_its_person_as_it_was_known_then(cast: Cast) -> None:
    registry.recognise(
        elder=cast.grandpa, code="three_no", evidence="供养证 9号", valid_from=cast.at.date(), by=cast.clerk, at=cast.at
    )
    cast.visited(cast.order(elder=cast.li))
    cast.visited(cast.order(elder=cast.grandpa, hour=14))
    apart = counted(cast, MERGED - DAY)
    assert apart[2] == 2, "public money paid a part for both"
    case = DuplicateCase.objects.create(
        programme=cast.programme,
        one=cast.li,
        other=cast.grandpa,
        grounds=["PHONE"],
        score_pm=600,
        found_at=MERGED,
    )
    for by in (cast.clerk, cast.head):
        registry.rule_duplicate(
            case_id=case.pk, verdict="SAME", survivor_id=cast.li.pk, reason="与家属核对", by=by, at=MERGED
        )
    assert counted(cast, MERGED + DAY) == (apart[0] - 1, apart[1] - 1, 1)
    assert counted(cast, MERGED - DAY) == apart, "the report of a day before stays what it was"
    registry.unmerge(merge_id=Merge.objects.get().pk, reason="认错了人", by=cast.head, at=PARTED)
    registry.record_death(elder_id=cast.grandpa.pk, died_on=PARTED.date(), by=cast.clerk, at=PARTED + 2 * DAY)
    for _ in ("from the rows", "from the tallies"):
        assert counted(cast, MERGED - DAY) == apart
        assert counted(cast, PARTED - DAY) == (apart[0] - 1, apart[1] - 1, 1)
        assert counted(cast, PARTED + DAY) == apart
        assert counted(cast, PARTED + 3 * DAY) == (apart[0], apart[1] - 1, 2)
        insight.tally(programme_id=cast.programme.pk, at=PARTED + 9 * DAY)
    assert list(wrong_tallies(cast.programme.pk)) == []
