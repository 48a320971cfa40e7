"""What Taiyuan pays for purchased services, beds and running costs, worked out by hand from the report of 2020."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

TAIYUAN = City("taiyuan", "2020-07-15")
NEEDY = {"age": 72, "identities": ["needy"]}


@pytest.mark.proves("TY-23", "TY-24", "TY-25", "TY-26")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    rules = ("purchase-object", "purchase-quota", "purchase-year", "build-grant", "operating-grant")
    assert TAIYUAN.failing_examples(*rules) == []


@pytest.mark.proves("TY-23")
@rows(
    ({"age": 60, "identities": ["needy"]}, "needy"),
    ({"age": 60, "identities": ["three_no"]}, "three_no"),
    ({"age": 60, "identities": ["lost_only_child"]}, "lost_only_child"),
    ({"age": 60, "identities": ["living_alone"]}, "alone_or_empty_nest"),
    ({"age": 60, "identities": ["empty_nest"]}, "alone_or_empty_nest"),
    ({"age": 60, "identities": ["empty_nest"], "parameters": {"alone_empty_nest": "both"}}, None),
    (
        {"age": 60, "identities": ["living_alone", "empty_nest"], "parameters": {"alone_empty_nest": "both"}},
        "alone_or_empty_nest",
    ),
    ({"age": 85, "identities": []}, None),
    ({"age": 59, "identities": ["needy"]}, None),
    ({"birth_date": "1960-07-15", "identities": ["needy"]}, "needy"),  # 60 today
    ({"birth_date": "1960-07-16", "identities": ["needy"]}, None),
    ({"age": 60}, "needs_fact identities"),
    ({"identities": ["needy"]}, "needs_fact age"),
)
def test_the_subsidy_is_for_four_groups_of_elders(facts: dict, expected: Any) -> None:
    assert TAIYUAN.ground("purchase-object", facts) == expected


@pytest.mark.proves("TY-23")
@rows(
    ({**NEEDY, "used_before_fen": 0, "price_fen": 30_00}, (30_00, 0, 70_00)),
    ({**NEEDY, "used_before_fen": 70_00, "price_fen": 30_00}, (30_00, 0, 0)),
    ({**NEEDY, "used_before_fen": 70_00, "price_fen": 30_01}, (30_00, 1, 0)),  # the elder pays what is beyond
    ({**NEEDY, "used_before_fen": 100_00, "price_fen": 30_00}, (0, 30_00, 0)),
    ({**NEEDY, "used_before_fen": 0, "price_fen": 130_00, "left_last_period_fen": 50_00}, (100_00, 30_00, 0)),
    ({"age": 72, "identities": [], "price_fen": 30_00, "used_before_fen": 0}, (0, 30_00, 0)),
)
def test_a_hundred_yuan_a_month_pay_for_services_and_do_not_carry_over(facts: dict, expected: tuple) -> None:
    decision = TAIYUAN.decide("purchase-quota", facts)
    shares = decision.shares_fen or {}
    assert (shares["government"], shares["elder"], decision.balance_fen or 0) == expected


@pytest.mark.proves("TY-23")
@rows(
    (NEEDY, 1_200_00),  # 12 x 100
    ({**NEEDY, "since": "2019-12-31"}, 1_200_00),
    ({**NEEDY, "since": "2020-01-01"}, 1_200_00),
    ({**NEEDY, "since": "2020-07-31"}, 600_00),  # July to December
    ({**NEEDY, "since": "2020-12-01"}, 100_00),
    ({**NEEDY, "since": "2021-01-01"}, 0),
    ({"age": 72, "identities": []}, 0),
    ({"age": 72}, "needs_fact identities"),
)
def test_a_year_of_it_is_1200_yuan(facts: dict, expected: Any) -> None:
    assert TAIYUAN.amount("purchase-year", facts) == expected


@pytest.mark.proves("TY-23")
def test_what_was_used_this_month_must_be_known() -> None:
    assert TAIYUAN.shares("purchase-quota", {**NEEDY, "price_fen": 30_00}) == "needs_fact used_before_fen"


@pytest.mark.proves("TY-24")
@rows(
    ({"beds": 1, "beds_granted_before": 0}, 9_000_00),
    ({"beds": 20, "beds_granted_before": 0}, 180_000_00),
    ({"beds": 20, "beds_granted_before": 20}, 0),  # 一次性: no bed twice
    ({"beds": 36, "beds_granted_before": 20}, 144_000_00),  # 16 new ones
    ({"beds": 15, "beds_granted_before": 20}, 0),  # nothing is taken back
    ({"beds": 0}, 0),
    ({"beds": 20}, "needs_fact beds_granted_before"),
    ({"beds_granted_before": 20}, "needs_fact beds"),
)
def test_a_bed_has_a_build_grant_of_9000_yuan_once(facts: dict, expected: Any) -> None:
    assert TAIYUAN.amount("build-grant", facts) == expected


@pytest.mark.proves("TY-25")
@rows(
    ({"assessed_fen": 99_999_99}, 99_999_99),
    ({"assessed_fen": 100_000_00}, 100_000_00),
    ({"assessed_fen": 100_000_01}, 100_000_00),
    ({"assessed_fen": 250_000_00}, 100_000_00),
    ({"assessed_fen": 0}, 0),
    ({}, "needs_fact assessed_fen"),  # 最高: the cap is not the grant
)
def test_a_centre_has_at_most_100_000_yuan_a_year(facts: dict, expected: Any) -> None:
    assert TAIYUAN.amount("operating-grant", {"facility_type": "centre", **facts}) == expected


@pytest.mark.proves("TY-26")
@rows(
    ({"assessed_fen": 49_999_99}, 49_999_99),
    ({"assessed_fen": 50_000_00}, 50_000_00),
    ({"assessed_fen": 50_000_01}, 50_000_00),
    ({"assessed_fen": 100_000_00}, 50_000_00),  # never the cap of a centre
    ({"assessed_fen": 0}, 0),
    ({}, "needs_fact assessed_fen"),
)
def test_day_care_has_at_most_50_000_yuan_a_year(facts: dict, expected: Any) -> None:
    assert TAIYUAN.amount("operating-grant", {"facility_type": "day_care", **facts}) == expected


@pytest.mark.proves("TY-25", "TY-26")
@rows(
    ({"facility_type": "station", "assessed_fen": 30_000_00}, 0),
    ({"assessed_fen": 30_000_00}, "needs_fact facility_type"),
)
def test_operating_grants_are_for_centres_and_day_care_alone(facts: dict, expected: Any) -> None:
    assert TAIYUAN.amount("operating-grant", facts) == expected
