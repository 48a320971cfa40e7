"""What Xiashan's care-dependent elders are given and how it is watched, worked out by hand from its own figures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

XIASHAN = City("weifang-xiashan", "2021-03-10")
HOURS = {  # the text says 10-60 a month and leaves the matrix open
    "extreme_poor": {"mild": 24, "moderate": 40, "severe": 60},
    "dibao": {"mild": 18, "moderate": 28, "severe": 42},
    "other": {"mild": 10, "moderate": 14, "severe": 22},
}


def resident(*identities: str, level: str = "severe", **facts: Any) -> dict[str, Any]:
    """An elder of 75 in an institution, whose nursing costs 2,400 yuan, but for what is said."""
    return {"age": 75, "identities": list(identities), "ability_level": level, "price_fen": 2_400_00, **facts}


def at_home(*identities: str, level: str = "severe", **facts: Any) -> dict[str, Any]:
    given = {"age": 75, "identities": list(identities), "ability_level": level, "mode": "home"}
    return {**given, "parameters": {"hours_matrix": HOURS}, **facts}


def shared(government_fen: int, elder_fen: int) -> dict[str, int]:
    return {"government": government_fen, "elder": elder_fen}


@pytest.mark.proves("XS-28", "XS-29", "XS-30", "XS-31", "XS-32", "XS-33", "XS-34", "XS-35", "XS-36")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    care = ("institution-share", "home-hours", "home-hours-band", "sign-in", "quarterly-checkup")
    norms = ("carer-radius", "villages-per-carer", "companies-per-street", "funding-waterfall")
    assert XIASHAN.failing_examples(*care, *norms) == []


@pytest.mark.proves("XS-28")
@rows(
    (resident("extreme_poor"), shared(2_400_00, 0)),
    (resident("extreme_poor", level="moderate"), shared(2_400_00, 0)),
    (resident("extreme_poor", level="mild"), shared(2_400_00, 0)),
    (resident("extreme_poor", level="mild", parameters={"level_needed": "moderate"}), shared(0, 2_400_00)),
    (resident("dibao", "extreme_poor"), shared(2_400_00, 0)),
    (resident("extreme_poor", other_cost_fen=1_200_00), shared(2_400_00, 1_200_00)),  # 护理费用, not bed and board
    (resident("extreme_poor", other_cost_fen=1_200_00, parameters={"cost_base": "all"}), shared(3_600_00, 0)),
    (resident("extreme_poor", level="none"), shared(0, 2_400_00)),
    (resident("extreme_poor", age=59), shared(0, 2_400_00)),
    (resident("extreme_poor", on="2017-05-31"), "not_in_force"),  # the policy is of June 2017
)
def test_the_government_pays_all_nursing_of_the_extremely_poor(facts: dict, expected: Any) -> None:
    assert XIASHAN.shares("institution-share", facts) == expected


@pytest.mark.proves("XS-29")
@rows(
    (resident("dibao"), shared(1_920_00, 480_00)),
    (resident("dibao", level="moderate"), shared(1_920_00, 480_00)),
    (resident("dibao", level="mild"), shared(1_920_00, 480_00)),
    (resident("dibao", level="mild", parameters={"level_needed": "moderate"}), shared(0, 2_400_00)),
    (resident("dibao", price_fen=3), shared(2, 1)),  # 2.4 and 0.6: no fen is lost
    (resident("dibao", other_cost_fen=1_200_00), shared(1_920_00, 1_680_00)),
    (resident("dibao", other_cost_fen=1_200_00, parameters={"cost_base": "all"}), shared(2_880_00, 720_00)),
    (resident("dibao_edge", level="mild"), shared(0, 2_400_00)),
    (resident("dibao_edge", parameters={"group_80_identities": ["dibao", "dibao_edge"]}), shared(1_920_00, 480_00)),
    (resident("dibao", level="none"), shared(0, 2_400_00)),
    (resident("dibao", age=59), shared(0, 2_400_00)),
)
def test_the_government_pays_80_per_cent_for_dibao(facts: dict, expected: Any) -> None:
    assert XIASHAN.shares("institution-share", facts) == expected


@pytest.mark.proves("XS-30")
@rows(
    (resident(), shared(720_00, 1_680_00)),
    (resident(level="moderate"), shared(720_00, 1_680_00)),
    (resident(level="mild"), shared(0, 2_400_00)),
    (resident(level="none"), shared(0, 2_400_00)),
    (resident(price_fen=5), shared(2, 3)),  # 1.5 and 3.5: a half fen is the government's
    (resident(age=59), shared(0, 2_400_00)),
    (resident(age=60), shared(720_00, 1_680_00)),
    (resident(other_cost_fen=1_200_00), shared(720_00, 2_880_00)),
    ({"age": 75, "ability_level": "severe", "price_fen": 2_400_00}, "needs_fact identities"),
    ({"age": 75, "identities": [], "price_fen": 2_400_00}, "needs_fact ability_level"),
    ({"identities": [], "ability_level": "severe", "price_fen": 2_400_00}, "needs_fact age"),
    ({"age": 75, "identities": [], "ability_level": "severe"}, "needs_fact price_fen"),
)
def test_the_government_pays_30_per_cent_for_others_of_moderate_disability_or_worse(facts: dict, expected: Any) -> None:
    assert XIASHAN.shares("institution-share", facts) == expected


@pytest.mark.proves("XS-31")
@rows(
    *(
        (at_home(*([] if group == "other" else [group]), level=level), hours)
        for group, levels in HOURS.items()
        for level, hours in levels.items()
    ),
    (at_home("dibao", "extreme_poor"), 60),  # one allowance, the longer
    (at_home(level="none"), 0),
    (at_home(mode="institution"), 0),  # one form of care, not both
    (at_home(age=59), 0),
    (at_home(age=60), 22),
    (at_home(parameters={}), "needs_parameter hours_matrix"),
    (at_home("dibao", parameters={"hours_matrix": {"other": {"severe": 22}}}), "needs_parameter hours_matrix"),
    (at_home("dibao", level="none"), 0),
)
def test_free_hours_at_home_follow_identity_and_level_by_a_matrix_that_must_be_set(facts: dict, expected: Any) -> None:
    assert XIASHAN.told("hours", "home-hours", facts) == expected


@pytest.mark.proves("XS-31")
@pytest.mark.parametrize("fact", ["age", "mode", "ability_level", "identities"])
def test_hours_are_not_given_before_all_is_known(fact: str) -> None:
    facts = {name: value for name, value in at_home().items() if name != fact}
    assert XIASHAN.told("hours", "home-hours", facts) == f"needs_fact {fact}"


@pytest.mark.proves("XS-31")
@rows(
    ({"hours_month": 9}, "fail"),
    ({"hours_month": 10}, "pass"),
    ({"hours_month": 60}, "pass"),
    ({"hours_month": 61}, "fail"),
)
def test_a_month_has_ten_to_sixty_free_hours(facts: dict, expected: str) -> None:
    assert XIASHAN.result("home-hours-band", facts) == expected


@pytest.mark.proves("XS-32")
@rows(
    ({"count": 0}, "fail"),
    ({"count": 1}, "pass"),
    ({"count": 3}, "pass"),
    ({"count": 4}, "fail"),
    ({}, "needs_fact count"),
)
def test_a_carer_has_one_to_three_villages(facts: dict, expected: str) -> None:
    assert XIASHAN.result("villages-per-carer", facts) == expected


@pytest.mark.proves("XS-32")
@rows(
    ({"distance_m": 0}, "pass"),
    ({"distance_m": 3_000}, "pass"),  # 不超过 includes the figure
    ({"distance_m": 3_001}, "fail"),
    ({}, "needs_fact distance_m"),
)
def test_and_works_within_three_kilometres(facts: dict, expected: str) -> None:
    assert XIASHAN.result("carer-radius", facts) == expected


@pytest.mark.proves("XS-33")
@rows(
    ({"count": 0}, "fail"),
    ({"count": 1}, "pass"),
    ({"count": 2}, "pass"),
    ({"count": 3}, "fail"),
    ({}, "needs_fact count"),
)
def test_a_street_has_one_or_two_companies(facts: dict, expected: str) -> None:
    assert XIASHAN.result("companies-per-street", facts) == expected


@pytest.mark.proves("XS-34")
@rows(
    ({"events": ["2021-03-01", "2021-03-31"]}, (2, 2, 0)),
    ({"events": ["2021-03-02"]}, (2, 1, 1)),
    ({"events": []}, (2, 0, 2)),
    ({"events": ["2021-02-28", "2021-04-01"]}, (2, 0, 2)),  # other months do not count
    ({"events": ["2021-03-02", "2021-03-02"]}, (2, 1, 1)),  # one day proves one presence
    ({"events": ["2021-03-02", "2021-03-02"], "parameters": {"same_day_twice": "two"}}, (2, 2, 0)),
    ({"events": ["2021-03-02", "2021-03-09", "2021-03-16"]}, (2, 2, 0)),
    ({"since": "2021-03-02", "events": ["2021-03-31"]}, (1, 1, 0)),  # moved in within the month
    ({"since": "2021-03-01", "events": ["2021-03-31"]}, (2, 1, 1)),
    ({"since": "2021-03-02", "events": ["2021-03-31"], "parameters": {"part_month_due": 2}}, (2, 1, 1)),
    ({"on": "2021-03-30", "events": []}, (0, 0, 0)),  # the month is not over
)
def test_a_resident_signs_in_twice_a_month(facts: dict, expected: tuple[int, int, int]) -> None:
    decision = XIASHAN.decide("sign-in", {"on": "2021-03-31", "since": "2020-11-05", **facts})
    assert (decision.due, decision.done, decision.overdue) == expected


@pytest.mark.proves("XS-34")
def test_without_the_record_of_sign_ins_nothing_is_said_to_be_missing() -> None:
    assert XIASHAN.told("overdue", "sign-in", {"on": "2021-03-31", "since": "2020-11-05"}) == "needs_fact events"
    assert XIASHAN.told("overdue", "sign-in", {"on": "2021-03-31", "events": []}) == "needs_fact since"


@pytest.mark.proves("XS-35")
@rows(
    ({"events": ["2020-01-02", "2020-06-30", "2020-07-01", "2020-12-31"]}, (4, 4, ())),
    ({"events": ["2020-01-02", "2020-02-03", "2020-07-01", "2020-12-31"]}, (4, 3, ("2020Q2",))),  # two are not for two
    ({"events": []}, (4, 0, ("2020Q1", "2020Q2", "2020Q3", "2020Q4"))),
    ({"on": "2020-03-30", "events": []}, (0, 0, ())),  # the first quarter is not over
    ({"since": "2020-08-15", "events": ["2020-12-31"]}, (2, 1, ("2020Q3",))),
)
def test_a_check_up_every_quarter(facts: dict, expected: tuple) -> None:
    decision = XIASHAN.decide("quarterly-checkup", {"on": "2021-01-10", "since": "2020-01-01", **facts})
    assert (decision.due, decision.done, decision.overdue_periods) == expected


@pytest.mark.proves("XS-35")
def test_without_the_record_of_check_ups_no_quarter_is_said_to_be_done() -> None:
    assert XIASHAN.told("done", "quarterly-checkup", {"since": "2020-01-01"}) == "needs_fact events"


@pytest.mark.proves("XS-36")
@rows(
    ({"higher_fen": 300, "charity_fen": 200}, (300, 200, 400)),
    ({"higher_fen": 0, "charity_fen": 0}, (0, 0, 900)),  # 不足部分由区财政全部承担
    ({"higher_fen": 300, "charity_fen": 600}, (300, 600, 0)),
    ({"higher_fen": 300, "charity_fen": 5_000}, (300, 600, 0)),
    ({"higher_fen": 899, "charity_fen": 0}, (899, 0, 1)),
    ({"higher_fen": 900}, (900, 0, 0)),
    ({"higher_fen": 5_000}, (900, 0, 0)),
    ({"higher_fen": 300, "parameters": {"charity_order": "not_used"}}, (300, 0, 600)),
    ({"higher_fen": 300}, "needs_fact charity_fen"),
    ({"charity_fen": 200}, "needs_fact higher_fen"),
)
def test_higher_money_comes_first_then_charity_and_the_district_pays_the_rest(facts: dict, expected: Any) -> None:
    if isinstance(expected, tuple):
        expected = dict(zip(("government", "society", "district"), expected, strict=True))
    assert XIASHAN.shares("funding-waterfall", {"price_fen": 900, **facts}) == expected
