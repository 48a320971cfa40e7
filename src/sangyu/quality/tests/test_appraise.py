"""The month is drafted once for every enterprise: computed items with figures, the others empty."""

from __future__ import annotations

from functools import partial

import pytest
from tests.race import race

from sangyu.providers.models import Enterprise, EnterpriseState
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Appraisal
from sangyu.quality.rules import BadSheet
from sangyu.quality.tests.sheet import CLOSED, appraise


def test_every_admitted_enterprise_gets_a_sheet_that_rests_on_its_month(cast):
    cast.visited(cast.order(days=1), place=None)
    cast.visited(cast.order(days=2))
    assert {row.enterprise for row in appraise(cast)} == {cast.kangan, cast.letter}
    sheet = next(s for s in quality_read.sheets(cast.sun, "2026-11") if s.appraisal.enterprise == cast.kangan)
    proven = next(line for line in sheet.lines if line.item.code == "N3")
    assert (proven.score_tenths, proven.evidence) == (150, "2次中有1次合格")
    sides = [line.item.dimension for line in sheet.lines]
    assert sides == ["enterprise"] * 3 + ["norms"] * 3 + ["quality"] * 2 + ["staff"] * 2


def test_items_scored_by_hand_are_empty_and_so_is_their_side(cast):
    appraise(cast)
    sheet = quality_read.sheets(cast.sun, "2026-11")[0]
    assert [item.name for item in sheet.empty] == ["经营场所与消防", "培训与仪表"]
    assert sheet.scores_tenths == {"enterprise": None, "norms": 1000, "quality": 1000, "staff": None}
    assert sheet.release is sheet.final is None


def test_drafting_again_keeps_the_drafts(cast):
    first = appraise(cast)
    assert appraise(cast, at=CLOSED) == []
    assert {row.drafted_at for row in Appraisal.objects.all()} == {first[0].drafted_at}


def test_who_was_suspended_is_appraised_for_what_it_served(cast):
    cast.visited()
    Enterprise.objects.update(state=EnterpriseState.SUSPENDED)
    assert [row.enterprise for row in appraise(cast)] == [cast.kangan]


def test_a_pack_without_a_sheet_says_what_is_missing(cast, monkeypatch, tmp_path):
    monkeypatch.setattr("sangyu.policy.packs_folder", lambda: tmp_path)
    with pytest.raises(BadSheet, match=r"没有考核表文件appraisal-sheet\.csv"):
        appraise(cast)


def test_sheets_cost_the_same_queries_for_two_enterprises_and_for_six(cast, django_assert_max_num_queries):
    for n in range(3, 7):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n)
    with django_assert_max_num_queries(19):
        assert len(appraise(cast)) == 6


@pytest.mark.django_db(transaction=True)
def test_an_officer_and_the_clock_draft_one_sheet_each_enterprise(cast):
    race(partial(appraise, cast), partial(appraise, cast, by=cast.clock))
    assert Appraisal.objects.count() == 2
