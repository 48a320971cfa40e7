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
from sangyu.dispatch.rules import Firm, Wish

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 10)
WISH = Wish(on=DAY, area="酒泉路街道", item="助浴", skill="助浴", certificate="养老护理员证")
KANGAN = Firm(
    enterprise_id=UUID(int=1),
    name="康安",
    admitted=True,
    state_label="已加盟",
    licence_until=date(2028, 1, 1),
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
        licence_until=st.none() | st.dates(DAY - timedelta(days=2), DAY + timedelta(days=2)),
        in_area=st.booleans(),
        has_item=st.booleans(),
        fit_workers=st.integers(0, 2),
        sent_today=st.integers(0, 5),
        capacity_per_day=st.integers(0, 5),
        distance_m=st.sampled_from([0, 500, 1200, 8000, 20000]),
        score_tenths=st.none() | st.integers(0, 1000),
        refused=st.sampled_from(["", "", "", "路途太远"]),
    ),
    max_size=8,
    unique_by=lambda firm: firm.enterprise_id,
)


@pytest.mark.parametrize(
    ("change", "rule", "word"),
    [
        ({"admitted": False, "state_label": "暂停"}, "ADMITTED", "企业暂停"),
        ({"licence_until": None}, "LICENCE", "没有登记证照"),
        ({"licence_until": DAY}, "LICENCE", "11月10日过期"),
        ({"in_area": False}, "AREA", "酒泉路街道"),
        ({"has_item": False}, "ITEM", "助浴"),
        ({"refused": "路途太远"}, "REFUSED", "路途太远"),
        ({"fit_workers": 0}, "WORKER", "养老护理员证"),
        ({"sent_today": 20}, "CAPACITY", "上限20单"),
    ],
)
def test_each_rule_turns_away_with_its_figure(change, rule, word):
    failed, figure = rules.first_failing(replace(KANGAN, **change), WISH)
    assert failed == rule
    assert word in figure


def test_an_enterprise_that_breaks_nothing_may_go():
    assert rules.first_failing(replace(KANGAN, licence_until=DAY + timedelta(days=1)), WISH) is None


def test_the_first_rule_in_their_order_is_named_when_several_are_broken():
    broken = replace(KANGAN, fit_workers=0, in_area=False, sent_today=99, refused="路途太远")
    assert rules.first_failing(broken, WISH)[0] == "AREA"


def test_an_item_without_skill_asks_only_for_somebody():
    plain = Wish(on=DAY, area="酒泉路街道", item="代购")
    assert rules.first_failing(replace(KANGAN, fit_workers=0), plain) == ("WORKER", "没有在职服务人员")


def test_a_tie_goes_to_the_nearer_then_to_the_smaller_id():
    near = replace(KANGAN, enterprise_id=UUID(int=9), distance_m=100)
    twin = replace(KANGAN, enterprise_id=UUID(int=8), distance_m=100)
    far = replace(KANGAN, enterprise_id=UUID(int=1), distance_m=500)
    ranked = rules.rank([far, near, twin], WISH)
    assert len({verdict.score for verdict in ranked}) == 1
    assert [verdict.enterprise_id.int for verdict in ranked] == [8, 9, 1]


def test_a_better_score_can_outweigh_distance():
    good = replace(KANGAN, enterprise_id=UUID(int=2), distance_m=1500, score_tenths=980)
    poor = replace(KANGAN, enterprise_id=UUID(int=3), distance_m=500, score_tenths=600)
    assert rules.rank([poor, good], WISH)[0].enterprise_id == good.enterprise_id
    only_distance = {"distance": 1, "load": 0, "score": 0}
    assert rules.rank([good, poor], WISH, weights=only_distance)[0].enterprise_id == poor.enterprise_id


@settings(deadline=None, max_examples=60)
@given(firms=firms, chance=st.randoms(use_true_random=False))
def test_the_order_of_the_input_makes_no_difference(firms, chance):
    shuffled = firms[:]
    chance.shuffle(shuffled)
    assert rules.rank(shuffled, WISH) == rules.rank(firms, WISH)


@settings(deadline=None, max_examples=60)
@given(firms=firms)
def test_everyone_is_ranked_or_fails_a_rule_and_is_counted_once(firms):
    verdicts = rules.rank(firms, WISH)
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
    assert all(0 <= term <= 1000 for term in rules.score_terms(firm).values())


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
