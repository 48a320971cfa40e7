"""An auditor's sample: anyone draws it again, strata are fair, findings are its owner's, rules come out the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import BEIJING, Cast
from tests.owner import past_the_guards
from tests.standing import standing

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.insight import actions as insight
from sangyu.insight import queries as insight_read
from sangyu.insight import rules
from sangyu.insight.models import Draw, DrawnCharge, Finding
from sangyu.kit.errors import NotFound
from sangyu.kit.month import Month
from sangyu.meals.tests.kitchen import Kitchen

AT = datetime(2026, 12, 10, 9, tzinfo=BEIJING)
NOVEMBER = Month(2026, 11)

sizes = st.dictionaries(st.text("甲乙丙丁戊", min_size=1, max_size=2), st.integers(0, 40), min_size=1, max_size=6)


@given(sizes=sizes, n=st.integers(1, 120))
@settings(deadline=None, max_examples=80)
def test_the_quotas_add_up_and_never_ask_for_more_than_there_is(sizes, n):
    parts = rules.quota(sizes, n=n)
    assert sum(parts.values()) == min(n, sum(sizes.values()))
    assert all(0 <= parts[stratum] <= size for stratum, size in sizes.items())
    filled = [stratum for stratum, size in sizes.items() if size]
    if n >= len(filled):
        assert all(parts[stratum] >= 1 for stratum in filled)


@given(seed=st.text(max_size=8), n=st.integers(1, 30))
@settings(deadline=None, max_examples=30)
def test_the_same_seed_draws_the_same_rows_in_whatever_order_they_come(seed, n):
    population = {UUID(int=k): "甲" if k % 3 else "乙" for k in range(40)}
    shuffled = dict(reversed(population.items()))
    assert rules.draw_strata(population, n=n, seed=seed) == rules.draw_strata(shuffled, n=n, seed=seed)


@standing
def month(cast: Cast) -> Cast:
    """November with two visits and two lunches, one of them in the public money of a paid statement."""
    kitchen = Kitchen(cast)
    cast.visited(cast.called_order())
    cast.visited(cast.order(elder=cast.grandpa, hour=14), place=None, door_code="")
    kitchen.sell(cast.li)
    kitchen.sell(cast.grandpa)
    cast.paid(cast.drawn_up(satisfaction=4))
    return cast


def drawn(cast: Cast, *, n: int = 10, seed: str = "蓝", strata: str = "GRADE") -> Draw:
    return insight.draw(month=NOVEMBER, n=n, seed=seed, strata=strata, by=cast.auditor, at=AT)


def test_a_sample_is_drawn_once_and_can_be_drawn_again(month: Cast) -> None:
    first = drawn(month)
    assert drawn(month).pk == first.pk
    assert Draw.objects.count() == 1
    assert (first.n, first.population) == (4, 4)
    assert insight_read.drawn_again(month.auditor, first)
    assert AuditEntry.objects.filter(verb="insight.draw").count() == 1
    assert drawn(month, seed="红", n=2).pk != first.pk


def test_strata_are_enterprises_or_grades(month: Cast) -> None:
    grades = Counter(row.stratum for row in DrawnCharge.objects.filter(draw=drawn(month)))
    assert grades == {"A": 1, "D": 1, "售餐": 2}
    firms = Counter(row.stratum for row in DrawnCharge.objects.filter(draw=drawn(month, strata="ENTERPRISE")))
    assert firms == {"康安": 4}


def test_a_sample_that_cannot_be_drawn_says_why(month: Cast) -> None:
    for n, seed, says in [(0, "1", "最多抽200笔"), (201, "1", "最多抽200笔"), (5, " ", "填写种子")]:
        with pytest.raises((rules.TooLarge, rules.BadLens), match=says):
            drawn(month, n=n, seed=seed)
    with pytest.raises(NotFound, match="还没有计费"):
        insight.draw(month=Month(2026, 10), n=3, seed="1", strata="NONE", by=month.auditor, at=AT)


def test_only_the_auditor_draws_and_finds(month: Cast) -> None:
    row = DrawnCharge.objects.filter(draw=drawn(month)).earliest("n")
    for other in (month.head, month.qian, month.ma):
        with pytest.raises(NotAllowed):
            insight.draw(month=NOVEMBER, n=3, seed="1", strata="NONE", by=other, at=AT)
        with pytest.raises(NotAllowed):
            insight.find(drawn_id=row.pk, code=1, by=other, at=AT)


def test_the_worksheet_says_what_is_proven(month: Cast) -> None:
    rows = {row.drawn.stratum: row for row in insight_read.worksheet(month.auditor, drawn(month))}
    assert rows["A"].facts == (True,) * 6
    assert rows["A"].distance_m == 0
    assert rows["D"].follow_up.satisfaction == 4
    assert rows["A"].money == "已到账"
    assert rows["D"].facts == (True, True, True, False, True, True)
    assert rows["D"].distance_m is None
    assert rows["售餐"].sale_id is not None


def test_the_last_finding_counts_and_a_repeat_adds_none(month: Cast) -> None:
    row = DrawnCharge.objects.filter(draw=drawn(month)).earliest("n")
    insight.find(drawn_id=row.pk, code=2, note="没有定位", by=month.auditor, at=AT)
    insight.find(drawn_id=row.pk, code=2, note="没有定位", by=month.auditor, at=AT)
    assert Finding.objects.count() == 1
    insight.find(drawn_id=row.pk, code=1, by=month.auditor, at=AT)
    rows = insight_read.worksheet(month.auditor, row.draw)
    assert rows[0].finding.code == 1
    assert insight_read.tally(rows) == {1: 1, 0: 3}


def test_a_finding_needs_one_of_five_codes_and_an_own_row(month: Cast) -> None:
    row = DrawnCharge.objects.filter(draw=drawn(month)).earliest("n")
    with pytest.raises(rules.UnknownCode, match="1 无问题"):
        insight.find(drawn_id=row.pk, code=6, by=month.auditor, at=AT)
    colleague = month.user(month.bureau, "auditor2", "严明", "AUDITOR")
    with pytest.raises(rules.NotDrawn, match="不在您抽的样本里"):
        insight.find(drawn_id=row.pk, code=1, by=colleague, at=AT)


def test_a_sound_sample_comes_out_the_same(month: Cast) -> None:
    rows = insight_read.worksheet(month.auditor, drawn(month))
    again = insight_read.recompute(month.auditor, rows)
    assert [one.differs_in for one in again] == [()] * 4
    assert {one.net_fen for one in again if one.row.line} == {one.row.line.net_fen for one in again if one.row.line}
    assert any(one.same["net"] for one in again)


FORGERIES = {
    "各方承担": "UPDATE benefits_chargeshare SET amount_fen = amount_fen + 1 WHERE payer = 'elder'",
    "考核扣减": "UPDATE settlement_line SET net_fen = net_fen - 1, deducted_fen = deducted_fen + 1 WHERE net_fen > 0",
    "政策裁定": "UPDATE benefits_charge SET decisions = jsonb_set(decisions, '{0,row}', '99')",
    "应否结算": "UPDATE quality_followup SET happened = false",
}


@pytest.mark.django_db(transaction=True)
def test_a_figure_changed_behind_the_verbs_is_found(month: Cast) -> None:
    sample = drawn(month)
    with past_the_guards() as owner:
        for check, forgery in FORGERIES.items():
            assert owner.execute(forgery).rowcount, forgery
            again = insight_read.recompute(month.auditor, insight_read.worksheet(month.auditor, sample))
            assert check in {name for one in again for name in one.differs_in}, check


def test_a_worksheet_asks_the_same_number_of_questions_however_large(month: Cast) -> None:
    def asked(n: int) -> int:
        sample = drawn(month, n=n, strata="NONE")
        with CaptureQueriesContext(connection) as queries:
            insight_read.recompute(month.auditor, insight_read.worksheet(month.auditor, sample))
        return len(queries)

    whole = asked(4)
    for k in range(4):
        month.at = datetime(2026, 11, 20 + k, 9, tzinfo=BEIJING)
        month.visited(month.order())
    assert asked(8) == whole
