"""What Futian's canteen meals, awards and day-care grants come to under rates that the district must set (case 14)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

FUTIAN = City("shenzhen-futian", "2018-03-06")
SHARES = {"government_fen": 5_00, "society_fen": 3_00}
AWARDS = [{"from_tenths": 850, "award_fen": 50_000_00}, {"from_tenths": 700, "award_fen": 20_000_00}]
RATES = {"area_rate_fen": 1_00, "bed_rate_fen": 20_00, "rent_pm": 150}


@pytest.mark.proves("FT-07", "FT-08", "FT-18")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    assert FUTIAN.failing_examples("day-care-grant", "appraisal-award", "canteen-share") == []


@pytest.mark.proves("FT-07")
@rows(
    ({"area_m2": 500, "beds": 0, "rent_year_fen": 0}, 500_00),  # 500 x 1 yuan
    ({"area_m2": 0, "beds": 30, "rent_year_fen": 0}, 600_00),  # 30 x 20 yuan
    ({"area_m2": 0, "beds": 0, "rent_year_fen": 100_000_00}, 15_000_00),  # 15 per cent
    ({"area_m2": 500, "beds": 30, "rent_year_fen": 100_000_00}, 16_100_00),
    ({"beds": 30, "rent_year_fen": 100_000_00}, "needs_fact area_m2"),
    ({"area_m2": 500, "rent_year_fen": 100_000_00}, "needs_fact beds"),
    ({"area_m2": 500, "beds": 30}, "needs_fact rent_year_fen"),
)
def test_a_day_care_centre_is_granted_money_for_area_beds_and_rent(facts: dict, expected: Any) -> None:
    assert FUTIAN.amount("day-care-grant", {**facts, "parameters": RATES}) == expected


@pytest.mark.proves("FT-07")
@pytest.mark.parametrize(("rate", "label"), [("area_rate_fen", "面积"), ("bed_rate_fen", "床位"), ("rent_pm", "租金")])
def test_a_rate_that_is_not_set_is_named_and_nothing_is_granted(rate: str, label: str) -> None:
    centre = {"area_m2": 500, "beds": 30, "rent_year_fen": 100_000_00}
    facts = {**centre, "parameters": {name: value for name, value in RATES.items() if name != rate}}
    assert FUTIAN.amount("day-care-grant", facts) == f"needs_parameter {rate}"
    assert label in FUTIAN.said("day-care-grant", facts)


@pytest.mark.proves("FT-08")
@rows(
    ({"appraisal": "passed", "score_tenths": 850}, 50_000_00),
    ({"appraisal": "passed", "score_tenths": 849}, 20_000_00),
    ({"appraisal": "passed", "score_tenths": 700}, 20_000_00),
    ({"appraisal": "passed", "score_tenths": 699}, "needs_parameter award_table"),  # below the first step
    ({"appraisal": "none", "score_tenths": 900}, 0),  # not assessed, not awarded
    ({"appraisal": "passed"}, "needs_fact score_tenths"),
    ({"score_tenths": 900}, "needs_fact appraisal"),
)
def test_the_award_follows_the_score_and_there_is_none_without_an_assessment(facts: dict, expected: Any) -> None:
    assert FUTIAN.amount("appraisal-award", {**facts, "parameters": {"award_table": AWARDS}}) == expected


@pytest.mark.proves("FT-08")
def test_an_award_waits_for_the_table_of_scores() -> None:
    facts = {"appraisal": "passed", "score_tenths": 900}
    assert FUTIAN.amount("appraisal-award", facts) == "needs_parameter award_table"
    assert "考核得分对应的资助奖励" in FUTIAN.said("appraisal-award", facts)


@pytest.mark.proves("FT-18")
@rows(
    ({"price_fen": 15_00}, (7_00, 5_00, 3_00)),
    ({"price_fen": 8_01}, (1, 5_00, 3_00)),
    ({"price_fen": 8_00}, (0, 5_00, 3_00)),
    ({"price_fen": 7_99}, (0, 5_00, 2_99)),  # society is cut first
    ({"price_fen": 7_99, "parameters": {**SHARES, "cut_first": "government"}}, (0, 4_99, 3_00)),
    ({"price_fen": 5_00}, (0, 5_00, 0)),
    ({"price_fen": 0}, (0, 0, 0)),
)
def test_elder_government_and_society_pay_a_meal_to_the_fen(facts: dict, expected: tuple[int, int, int]) -> None:
    shares = FUTIAN.shares("canteen-share", {"parameters": SHARES, **facts})
    assert shares == dict(zip(("elder", "government", "society"), expected, strict=True))
    assert sum(shares.values()) == facts["price_fen"]


@pytest.mark.proves("FT-18")
@rows(
    ({"price_fen": 15_00, "parameters": {"society_fen": 3_00}}, "needs_parameter government_fen"),
    ({"price_fen": 15_00, "parameters": {"government_fen": 5_00}}, "needs_parameter society_fen"),
    ({"parameters": SHARES}, "needs_fact price_fen"),
)
def test_a_meal_is_not_shared_before_everybody_s_part_is_known(facts: dict, expected: str) -> None:
    assert FUTIAN.shares("canteen-share", facts) == expected
