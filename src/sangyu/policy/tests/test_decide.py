"""Deciding: what is missing is asked for only when it decides, and every answer says where it stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sangyu.policy import BadAnswer, BadFact, BadParameter, Decision, UnknownPack, UnknownRule, decide, load

CHENGGUAN = "lanzhou-chengguan"
DAY = date(2018, 3, 6)
LUNCH: dict[str, Any] = {
    "registered": True,
    "meal": "lunch",
    "nth_of_day": 1,
    "place": "contracted_canteen",
    "mode": "dine_in",
    "price_fen": 1500,
    "identities": [],
    "age": 76,
}


def lunch(**changes: Any) -> Decision:
    facts = {name: value for name, value in {**LUNCH, **changes}.items() if value is not ...}
    return decide(CHENGGUAN, "lunch-subsidy", facts, on=DAY)


def test_answer_says_why_from_where_and_on_what() -> None:
    decision = lunch()
    assert decision.shares_fen == {"elder": 500, "government": 1000}
    assert decision.because == "年满75周岁，午餐标准15元，政府补贴10元，自付5元"
    assert (decision.version, decision.row) == ("2014-10-01..", 12)
    assert decision.source is not None
    assert decision.source.locator == "分别给予餐厅每餐9元、10元补贴"
    assert decision.facts_used["age"] == 76
    assert decision.parameters_used["meals_per_day"] == 1


@pytest.mark.parametrize("name", ["age", "identities", "registered", "place", "meal", "nth_of_day", "price_fen"])
def test_missing_fact_that_decides_is_asked_for(name: str) -> None:
    decision = lunch(**{name: ...})
    assert (decision.outcome, decision.missing, decision.shares_fen) == ("needs_fact", name, None)


def test_fact_without_influence_is_not_asked_for() -> None:
    assert lunch(mode=...).decided
    assert lunch(registered=False, age=..., identities=...).shares_fen == {"elder": 1500, "government": 0}
    assert lunch(meal="dinner", age=..., identities=..., registered=...).shares_fen == {"elder": 1500, "government": 0}


def test_unknown_row_with_the_same_answer_does_not_hold_up() -> None:
    decision = lunch(age=60, registered=...)
    assert decision.shares_fen == {"elder": 1500, "government": 0}
    assert decision.row == 14, "the row that is certain is named, not the one that is only possible"


def test_null_is_unknown_and_an_empty_list_is_none() -> None:
    assert lunch(identities=None).missing == "identities"
    assert lunch(identities=[]).decided


def test_version_follows_the_day_of_service() -> None:
    assert decide(CHENGGUAN, "meal-entry", {"age": 60}, on=date(2014, 9, 30)).ground == "age_60"
    assert decide(CHENGGUAN, "meal-entry", {"age": 60}, on=date(2014, 10, 1)).eligible is False
    early = decide(CHENGGUAN, "canteen-day", {"on": "2014-09-30", "price_fen": 1500, "counts": {}})
    assert early.outcome == "not_in_force"
    assert "2014年10月1日起" in early.because


def test_day_in_the_call_wins_over_the_day_in_the_facts() -> None:
    assert decide(CHENGGUAN, "meal-entry", {"age": 60, "on": "2014-10-01"}, on=date(2014, 9, 30)).eligible is True
    assert decide(CHENGGUAN, "meal-entry", {"age": 60}).missing == "on"


def test_parameter_has_no_default_and_a_reading_has_one() -> None:
    facts: dict[str, Any] = {"minutes": 10, "call_to": "other"}
    assert decide(CHENGGUAN, "call-charge", facts, on=DAY).missing == "tariff_fen_per_minute"
    configured = {"tariff_fen_per_minute": 20}
    assert decide(CHENGGUAN, "call-charge", facts, on=DAY, parameters=configured).amount_fen == 200
    facts["parameters"] = {"tariff_fen_per_minute": 30}
    assert decide(CHENGGUAN, "call-charge", facts, on=DAY, parameters=configured).amount_fen == 300


def test_zero_times_an_unset_rate_needs_no_rate() -> None:
    assert decide(CHENGGUAN, "call-charge", {"minutes": 0, "call_to": "other"}, on=DAY).amount_fen == 0


def test_reading_outside_its_values_is_refused() -> None:
    with pytest.raises(BadParameter, match="每日补贴的餐数"):
        lunch(parameters={"meals_per_day": 3})
    with pytest.raises(BadParameter, match="tariff_fen_per_minute"):
        decide(CHENGGUAN, "call-charge", {"minutes": 1, "call_to": "other"}, DAY, {"tariff_fen_per_minute": 0.5})


@pytest.mark.parametrize(
    ("name", "value"),
    [("age", 70.5), ("age", True), ("price_fen", "1500"), ("meal", "brunch"), ("identities", "three_no")],
)
def test_fact_of_the_wrong_kind_is_refused_not_bent(name: str, value: object) -> None:
    with pytest.raises(BadFact, match=name):
        lunch(**{name: value})


def test_fact_that_the_rule_does_not_read_does_not_disturb() -> None:
    assert lunch(counts="nonsense", unheard_of=object()).decided


def test_derived_fact_given_wins_and_another_citys_code_does_not_count() -> None:
    facts: dict[str, Any] = {"price_fen": 800, "identities": []}
    assert decide(CHENGGUAN, "domestic-service", {**facts, "service_class": "A"}, on=DAY).row == 3
    assert decide(CHENGGUAN, "domestic-service", {**facts, "home_service_class": "B"}, on=DAY).row == 4
    assert decide(CHENGGUAN, "domestic-service", {**facts, "service_class": "low_paid"}, on=DAY).row == 5
    for strange in ("E", ["B"], {"B": 1}, 3):
        with pytest.raises(BadFact, match=r"service_class.*可用：A"):
            decide(CHENGGUAN, "domestic-service", {**facts, "service_class": strange}, on=DAY)


def test_missing_fact_behind_a_derived_one_is_named_itself() -> None:
    assert decide(CHENGGUAN, "domestic-service", {"price_fen": 800}, on=DAY).missing == "identities"


def test_refusal_says_what_is_lacking_and_when_it_changes() -> None:
    decision = decide(CHENGGUAN, "registration", {"lives_in_area": True, "birth_date": "1953-04-18"}, on=DAY)
    assert (decision.lacking, decision.changes_on) == ("age", date(2018, 4, 18))
    assert decision.because == "暂不能登记入院：还差43天满65周岁，2018年4月18日起符合"
    by_age = decide(CHENGGUAN, "registration", {"lives_in_area": True, "age": 64}, on=DAY)
    assert (by_age.lacking, by_age.changes_on) == ("age", None)
    assert by_age.because == "暂不能登记入院：现年64周岁，须满65周岁"


def test_change_looks_through_later_versions() -> None:
    facts = {"birth_date": "1954-10-01"}
    assert decide(CHENGGUAN, "meal-entry", facts, on=date(2014, 9, 30)).changes_on == date(2019, 10, 1)


def test_birth_after_the_day_is_refused() -> None:
    with pytest.raises(BadFact, match="晚于"):
        decide(CHENGGUAN, "meal-entry", {"birth_date": "2019-01-01"}, on=DAY)


def test_group_that_the_table_does_not_count_is_never_dropped() -> None:
    with pytest.raises(BadFact, match="age_60_64"):
        decide(CHENGGUAN, "canteen-day", {"price_fen": 1500, "counts": {"age_60_64": 3}}, on=DAY)


def test_code_outside_the_rule_is_a_gap_not_a_guess() -> None:
    with pytest.raises(BadAnswer, match=r"appraisal-cycle\.csv"):
        decide(CHENGGUAN, "appraisal-cycle", {"category": "domestic", "since": "2018-01-01", "events": []}, on=DAY)


def test_unknown_pack_and_rule_name_what_there_is() -> None:
    with pytest.raises(UnknownPack, match=CHENGGUAN):
        load("atlantis")
    with pytest.raises(UnknownRule, match="registration"):
        decide(CHENGGUAN, "no-such-rule", {}, on=DAY)


@pytest.mark.parametrize(
    "decision",
    [
        lunch(),
        lunch(age=...),
        decide(CHENGGUAN, "registration", {"lives_in_area": True, "birth_date": "1953-04-18"}, on=DAY),
        decide(CHENGGUAN, "appraisal-cycle", {"category": "month", "since": "2018-01-01", "events": []}, on=DAY),
    ],
    ids=lambda decision: f"{decision.rule}-{decision.outcome}",
)
def test_stored_decision_is_read_back_equal(decision: Decision) -> None:
    import json

    assert Decision.from_json(json.loads(json.dumps(decision.to_json()))) == decision


def test_offer_names_the_rules_of_an_order() -> None:
    pack = load(CHENGGUAN)
    household = pack.offers["household"]
    assert (household.price, household.split, household.account) == (
        "platform-price",
        "domestic-service",
        "class-b-credit",
    )
    assert household.account_when == {"service_class": "B"}
    assert pack.offers["lunch"].split == "lunch-subsidy"
    assert pack.offers["safety_health"].split == "safety-health-service"
    assert pack.funds[household.fund].title == "城关区虚拟养老院服务补贴"
