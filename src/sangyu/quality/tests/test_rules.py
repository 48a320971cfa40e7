"""A sample that anyone can draw again, and a sheet that adds up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import packs_folder
from sangyu.policy.lists import KNOWN
from sangyu.quality import rules
from sangyu.quality.rules import BadSheet, Month

CHENGGUAN = (packs_folder() / "lanzhou-chengguan" / "appraisal-sheet.csv").read_text(encoding="utf-8-sig").splitlines()
SHEET = rules.read_definitions("\n".join(CHENGGUAN))
orders = st.lists(st.uuids(), max_size=40, unique=True)
GOOD = Month(
    licence_days_missing=0,
    officers_missing=0,
    sent=10,
    answered_in_time=10,
    visits=10,
    punctual=10,
    proven=10,
    reached=4,
    satisfaction_sum=20,
    complaints=0,
    certificates=2,
    certificates_valid=2,
)


@settings(deadline=None, max_examples=60)
@given(orders=orders, due=st.integers(0, 50), chance=st.randoms(use_true_random=False))
@pytest.mark.proves("LZ-16")
def test_the_sample_has_its_size_and_does_not_depend_on_the_order_of_the_list(orders, due, chance):
    shuffled = orders[:]
    chance.shuffle(shuffled)
    drawn = rules.draw(orders, due=due, seed="城关:2026-11-10")
    assert drawn == rules.draw(shuffled, due=due, seed="城关:2026-11-10")
    assert len(drawn) == min(due, len(orders))
    assert set(drawn) <= set(orders)


@settings(deadline=None, max_examples=60)
@given(orders=orders, due=st.integers(0, 40))
def test_a_larger_share_only_adds_to_the_sample(orders, due):
    assert rules.draw(orders, due=due + 1, seed="s")[:due] == rules.draw(orders, due=due, seed="s")


def test_another_day_draws_others():
    from uuid import UUID

    field = [UUID(int=n) for n in range(200)]
    drawn = {tuple(rules.draw(field, due=10, seed=f"城关:2026-11-{day:02d}")) for day in range(1, 31)}
    assert len(drawn) == 30
    hits = Counter(order for sample in drawn for order in sample)
    assert max(hits.values()) < 10


def drafted(month):
    """The computed items of the sheet of Chengguan."""
    return [item for item in rules.sheet(SHEET, month) if item.how == rules.COMPUTED]


def scores(month):
    return {item.code: item.score_tenths for item in drafted(month)}


def test_a_faultless_month_leaves_only_the_items_by_hand_open():
    items = rules.sheet(SHEET, GOOD)
    assert [item.code for item in items if item.score_tenths is None] == ["E3", "S2"]
    assert all(item.score_tenths == item.full_tenths for item in items if item.how == rules.COMPUTED)


def test_a_dimension_with_an_empty_item_has_no_score():
    items = rules.sheet(SHEET, GOOD)
    found = rules.dimension_scores([(item.dimension, item.score_tenths) for item in items])
    assert found == {"enterprise": None, "norms": 1000, "quality": 1000, "staff": None}
    full = rules.dimension_scores([(item.dimension, item.full_tenths) for item in items])
    assert set(full.values()) == {1000}


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("enterprise,E1,证照有效,50,computed,", "合计 110 分"),
        ("enterprise,E9,看得见的项,40,computed,", "没有自动算法"),
        ("enterprise,E2,证照有效,40,computed,", "编号“E2”已写在第"),
        ("enterprise,E1,证照有效,四十,computed,", "满分“四十”应为"),
        ("enterprise,E1,证照有效,40,guessed,", "评分方式“guessed”应为"),
    ],
)
def test_a_sheet_that_does_not_hold_together_is_refused_with_its_fault(line, word):
    with pytest.raises(BadSheet, match=word):
        rules.read_definitions("\n".join(line if row.startswith("enterprise,E1,") else row for row in CHENGGUAN))


def test_every_item_that_a_sheet_may_have_computed_can_be_computed():
    items = rules.sheet([rules.Definition("staff", code, code, 100, rules.COMPUTED, "") for code in KNOWN], GOOD)
    assert [item.code for item in items if item.score_tenths is None] == []


def test_rows_without_a_word_as_a_spreadsheet_leaves_them_are_no_items():
    header, explained, *items = CHENGGUAN
    with_gaps = [",,,,,", header, explained, ",,,,,", *items, ",,,,,", ",,,,,"]
    assert rules.read_definitions("\n".join(with_gaps)) == SHEET


def test_a_month_without_work_deducts_nothing_and_says_so():
    idle = Month(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert all(item.score_tenths == item.full_tenths for item in drafted(idle))
    assert "没有接通的回访" in next(item.evidence for item in drafted(idle) if item.code == "Q1")


@pytest.mark.parametrize(
    ("change", "code", "score"),
    [
        ({"licence_days_missing": 1}, "E1", 0),
        ({"officers_missing": 1}, "E2", 100),
        ({"officers_missing": 2}, "E2", 0),
        ({"answered_in_time": 9}, "N1", 360),
        ({"punctual": 5}, "N2", 150),
        ({"proven": 0}, "N3", 0),
        ({"satisfaction_sum": 10}, "Q1", 350),
        ({"complaints": 1}, "Q2", 200),
        ({"complaints": 4}, "Q2", 0),
        ({"certificates_valid": 1}, "S1", 300),
    ],
)
def test_each_shortcoming_costs_its_own_item_only(change, code, score):
    before, after = scores(GOOD), scores(replace(GOOD, **change))
    assert after == {**before, code: score}


@st.composite
def some_month(draw):
    def part(of):
        return draw(st.integers(0, of))

    sent, visits, reached, certificates = (draw(st.integers(0, 50)) for _ in range(4))
    return Month(
        licence_days_missing=draw(st.integers(0, 31)),
        officers_missing=draw(st.integers(0, 2)),
        sent=sent,
        answered_in_time=part(sent),
        visits=visits,
        punctual=part(visits),
        proven=part(visits),
        reached=reached,
        satisfaction_sum=sum(draw(st.integers(1, 5)) for _ in range(reached)),
        complaints=part(reached),
        certificates=certificates,
        certificates_valid=part(certificates),
    )


@settings(deadline=None, max_examples=60)
@given(month=some_month())
def test_no_score_is_below_nothing_or_above_full(month):
    items = drafted(month)
    assert all(0 <= item.score_tenths <= item.full_tenths for item in items)
    assert all(item.evidence for item in items)
