"""Who eats at Qujing's happy tables, at what price, and what a point is given, worked out by hand from case 18."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

QUJING = City("qujing", "2017-09-30")
DEMONSTRATION = {"demonstration": True, "city_granted_before": False, "years": 1}


@pytest.mark.proves("QJ-07", "QJ-18", "QJ-19", "QJ-20", "QJ-21", "QJ-22", "QJ-23")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    meals = ("menu", "meals-per-day", "shitouzhai-table", "xinglong-price")
    grants = ("point-grant-city", "point-grant-qilin", "point-grants-total", "malong-diner", "plan-2017")
    assert QUJING.failing_examples(*meals, *grants) == []


@pytest.mark.proves("QJ-07")
@rows(
    ({"counts": {"meat": 1, "vegetable": 2, "soup": 1}}, ("pass", 0)),
    ({"counts": {"meat": 0, "vegetable": 2, "soup": 1}}, ("fail", 1)),
    ({"counts": {"meat": 1, "vegetable": 1, "soup": 1}}, ("fail", 1)),
    ({"counts": {"meat": 1, "vegetable": 2}}, ("fail", 1)),
    ({"counts": {"meat": 3, "vegetable": 1, "soup": 2}}, ("fail", 1)),  # no dish stands for another kind
    ({"counts": {"meat": 2, "vegetable": 3, "soup": 1, "staple": 1}}, ("pass", 0)),  # more is no fault
    ({"counts": {}}, ("fail", 4)),
)
def test_a_meal_has_one_meat_two_vegetables_and_one_soup(facts: dict, expected: tuple[str, int]) -> None:
    decision = QUJING.decide("menu", facts)
    assert (decision.result, decision.figure) == expected


@pytest.mark.proves("QJ-07")
@rows(({"count": 2}, "pass"), ({"count": 3}, "pass"), ({"count": 1}, "fail"), ({"count": 0}, "fail"))
def test_there_are_two_meals_a_day(facts: dict, expected: str) -> None:
    assert QUJING.result("meals-per-day", facts) == expected


@pytest.mark.proves("QJ-07")
def test_a_day_without_a_menu_is_not_passed() -> None:
    assert QUJING.result("menu", {}) == "needs_fact counts"
    assert QUJING.result("meals-per-day", {}) == "needs_fact count"


@pytest.mark.proves("QJ-18")
@rows(
    ({"age": 70}, "age_70"),  # whoever it is
    ({"age": 69, "identities": []}, None),
    ({"birth_date": "1947-09-30", "identities": []}, "age_70"),  # 70 today
    ({"birth_date": "1947-10-01", "identities": []}, None),
    ({"age": 69, "identities": ["living_alone"]}, "living_alone"),
    ({"age": 69, "identities": ["care_dependent"]}, "care_dependent"),
    ({"age": 69, "identities": ["empty_nest", "dibao"]}, None),
    ({"age": 60, "identities": ["living_alone"]}, "living_alone"),  # 老年人: from 60
    ({"age": 59, "identities": ["living_alone"]}, None),
    ({"age": 59, "identities": ["living_alone"], "parameters": {"elder_min_age": 50}}, "living_alone"),
    ({"age": 69}, "needs_fact identities"),
    ({"identities": []}, "needs_fact age"),
)
def test_shitouzhai_from_70_or_younger_alone_or_disabled(facts: dict, expected: Any) -> None:
    assert QUJING.ground("shitouzhai-table", facts) == expected


@pytest.mark.proves("QJ-19")
@rows(
    ({"age": 80}, 0),  # free, whether or not the low price is set
    ({"age": 79, "parameters": {"low_price_fen": 3_00}}, 3_00),
    ({"birth_date": "1937-09-30", "parameters": {"low_price_fen": 3_00}}, 0),  # 80 today
    ({"birth_date": "1937-10-01", "parameters": {"low_price_fen": 3_00}}, 3_00),
    ({"age": 79}, "needs_parameter low_price_fen"),
    ({"parameters": {"low_price_fen": 3_00}}, "needs_fact age"),
)
def test_xinglong_is_free_from_80_and_low_priced_before(facts: dict, expected: Any) -> None:
    assert QUJING.amount("xinglong-price", facts) == expected


@pytest.mark.proves("QJ-19")
def test_a_low_price_that_is_not_set_is_named() -> None:
    assert "兴龙村低收费每餐价格" in QUJING.said("xinglong-price", {"age": 79})


@pytest.mark.proves("QJ-20")
@rows(
    (DEMONSTRATION, 10_000_00),
    ({**DEMONSTRATION, "years": 3}, 10_000_00),  # no 每年 in the sentence
    ({**DEMONSTRATION, "years": 3, "parameters": {"city_period": "year"}}, 30_000_00),
    ({**DEMONSTRATION, "city_granted_before": True}, 0),
    ({**DEMONSTRATION, "demonstration": False}, 0),
    ({"city_granted_before": False, "years": 1}, "needs_fact demonstration"),
    ({"demonstration": True, "years": 1}, "needs_fact city_granted_before"),
)
def test_the_city_gives_a_demonstration_point_10_000_yuan(facts: dict, expected: Any) -> None:
    assert QUJING.amount("point-grant-city", facts) == expected


@pytest.mark.proves("QJ-20")
def test_fifty_three_demonstration_points_come_to_530_000_yuan() -> None:
    assert sum(QUJING.amount("point-grant-city", DEMONSTRATION) for _ in range(53)) == 530_000_00


@pytest.mark.proves("QJ-21")
@rows(
    ({"grant_kind": "equipment", "granted_before": False}, 50_000_00),
    ({"grant_kind": "equipment", "granted_before": True}, 0),  # 一次性
    ({"grant_kind": "operating", "years": 1}, 10_000_00),
    ({"grant_kind": "operating", "years": 4, "granted_before": True}, 40_000_00),  # 每年
    ({"grant_kind": "equipment"}, "needs_fact granted_before"),
    ({"grant_kind": "operating"}, "needs_fact years"),
    ({"granted_before": False, "years": 1}, "needs_fact grant_kind"),
)
def test_qilin_gives_50_000_yuan_once_and_10_000_a_year(facts: dict, expected: Any) -> None:
    assert QUJING.amount("point-grant-qilin", facts) == expected


@pytest.mark.proves("QJ-20", "QJ-21")
@rows(
    ({**DEMONSTRATION, "granted_before": False}, 70_000_00),  # 10 000 + 50 000 + 10 000
    ({**DEMONSTRATION, "granted_before": False, "years": 2}, 80_000_00),
    ({**DEMONSTRATION, "granted_before": True}, 20_000_00),
    ({**DEMONSTRATION, "granted_before": False, "parameters": {"city_and_district": "best"}}, 60_000_00),
)
def test_a_point_in_qilin_has_the_money_of_both_levels(facts: dict, expected: Any) -> None:
    assert QUJING.amount("point-grants-total", facts) == expected


@pytest.mark.proves("QJ-22")
@rows(
    ({"count": 1, "months": 12}, 600_00),
    ({"count": 30, "months": 12}, 18_000_00),
    ({"count": 1, "months": 5}, 600_00),  # a year begun is a year
    ({"count": 1, "months": 5, "parameters": {"part_year": "months"}}, 250_00),  # 50 a month
    ({"count": 1, "months": 24}, 1_200_00),
    ({"count": 1, "months": 0}, 0),
    ({"count": 0, "months": 12}, 0),
    ({"count": 1}, "needs_fact months"),
    ({"months": 12}, "needs_fact count"),
)
def test_malong_gives_600_yuan_a_year_for_each_diner(facts: dict, expected: Any) -> None:
    assert QUJING.amount("malong-diner", facts) == expected


@pytest.mark.proves("QJ-23")
@rows(
    ({"since": "2017-01-01", "area_kind": "urban"}, 50_000_00),
    ({"since": "2017-12-31", "area_kind": "urban", "on": "2018-03-01"}, 50_000_00),
    ({"since": "2017-06-01", "area_kind": "rural"}, 30_000_00),
    ({"since": "2016-12-31", "area_kind": "urban"}, 0),
    ({"since": "2016-12-31", "area_kind": "rural", "parameters": {"points_opened_before": "included"}}, 30_000_00),
    ({"since": "2018-01-01", "area_kind": "urban", "on": "2018-03-01"}, 0),
    ({"since": "2017-06-01"}, "needs_fact area_kind"),
)
def test_a_point_opened_in_2017_has_50_000_yuan_in_town_and_30_000_in_the_country(facts: dict, expected: Any) -> None:
    assert QUJING.amount("plan-2017", facts) == expected


@pytest.mark.proves("QJ-23")
def test_a_hundred_points_40_in_town_and_60_in_the_country_come_to_3_800_000_yuan() -> None:
    opened = ["urban"] * 40 + ["rural"] * 60
    assert (
        sum(QUJING.amount("plan-2017", {"since": "2017-06-01", "area_kind": kind}) for kind in opened) == 3_800_000_00
    )
