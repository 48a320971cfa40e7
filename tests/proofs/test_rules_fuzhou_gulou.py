"""What Gulou's vouchers, allowances, awards and norms come to, worked out by hand from case 17 of the collection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

GULOU = City("fuzhou-gulou", "2018-06-15")
TIERS = {  # the text says 200—400 a month and leaves the tiers open
    "extreme_poor": 400_00,
    "dibao": 350_00,
    "entitled_group": 300_00,
    "severe_disability": 280_00,
    "without_family": 200_00,
    "special_needy": 250_00,
}
STEPS = [{"from_m2": 100, "award_fen": 50_000_00}, {"from_m2": 300, "award_fen": 200_000_00}]


def monthly(*identities: str, **facts: Any) -> dict[str, Any]:
    """A person of 70 in some groups, under the sample tiers."""
    return {"age": 70, "identities": list(identities), "parameters": {"voucher_month_fen": TIERS}, **facts}


@pytest.mark.proves("GL-22", "GL-23", "GL-24", "GL-25", "GL-26", "GL-27", "GL-28", "GL-29", "GL-30", "GL-31")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    rules = ("age-voucher", "needs-voucher-object", "needs-voucher", "voucher-year", "voucher-tier-band")
    more = ("high-age-allowance", "allowance-year", "insurance", "insurance-premium", "opening-award")
    norms = ("opening-award-band", "membership-award-band", "centre-standard", "bracelet", "centre-coverage")
    assert GULOU.failing_examples(*rules, *more, *norms) == []


@pytest.mark.proves("GL-22")
@rows(
    ({"age": 79}, 0),
    ({"age": 80}, 360_00),
    ({"age": 101}, 360_00),
    ({"birth_date": "1938-06-16"}, 0),  # 80 tomorrow
    ({"birth_date": "1938-06-15"}, 360_00),  # 80 today
    ({"birth_date": "1938-12-31", "on": "2018-12-31"}, 360_00),  # a year's money, not a month's
    ({"birth_date": "1938-12-31", "on": "2018-12-31", "parameters": {"part_year": "months"}}, 30_00),  # 360 / 12
    ({"birth_date": "1938-06-15", "parameters": {"part_year": "months"}}, 210_00),  # June to December: 7 of 12
    ({}, "needs_fact age"),
)
def test_from_80_a_voucher_of_360_yuan_a_year(facts: dict, expected: Any) -> None:
    assert GULOU.amount("age-voucher", facts) == expected


@pytest.mark.proves("GL-23")
@rows(
    *((monthly(group), fen) for group, fen in TIERS.items() if group != "special_needy"),
    (monthly("special_needy", income_month_fen=1_000_00), 250_00),
    (monthly(), 0),
    (monthly("living_alone"), 0),
    (monthly("severe_disability", age=60), 280_00),  # 重度残疾人中的老年人
    (monthly("severe_disability", age=59), 0),
    (monthly("severe_disability", age=None, birth_date="1958-06-15"), 280_00),  # 60 today
    (monthly("severe_disability", age=None, birth_date="1958-06-16"), 0),
    (monthly("without_family", "dibao"), 350_00),  # one voucher, the higher tier
    ({**monthly("dibao"), "parameters": {}}, "needs_parameter voucher_month_fen"),
    (
        {**monthly("dibao"), "parameters": {"voucher_month_fen": {"extreme_poor": 400_00}}},
        "needs_parameter voucher_month_fen",
    ),
    ({"age": 70, "parameters": {"voucher_month_fen": TIERS}}, "needs_fact identities"),
)
def test_six_groups_have_a_voucher_each_month_by_tiers_that_must_be_set(facts: dict, expected: Any) -> None:
    facts = {name: fact for name, fact in facts.items() if fact is not None}
    assert GULOU.amount("needs-voucher", facts) == expected


@pytest.mark.proves("GL-23")
@rows(
    ({"amount_fen": 199_99}, "fail"),
    ({"amount_fen": 200_00}, "pass"),
    ({"amount_fen": 400_00}, "pass"),
    ({"amount_fen": 400_01}, "fail"),
    ({}, "needs_fact amount_fen"),
)
def test_a_tier_lies_between_200_and_400_yuan(facts: dict, expected: str) -> None:
    assert GULOU.result("voucher-tier-band", facts) == expected


@pytest.mark.proves("GL-23")
def test_a_tier_that_is_not_set_is_named_to_whoever_asks() -> None:
    assert "各类困难群体的月服务券" in GULOU.said("needs-voucher", {"age": 70, "identities": ["dibao"]})


@pytest.mark.proves("GL-24")
@rows(
    (monthly("special_needy", income_month_fen=1_799_99), 250_00),
    (monthly("special_needy", income_month_fen=1_800_00), 250_00),  # 以下 includes the figure
    (monthly("special_needy", income_month_fen=1_800_01), 0),
    (monthly("special_needy"), "needs_fact income_month_fen"),
    (monthly("dibao"), 350_00),  # the limit binds the sixth group only: nobody asks for the income
    (monthly("dibao", income_month_fen=5_000_00), 350_00),
    (monthly(income_month_fen=1_000_00), 0),  # poor, but not recognised
)
def test_the_income_limit_of_1800_yuan_a_head(facts: dict, expected: Any) -> None:
    assert GULOU.amount("needs-voucher", facts) == expected
    if isinstance(expected, int):
        assert GULOU.told("eligible", "needs-voucher-object", facts) is (expected > 0)


@pytest.mark.proves("GL-25")
@rows(
    ({"age": 79}, 0),
    ({"age": 80}, 100_00),
    ({"age": 89}, 100_00),
    ({"age": 90}, 200_00),  # instead of the 100
    ({"age": 99}, 200_00),
    ({"birth_date": "1938-06-30"}, 100_00),  # from the month the age is reached
    ({"birth_date": "1938-07-01"}, 0),
    ({"birth_date": "1928-06-30"}, 200_00),
    ({"birth_date": "1928-07-01"}, 100_00),
    ({"birth_date": "1938-06-15", "parameters": {"first_month": "next_month"}}, 0),
    ({"birth_date": "1938-05-31", "parameters": {"first_month": "next_month"}}, 100_00),
    ({"age": 85, "died_on": "2018-06-02"}, 100_00),  # still paid for the month of the death
    ({"age": 85, "died_on": "2018-05-31"}, 0),
    ({"age": 85, "has_work_unit": True}, 0),
    ({"age": 99, "has_work_unit": True}, 0),
    ({"has_work_unit": False}, "needs_fact age"),
)
def test_without_a_work_unit_100_yuan_a_month_from_80_and_200_from_90(facts: dict, expected: Any) -> None:
    assert GULOU.amount("high-age-allowance", {"has_work_unit": False, **facts}) == expected


@pytest.mark.proves("GL-25")
def test_whether_there_was_a_work_unit_must_be_known() -> None:
    assert GULOU.amount("high-age-allowance", {"age": 80}) == "needs_fact has_work_unit"


@pytest.mark.proves("GL-26")
@rows(
    ({"age": 99, "has_work_unit": False}, 200_00),
    ({"age": 100, "has_work_unit": False}, 1_000_00),  # instead of the 200
    ({"birth_date": "1918-06-30", "has_work_unit": False}, 1_000_00),
    ({"birth_date": "1918-07-01", "has_work_unit": False}, 200_00),
    ({"age": 100, "has_work_unit": True}, 1_000_00),
    ({"age": 100}, 1_000_00),  # nobody asks for the work unit
    ({"age": 100, "has_work_unit": True, "parameters": {"nutrition_needs_no_work_unit": True}}, 0),
    ({"age": 100, "has_work_unit": False, "parameters": {"nutrition_money": "adds"}}, 1_200_00),
    ({"age": 100, "died_on": "2018-05-31"}, 0),
    ({"has_work_unit": False}, "needs_fact age"),
)
def test_from_100_nutrition_money_of_1000_yuan_a_month(facts: dict, expected: Any) -> None:
    assert GULOU.amount("high-age-allowance", facts) == expected


@pytest.mark.proves("GL-27")
@rows(
    ({"age": 59, "hukou_in_area": True}, None),
    ({"age": 60, "hukou_in_area": True}, "age_60"),
    ({"birth_date": "1958-06-15", "hukou_in_area": True}, "age_60"),
    ({"birth_date": "1958-06-16", "hukou_in_area": True}, None),
    ({"age": 60, "hukou_in_area": False}, None),
    ({"age": 60}, "needs_fact hukou_in_area"),
    ({"hukou_in_area": True}, "needs_fact age"),
)
def test_elders_of_the_district_are_insured_from_60(facts: dict, expected: Any) -> None:
    assert GULOU.ground("insurance", facts) == expected


@pytest.mark.proves("GL-27")
@rows(
    ({"parameters": {"rate_fen": 20_00}}, 2_160_000_00),  # 216万元 / 10.8万人 = 20.00
    ({"parameters": {"rate_fen": 19_99}}, 2_158_920_00),
    ({"parameters": {"rate_fen": 20_01}}, 2_161_080_00),
    ({}, "needs_parameter rate_fen"),
)
def test_the_premium_of_108000_elders_is_2_160_000_yuan_at_twenty_each(facts: dict, expected: Any) -> None:
    assert GULOU.value("insurance-premium", {"total": 108_000, **facts}) == expected


@pytest.mark.proves("GL-28")
@rows(
    ({"amount_fen": 49_999_99}, "fail"),
    ({"amount_fen": 50_000_00}, "pass"),
    ({"amount_fen": 200_000_00}, "pass"),
    ({"amount_fen": 200_000_01}, "fail"),
    ({}, "needs_fact amount_fen"),
)
def test_an_opening_award_outside_50_000_to_200_000_is_refused(facts: dict, expected: str) -> None:
    assert GULOU.result("opening-award-band", facts) == expected


@pytest.mark.proves("GL-28")
@rows(
    ({"area_m2": 100, "parameters": {"area_table": STEPS}}, 50_000_00),
    ({"area_m2": 299, "parameters": {"area_table": STEPS}}, 50_000_00),
    ({"area_m2": 300, "parameters": {"area_table": STEPS}}, 200_000_00),
    ({"area_m2": 99, "parameters": {"area_table": STEPS}}, "needs_parameter area_table"),  # below the first step
    ({"area_m2": 300}, "needs_parameter area_table"),
    ({"parameters": {"area_table": STEPS}}, "needs_fact area_m2"),
)
def test_the_opening_award_follows_a_table_of_areas_that_must_be_set(facts: dict, expected: Any) -> None:
    assert GULOU.amount("opening-award", facts) == expected


@pytest.mark.proves("GL-29")
@rows(
    ({"amount_fen": 99_999_99}, "fail"),
    ({"amount_fen": 100_000_00}, "pass"),
    ({"amount_fen": 200_000_00}, "pass"),
    ({"amount_fen": 200_000_01}, "fail"),
    ({}, "needs_fact amount_fen"),
)
def test_a_membership_award_outside_100_000_to_200_000_is_refused(facts: dict, expected: str) -> None:
    assert GULOU.result("membership-award-band", facts) == expected


@pytest.mark.proves("GL-30")
@rows(
    ({"area_m2": 800, "beds": 20}, ("pass", "达到标准")),
    ({"area_m2": 799, "beds": 20}, ("fail", "不足800平方米")),
    ({"area_m2": 800, "beds": 19}, ("fail", "不足20张")),
    ({"area_m2": 799, "beds": 19}, ("fail", "不足800平方米")),
    ({"area_m2": 800}, ("needs_fact beds", "照料中心床位数")),
    ({"beds": 20}, ("needs_fact area_m2", "照料中心面积")),
)
def test_a_centre_has_800_square_metres_and_20_beds(facts: dict, expected: tuple[str, str]) -> None:
    result, why = expected
    assert GULOU.result("centre-standard", facts) == result
    assert why in GULOU.said("centre-standard", facts)


@pytest.mark.proves("GL-31")
@rows(
    ({"age": 60, "identities": ["without_family"]}, "without_family"),
    ({"age": 60, "identities": ["dementia"]}, "dementia"),
    ({"age": 59, "identities": ["dementia"]}, None),
    ({"birth_date": "1958-06-16", "identities": ["without_family"]}, None),  # 60 tomorrow
    ({"birth_date": "1958-06-15", "identities": ["without_family"]}, "without_family"),
    ({"age": 95, "identities": ["living_alone", "dibao"]}, None),
    ({"age": 60}, "needs_fact identities"),
    ({"identities": ["dementia"]}, "needs_fact age"),
)
def test_a_bracelet_for_elders_without_family_or_with_dementia(facts: dict, expected: Any) -> None:
    assert GULOU.ground("bracelet", facts) == expected


@rows(
    ({"count": 4, "total": 10}, 400),  # four open
    ({"count": 9, "total": 10}, 900),
    ({"count": 10, "total": 10}, 1000),  # and six more: one in every street or town
    ({"count": 0, "total": 10}, 0),
    ({"total": 10}, "needs_fact count"),
)
def test_the_share_of_streets_with_a_centre_of_their_own(facts: dict, expected: Any) -> None:
    assert GULOU.value("centre-coverage", facts) == expected
