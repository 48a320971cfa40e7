"""Places from final scores: means, ties, missing months, and who is nominated."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.quality.rules import BadQuarter, Quarter, Score, nominees, rank

MONTHS = ("2026-10", "2026-11", "2026-12")
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def year(*totals, quality=900):
    return {month: Score(total, quality) for month, total in zip(MONTHS, totals, strict=False)}


def places(scores):
    return [(row.enterprise_id, row.place, row.mean_hundredths) for row in rank(MONTHS, scores)]


def test_the_mean_of_the_months_decides():
    assert places({A: year(900, 900, 901), B: year(900, 900, 902)}) == [(B, 1, 9007), (A, 2, 9003)]


def test_equal_means_are_told_apart_by_quality_and_share_the_place_otherwise():
    assert places({A: year(900, 900, 900), B: year(900, 900, 900, quality=950)}) == [(B, 1, 9000), (A, 2, 9000)]
    tie = {A: year(900, 900, 900), B: year(880, 900, 920), C: year(800, 800, 800)}
    assert [(firm, place) for firm, place, _ in places(tie)] == [(A, 1), (B, 1), (C, 3)]


def test_a_missing_month_is_shown_and_ranked_behind():
    found = rank(MONTHS, {A: year(1000, 1000), B: year(700, 700, 700), C: {}})
    assert [(row.enterprise_id, row.place) for row in found] == [(B, 1), (A, 2)]
    assert found[1].missing == ("2026-12",)
    assert found[1].scores == {"2026-10": 1000, "2026-11": 1000, "2026-12": None}


def test_three_in_ten_are_nominated_and_nobody_who_lacks_a_month():
    firms = {UUID(int=n): year(900 - n, 900, 900) for n in range(7)}
    firms[UUID(int=99)] = year(1000, 1000)
    assert [row.place for row in nominees(rank(MONTHS, firms))] == [1, 2, 3]
    assert nominees(rank(MONTHS, {A: year(1000)})) == []


def test_whoever_shares_the_last_place_that_counts_is_nominated_too():
    firms = {UUID(int=n): year(900, 900, 900) for n in range(4)}
    assert len(nominees(rank(MONTHS, firms))) == 4


@settings(deadline=None, max_examples=60)
@given(
    scores=st.dictionaries(
        st.uuids(),
        st.dictionaries(
            st.sampled_from(MONTHS), st.builds(Score, st.integers(0, 1000), st.integers(0, 1000)), min_size=1
        ),
        max_size=12,
    )
)
def test_everybody_has_one_place_and_a_better_line_is_never_below(scores):
    found = rank(MONTHS, scores)
    assert {row.enterprise_id for row in found} == set(scores)
    assert [row.place for row in found] == sorted(row.place for row in found)
    keys = [(len(row.missing), -row.mean_hundredths, -row.quality_hundredths) for row in found]
    assert keys == sorted(keys)
    assert all((a.place == b.place) == (x == y) for a, b, x, y in zip(found, found[1:], keys, keys[1:], strict=False))


def test_a_quarter_knows_its_months_and_neighbours():
    quarter = Quarter.of(date(2026, 11, 22))
    assert str(quarter) == "2026Q4"
    assert [str(month) for month in quarter.months] == list(MONTHS)
    assert (quarter.next(), quarter.previous()) == (Quarter(2027, 1), Quarter(2026, 3))
    assert Quarter.parse("2026Q4") == quarter
    assert quarter.ends_on == date(2027, 1, 1)


@pytest.mark.parametrize("text", ["2026Q5", "2026-Q1", "26Q1", ""])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(BadQuarter, match="季度"):
        Quarter.parse(text)
