"""Who may go and who goes first: the same facts give the same answer, whatever order they come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.dispatch import rules
from sangyu.dispatch.rules import Firm, Need

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 10)
NEED = Need(on=DAY, area="酒泉路街道", item="助浴", skill="助浴", certificate="养老护理员证")
KANGAN = Firm(
    enterprise_id=UUID(int=1),
    name="康安",
    admitted=True,
    state_label="已加盟",
    licences={"营业执照": date(2028, 1, 1)},
    in_area=True,
    has_item=True,
    fit_workers=3,
    sent_today=0,
    capacity_per_day=20,
    distance_m=600,
    score_tenths=900,
)
firms = st.lists(
    st.builds(
        Firm,
        enterprise_id=st.uuids(),
        name=st.just("某家"),
        admitted=st.booleans(),
        state_label=st.just("暂停"),
        licences=st.dictionaries(
            st.sampled_from(["营业执照", "家政服务登记证"]), st.dates(DAY - timedelta(days=2), DAY + timedelta(days=2))
        ),
        in_area=st.booleans(),
        has_item=st.booleans(),
        fit_workers=st.integers(0, 2),
        sent_today=st.integers(0, 5),
        capacity_per_day=st.integers(0, 5),
        distance_m=st.sampled_from([0, 500, 1200, 8000, 20000]),
        score_tenths=st.none() | st.integers(0, 1000),
        refused=st.sampled_from(["", "", "", "路途太远"]),
        wanted=st.sampled_from(["", "赵勤"]),
        share_pm=st.integers(0, 1000),
    ),
    max_size=8,
    unique_by=lambda firm: firm.enterprise_id,
)


@pytest.mark.parametrize(
    ("change", "rule", "word"),
    [
        ({"admitted": False, "state_label": "暂停"}, "ADMITTED", "企业暂停"),
        ({"licences": {}}, "LICENCE", "没有登记证照"),
        ({"licences": {"营业执照": DAY}}, "LICENCE", "营业执照已于2026年11月10日过期"),
        ({"licences": {"营业执照": date(2040, 1, 1), "登记证": DAY}}, "LICENCE", "登记证已于2026年11月10日过期"),
        ({"in_area": False}, "AREA", "酒泉路街道"),
        ({"has_item": False}, "ITEM", "助浴"),
        ({"refused": "路途太远"}, "REFUSED", "路途太远"),
        ({"fit_workers": 0}, "WORKER", "养老护理员证"),
        ({"fit_workers": 0, "unwanted": 2}, "WORKER", "合格的2位人员老人都请换人"),
        ({"sent_today": 20}, "CAPACITY", "上限20单"),
    ],
)
@pytest.mark.proves("LZ-13")
def test_each_rule_turns_away_with_its_figure(change, rule, word):
    failed, figure = rules.first_failing(replace(KANGAN, **change), NEED)
    assert failed == rule
    assert word in figure


def test_an_enterprise_that_breaks_nothing_may_go():
    assert rules.first_failing(replace(KANGAN, licences={"营业执照": DAY + timedelta(days=1)}), NEED) is None


def test_the_first_rule_in_their_order_is_named_when_several_are_broken():
    broken = replace(KANGAN, fit_workers=0, in_area=False, sent_today=99, refused="路途太远")
    assert rules.first_failing(broken, NEED)[0] == "AREA"


def test_an_item_without_skill_asks_only_for_somebody():
    plain = Need(on=DAY, area="酒泉路街道", item="代购")
    assert rules.first_failing(replace(KANGAN, fit_workers=0), plain) == ("WORKER", "没有在职服务人员")


def test_a_tie_goes_to_the_nearer_then_to_the_smaller_id():
    near = replace(KANGAN, enterprise_id=UUID(int=9), distance_m=100)
    twin = replace(KANGAN, enterprise_id=UUID(int=8), distance_m=100)
    far = replace(KANGAN, enterprise_id=UUID(int=1), distance_m=500)
    ranked = rules.rank([far, near, twin], NEED)
    assert len({verdict.score for verdict in ranked}) == 1
    assert [verdict.enterprise_id.int for verdict in ranked] == [8, 9, 1]


def test_a_better_score_can_outweigh_distance():
    good = replace(KANGAN, enterprise_id=UUID(int=2), distance_m=1500, score_tenths=980)
    poor = replace(KANGAN, enterprise_id=UUID(int=3), distance_m=500, score_tenths=600)
    assert rules.rank([poor, good], NEED)[0].enterprise_id == good.enterprise_id
    only_distance = {"distance": 1, "load": 0, "score": 0}
    assert rules.rank([good, poor], NEED, weights=only_distance)[0].enterprise_id == poor.enterprise_id


@settings(deadline=None, max_examples=60)
@given(firms=firms, chance=st.randoms(use_true_random=False))
def test_the_order_of_the_input_makes_no_difference(firms, chance):
    shuffled = firms[:]
    chance.shuffle(shuffled)
    assert rules.rank(shuffled, NEED) == rules.rank(firms, NEED)


@settings(deadline=None, max_examples=60)
@given(firms=firms)
def test_everyone_is_ranked_or_fails_a_rule_and_is_counted_once(firms):
    verdicts = rules.rank(firms, NEED)
    assert {verdict.enterprise_id for verdict in verdicts} == {firm.enterprise_id for firm in firms}
    ranked = [verdict for verdict in verdicts if verdict.rank]
    assert [verdict.rank for verdict in ranked] == list(range(1, len(ranked) + 1))
    assert verdicts[: len(ranked)] == ranked
    assert [verdict.score for verdict in ranked] == sorted((verdict.score for verdict in ranked), reverse=True)
    assert all(bool(verdict.rank) != bool(verdict.failed) and verdict.figure for verdict in verdicts)
    assert sum(rules.counts(verdicts).values()) == len(firms)


@settings(deadline=None, max_examples=60)
@given(distance_m=st.integers(0, 100_000), sent=st.integers(0, 300), capacity=st.integers(0, 300))
def test_a_term_lies_between_nothing_and_a_thousand(distance_m, sent, capacity):
    firm = replace(KANGAN, distance_m=distance_m, sent_today=sent, capacity_per_day=capacity)
    assert all(0 <= term <= 1000 for term in rules.score_terms(firm, NEED).values())


NINE = datetime(2026, 11, 10, 9, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("begins_hour", "ends_hour", "free"),
    [(7, 9, True), (11, 12, True), (8, 10, False), (10, 12, False), (9, 11, False)],
)
def test_a_worker_is_free_right_up_to_the_next_visit(begins_hour, ends_hour, free):
    taken = [(NINE.replace(hour=begins_hour), NINE.replace(hour=ends_hour), "261110-00000001")]
    wanted = (NINE, NINE.replace(hour=11))
    if free:
        rules.ensure_worker_free(name="赵勤", wanted=wanted, taken=taken)
        return
    with pytest.raises(rules.WorkerBusy, match="261110-00000001"):
        rules.ensure_worker_free(name="赵勤", wanted=wanted, taken=taken)


def test_the_enterprise_of_the_wanted_worker_goes_first_and_its_reason_is_named():
    own = replace(KANGAN, enterprise_id=UUID(int=5), distance_m=7000, score_tenths=100, sent_today=19, wanted="赵勤")
    first, second = rules.rank([KANGAN, own], replace(NEED, named=True))
    assert (first.enterprise_id, first.terms["wanted"], second.terms["wanted"]) == (own.enterprise_id, 1000, 0)
    assert first.figure.startswith("老人指名赵勤，距离7.0公里")
    assert "wanted" not in rules.rank([KANGAN], NEED)[0].terms


def test_a_wish_does_not_carry_an_enterprise_over_a_rule():
    lapsed = replace(KANGAN, enterprise_id=UUID(int=5), licences={"营业执照": DAY}, wanted="赵勤")
    assert rules.rank([KANGAN, lapsed], replace(NEED, named=True))[0].enterprise_id == KANGAN.enterprise_id


def test_the_share_of_the_area_is_shown_and_counts_only_where_it_has_a_weight():
    large = replace(KANGAN, enterprise_id=UUID(int=1), share_pm=700)
    small = replace(KANGAN, enterprise_id=UUID(int=2), share_pm=300)
    even = rules.rank([small, large], NEED)
    assert [verdict.enterprise_id.int for verdict in even] == [1, 2]
    assert even[0].terms["share"] == 300
    assert even[0].figure.endswith("本街道本月占70%")
    assert rules.rank([small, large], NEED, weights={**rules.WEIGHTS, "share": 200})[0].enterprise_id.int == 2


@settings(deadline=None, max_examples=60)
@given(firms=firms)
def test_whoever_has_the_wanted_worker_goes_before_who_has_not(firms):
    ranked = [verdict for verdict in rules.rank(firms, replace(NEED, named=True)) if verdict.rank]
    named = [verdict.terms["wanted"] for verdict in ranked]
    scores = [verdict.score for verdict in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(score >= 500 if term else score <= 500 for term, score in zip(named, scores, strict=True))


@settings(deadline=None, max_examples=80)
@given(days=st.lists(st.integers(0, 400), max_size=6))
def test_a_pattern_is_three_elders_within_ninety_days(days):
    noon = datetime(2026, 1, 1, 12, tzinfo=BEIJING)
    said = {UUID(int=n): noon + timedelta(days=day) for n, day in enumerate(days)}
    expected = any(sum(first <= day < first + 90 for day in days) >= 3 for first in days)
    assert rules.is_pattern(said) == expected
