"""Who eats free in Xinhui's elder canteens and what a canteen is given, worked out by hand from case 16."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proofs.rules import City, rows

XINHUI = City("jiangmen-xinhui", "2018-03-06")
NOBODY = {  # a pensioner of 70 to whom no ground of the list applies
    "identities": [],
    "age": 70,
    "area_kind": "rural",
    "distance_m": 5_000,
    "community_in_scope": False,
    "disability_grade": 0,
    "has_pension": True,
    "sponsored": False,
}


def diner(*identities: str, without: str = "", **facts: Any) -> dict[str, Any]:
    """Nobody in particular, but for what is said; `without` leaves a fact open."""
    given = {**NOBODY, "identities": list(identities), **facts}
    left_out = {without, "age" if "birth_date" in facts else ""}
    return {name: fact for name, fact in given.items() if name not in left_out}


@pytest.mark.proves("JM-08", "JM-18", "JM-19", "JM-20", "JM-21", "JM-22", "JM-23", "JM-24", "JM-25")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    rules = ("free-meal", "meal-charge", "caterer-licence", "build-grant", "operating-grant")
    assert XINHUI.failing_examples(*rules) == []


@pytest.mark.proves("JM-18", "JM-19", "JM-20", "JM-21", "JM-22")
def test_who_is_on_no_ground_of_the_list_does_not_eat_free() -> None:
    assert XINHUI.ground("free-meal", NOBODY) is None
    assert "按制作成本收费" in XINHUI.said("free-meal", NOBODY)


@pytest.mark.proves("JM-18")
@rows(
    (diner("five_guarantee_scattered", distance_m=2_000), "rural_five_guarantee"),  # 2公里以内 includes the figure
    (diner("five_guarantee_scattered", distance_m=2_001), None),
    (diner("five_guarantee_scattered", distance_m=0, area_kind="urban"), None),
    (diner("five_guarantee_scattered", distance_m=0, age=60), "rural_five_guarantee"),
    (diner("five_guarantee_scattered", distance_m=0, age=59), None),
    (diner("five_guarantee_scattered", distance_m=0, birth_date="1958-03-06"), "rural_five_guarantee"),  # 60 today
    (diner("five_guarantee_scattered", distance_m=0, birth_date="1958-03-07"), None),
    (diner("five_guarantee_scattered", distance_m=0, age=64, parameters={"elder_min_age": 65}), None),
    (diner("five_guarantee_scattered", without="distance_m"), "needs_fact distance_m"),
)
def test_rural_scattered_five_guarantee_elders_within_two_kilometres(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-19")
@rows(
    (diner("dibao", distance_m=2_000), "rural_dibao_70"),
    (diner("dibao", distance_m=2_000, age=69), None),
    (diner("dibao", distance_m=2_000, birth_date="1948-03-06"), "rural_dibao_70"),  # 70 today
    (diner("dibao", distance_m=2_000, birth_date="1948-03-07"), None),
    (diner("dibao", distance_m=2_001), None),  # the two kilometres hold for both rural groups
    (diner("dibao", distance_m=2_001, parameters={"distance_scope": "five_guarantee_only"}), "rural_dibao_70"),
    (diner("dibao", distance_m=0, area_kind="urban"), None),
    (diner("dibao", without="area_kind", distance_m=0), "needs_fact area_kind"),
    (diner("dibao", without="age", distance_m=0), "needs_fact age"),
)
def test_rural_elders_on_dibao_from_70(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-20")
@rows(
    (diner("dibao", "three_no", area_kind="urban", community_in_scope=True, age=60), "urban_three_no"),
    (diner("dibao", "three_no", area_kind="urban", community_in_scope=True, age=59), None),
    (diner("dibao", "three_no", area_kind="urban", community_in_scope=False), None),
    (diner("three_no", area_kind="urban", community_in_scope=True), None),  # 低保对象中的“三无”人员
    (diner("dibao", area_kind="urban", community_in_scope=True), "urban_dibao_70"),
    (diner("dibao", area_kind="urban", community_in_scope=True, age=69), None),
    (diner("dibao", area_kind="urban", community_in_scope=True, birth_date="1948-03-06"), "urban_dibao_70"),
    (diner("dibao", area_kind="urban", community_in_scope=True, birth_date="1948-03-07"), None),
    (diner("dibao", area_kind="urban", community_in_scope=False), None),
    (diner("dibao", without="community_in_scope", area_kind="urban"), "needs_fact community_in_scope"),
)
def test_urban_dibao_in_the_central_community_three_no_or_from_70(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-21")
@rows(
    (diner(disability_grade=1, has_pension=False), "severe_disability_70"),
    (diner(disability_grade=2, has_pension=False), "severe_disability_70"),
    (diner(disability_grade=3, has_pension=False), None),
    (diner(disability_grade=2, has_pension=False, age=69), None),
    (diner(disability_grade=2, has_pension=False, birth_date="1948-03-06"), "severe_disability_70"),
    (diner(disability_grade=2, has_pension=False, birth_date="1948-03-07"), None),
    (diner(disability_grade=2), None),  # 等长者且无退休金的: with a pension not
    (diner(disability_grade=2, parameters={"no_pension_scope": "high_age_only"}), "severe_disability_70"),
    (diner(disability_grade=2, without="has_pension"), "needs_fact has_pension"),
    (diner(has_pension=False, without="disability_grade"), "needs_fact disability_grade"),
)
def test_severely_disabled_of_grade_two_or_worse_from_70(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-22")
@rows(
    (diner(age=79, has_pension=False), None),
    (diner(age=80, has_pension=False), "high_age_no_pension"),
    (diner(birth_date="1938-03-06", has_pension=False), "high_age_no_pension"),  # 80 today
    (diner(birth_date="1938-03-07", has_pension=False), None),
    (diner(age=95, has_pension=True), None),
    (diner(age=80, without="has_pension"), "needs_fact has_pension"),
    (diner(has_pension=False, without="age"), "needs_fact age"),
)
def test_from_80_without_a_pension(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-23")
@rows(
    (diner("marginal_needy", sponsored=True), "marginal_needy"),
    (diner("marginal_needy", sponsored=False), None),
    (diner("marginal_needy", sponsored=False, parameters={"marginal_unsponsored": "free"}), "marginal_needy"),
    (diner("marginal_needy", sponsored=True, age=59), None),
    (diner("marginal_needy", without="sponsored"), "needs_fact sponsored"),
)
def test_marginal_needy_elders_eat_free_only_if_a_sponsor_takes_them(facts: dict, expected: Any) -> None:
    assert XINHUI.ground("free-meal", facts) == expected


@pytest.mark.proves("JM-23")
@rows(
    ({"meal_group": "marginal_unsponsored", "price_fen": 12_50}, (10_50, 2_00, 0)),
    ({"meal_group": "marginal_unsponsored", "price_fen": 2_01}, (1, 2_00, 0)),
    ({"meal_group": "marginal_unsponsored", "price_fen": 2_00}, (0, 2_00, 0)),
    ({"meal_group": "marginal_unsponsored", "price_fen": 1_99}, (0, 1_99, 0)),  # never more than the meal
    ({"meal_group": "sponsored_free", "price_fen": 12_50}, (0, 0, 12_50)),
    ({"meal_group": "other", "price_fen": 12_50}, (12_50, 0, 0)),  # at cost price
    ({"meal_group": "free_unsponsored", "price_fen": 12_50}, "needs_parameter free_unsponsored_payer"),
    ({"meal_group": "marginal_unsponsored"}, "needs_fact price_fen"),
    ({"price_fen": 12_50}, "needs_fact meal_group"),
)
def test_two_yuan_of_the_meal_of_a_marginal_needy_elder_are_public(facts: dict, expected: Any) -> None:
    shares = XINHUI.shares("meal-charge", facts)
    if isinstance(expected, tuple):
        expected = dict(zip(("elder", "government", "sponsor"), expected, strict=True))
    assert shares == expected


@pytest.mark.proves("JM-24")
@rows(
    ({"built_after_notice": True, "granted_before": False}, 250_000_00),
    ({"built_after_notice": True, "granted_before": True}, 0),  # once for each canteen
    ({"built_after_notice": False, "granted_before": False}, 0),  # 今后建设的 only
    ({"granted_before": False}, "needs_fact built_after_notice"),
    ({"built_after_notice": True}, "needs_fact granted_before"),
)
def test_a_future_canteen_has_a_build_grant_of_250_000_yuan(facts: dict, expected: Any) -> None:
    assert XINHUI.amount("build-grant", facts) == expected


@pytest.mark.proves("JM-25")
@rows(
    ({"built_after_notice": True, "years": 1}, 60_000_00),
    ({"built_after_notice": True, "years": 3}, 180_000_00),
    ({"built_after_notice": True, "years": 1, "since": "2018-12-31"}, 60_000_00),
    (  # one month of twelve
        {"built_after_notice": True, "years": 1, "since": "2018-12-31", "parameters": {"part_year": "months"}},
        5_000_00,
    ),
    ({"built_after_notice": False, "years": 1}, "needs_parameter old_canteen_operating_fen"),
    ({"built_after_notice": False, "years": 1, "parameters": {"old_canteen_operating_fen": 0}}, 0),
    ({"built_after_notice": True}, "needs_fact years"),
    ({"years": 1, "parameters": {"old_canteen_operating_fen": 0}}, "needs_fact built_after_notice"),
)
def test_a_canteen_has_60_000_yuan_of_operating_money_a_year(facts: dict, expected: Any) -> None:
    assert XINHUI.amount("operating-grant", facts) == expected


@pytest.mark.proves("JM-25")
def test_what_an_older_canteen_gets_must_be_set_and_is_said_so() -> None:
    assert "文件以前建的食堂每年运营经费" in XINHUI.said("operating-grant", {"built_after_notice": False, "years": 1})
