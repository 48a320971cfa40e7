"""Huli's service objects, respite, helpers and community money, worked out by hand from its notice No. 2 of 2017."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.proofs.rules import City, rows

HULI = City("xiamen-huli", "2018-05-20")
FIVE = ["office_set", "computer", "display", "all_in_one", "work_rules"]


def respite(*identities: str, without: str = "", **facts: Any) -> dict[str, Any]:
    """A resident of 80 whose family never asked before, but for what is said; `without` leaves a fact open."""
    given: dict[str, Any] = {
        "hukou_in_area": True,
        "age": 80,
        "identities": list(identities),
        "low_income": False,
        "family_last_respite_on": None,
        "last_respite_on": None,
        **facts,
    }
    left_out = {without, "age" if "birth_date" in facts else "", "low_income" if "income_month_fen" in facts else ""}
    return {name: fact for name, fact in given.items() if name not in left_out}


def disabled(**facts: Any) -> dict[str, Any]:
    return respite("severe_disability", **facts)


@pytest.mark.proves("HL-36", "HL-37", "HL-38", "HL-39", "HL-40", "HL-41", "HL-43")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    people = ("service-object", "low-income", "respite", "respite-stay", "respite-cost", "helpers-needed")
    money = ("community-fund", "purchase-share", "fund-share", "station-room", "five-ones", "station-coverage")
    assert HULI.failing_examples(*people, *money) == []


@pytest.mark.proves("HL-36")
@rows(
    ({"age": 60, "hukou_in_area": True}, "hukou_60"),
    ({"age": 59, "hukou_in_area": True}, None),
    ({"birth_date": "1958-05-20", "hukou_in_area": True}, "hukou_60"),  # 60 today
    ({"birth_date": "1958-05-21", "hukou_in_area": True}, None),
    ({"age": 60, "hukou_in_area": False}, "paid_only"),  # 主要为: others may buy
    ({"age": 60, "hukou_in_area": False, "parameters": {"non_hukou_may_buy": False}}, None),
    ({"age": 60}, "needs_fact hukou_in_area"),
    ({"hukou_in_area": True}, "needs_fact age"),
)
def test_service_objects_have_their_hukou_in_huli_and_are_60(facts: dict, expected: Any) -> None:
    assert HULI.ground("service-object", facts) == expected


@pytest.mark.proves("HL-37")
@rows(
    (disabled(), "severe_disability_80"),
    (disabled(age=79), None),
    (disabled(birth_date="1938-05-20"), "severe_disability_80"),  # 80 today
    (disabled(birth_date="1938-05-21"), None),
    (disabled(hukou_in_area=False), None),
    (respite(age=89, low_income=True), None),
    (respite(age=90, low_income=True), "low_income_90"),
    (respite(birth_date="1928-05-20", low_income=True), "low_income_90"),
    (respite(birth_date="1928-05-21", low_income=True), None),
    (respite(age=90), None),
    (respite(age=90, low_income=True, hukou_in_area=False), None),
    (respite(age=90, income_month_fen=1_999_99, parameters={"low_income_line_fen": 2_000_00}), "low_income_90"),
    (respite(age=90, income_month_fen=2_000_00, parameters={"low_income_line_fen": 2_000_00}), None),
    (respite(age=90, income_month_fen=2_000_00), "needs_parameter low_income_line_fen"),
    (disabled(without="hukou_in_area"), "needs_fact hukou_in_area"),
    (disabled(without="age"), "needs_fact age"),
    (respite(without="identities"), "needs_fact identities"),
)
def test_respite_for_severely_disabled_from_80_and_low_income_from_90(facts: dict, expected: Any) -> None:
    assert HULI.ground("respite", facts) == expected


@pytest.mark.proves("HL-37")
@rows(
    (disabled(family_last_respite_on="2017-12-31"), "severe_disability_80"),
    (disabled(family_last_respite_on="2018-01-01"), None),  # once a year, days left unused or not
    (disabled(family_last_respite_on="2017-05-21", parameters={"respite_year": "rolling"}), None),
    (disabled(family_last_respite_on="2017-05-20", parameters={"respite_year": "rolling"}), "severe_disability_80"),
    (disabled(family_last_respite_on="2018-01-01", parameters={"respite_unit": "person"}), "severe_disability_80"),
    (disabled(last_respite_on="2018-01-01", parameters={"respite_unit": "person"}), None),
    (disabled(without="family_last_respite_on"), "needs_fact family_last_respite_on"),
)
def test_a_family_asks_for_respite_once_a_year(facts: dict, expected: Any) -> None:
    assert HULI.ground("respite", facts) == expected


@pytest.mark.proves("HL-37")
@rows(
    ({"since": "2018-05-20"}, date(2018, 6, 19)),
    ({"since": "2018-01-31"}, date(2018, 2, 28)),  # February has no 31st
    ({"since": "2018-05-20", "parameters": {"month_length": "30_days"}}, date(2018, 6, 18)),
)
def test_respite_lasts_one_month(facts: dict, expected: date) -> None:
    assert HULI.told("until", "respite-stay", facts) == expected


@pytest.mark.proves("HL-37")
@rows(
    ({"price_fen": 6_000_00, "insurance_bed_fen": 1_500_00}, (0, 4_500_00, 1_500_00)),
    ({"price_fen": 6_000_00, "insurance_bed_fen": 0}, (0, 6_000_00, 0)),
    ({"price_fen": 6_000_00, "insurance_bed_fen": 7_000_00}, (0, 0, 6_000_00)),
    ({"price_fen": 6_000_00}, "needs_fact insurance_bed_fen"),
)
def test_the_government_pays_what_medical_insurance_leaves_of_the_cost(facts: dict, expected: Any) -> None:
    if isinstance(expected, tuple):
        expected = dict(zip(("elder", "government", "insurer"), expected, strict=True))
    assert HULI.shares("respite-cost", facts) == expected


@pytest.mark.proves("HL-38")
@rows(
    ({"total": 0}, 1),  # each project has a resident helper
    ({"total": 400}, 1),
    ({"total": 599}, 1),
    ({"total": 600}, 2),  # 1.5
    ({"total": 999}, 2),
    ({"total": 1_000}, 3),  # 2.5
    ({"total": 401, "parameters": {"helper_rounding": "up"}}, 2),
    ({"total": 799, "parameters": {"helper_rounding": "down"}}, 1),
    ({"total": 399, "parameters": {"helper_rounding": "down"}}, 1),
    ({}, "needs_fact total"),
)
def test_one_helper_for_about_400_elders_and_never_none(facts: dict, expected: Any) -> None:
    assert HULI.value("helpers-needed", facts) == expected


@pytest.mark.proves("HL-39", "HL-40")
@rows(
    ({"grant_kind": "base", "count": 1}, 100_000_00),
    ({"grant_kind": "base", "count": 3}, 300_000_00),
    ({"grant_kind": "helper", "count": 1}, 150_000_00),
    ({"grant_kind": "helper", "count": 3}, 450_000_00),
    ({"grant_kind": "both", "count": 1}, 250_000_00),  # the 100,000 stay as they were
    ({"grant_kind": "both", "count": 0}, 0),
    ({"grant_kind": "base"}, "needs_fact count"),
    ({"count": 1}, "needs_fact grant_kind"),
)
def test_a_community_has_100_000_yuan_a_year_and_150_000_for_helpers(facts: dict, expected: Any) -> None:
    assert HULI.amount("community-fund", facts) == expected


@pytest.mark.proves("HL-39")
@rows(
    ({"amount_fen": 60_000_00, "count": 1}, "pass"),  # 60 per cent of 100,000
    ({"amount_fen": 59_999_99, "count": 1}, "warn"),  # 可用于 permits, so it warns
    ({"amount_fen": 59_999_99, "count": 1, "parameters": {"purchase_floor": "fail"}}, "fail"),
    ({"amount_fen": 180_000_00, "count": 3}, "pass"),
    ({"amount_fen": 179_999_99, "count": 3}, "warn"),
    ({"count": 1}, "needs_fact amount_fen"),
)
def test_sixty_per_cent_of_it_buys_free_and_low_paid_services(facts: dict, expected: str) -> None:
    assert HULI.result("purchase-share", facts) == expected


@pytest.mark.proves("HL-41")
@rows(
    ({"grant_kind": "base", "price_fen": 100_000_00}, (50_000_00, 50_000_00)),
    ({"grant_kind": "helper", "price_fen": 150_000_00}, (75_000_00, 75_000_00)),  # 上述经费: this too
    ({"grant_kind": "both", "price_fen": 250_000_01}, (125_000_01, 125_000_00)),  # an odd fen is the district's
    ({"grant_kind": "extra", "price_fen": 8_000_00}, (0, 8_000_00)),  # what a street adds it pays
    ({"grant_kind": "extra", "price_fen": 8_000_00, "parameters": {"extra_payer": "shared"}}, (4_000_00, 4_000_00)),
    ({"price_fen": 100_000_00}, "needs_fact grant_kind"),
    ({"grant_kind": "base"}, "needs_fact price_fen"),
)
def test_district_and_street_pay_half_each(facts: dict, expected: Any) -> None:
    if isinstance(expected, tuple):
        expected = dict(zip(("district", "street"), expected, strict=True))
    assert HULI.shares("fund-share", facts) == expected


@pytest.mark.proves("HL-43")
@rows(
    ({"area_m2": 14}, "fail"),
    ({"area_m2": 15}, "pass"),
    ({"area_m2": 16}, "pass"),
    ({}, "needs_fact area_m2"),
)
def test_the_room_of_a_station_has_15_square_metres(facts: dict, expected: str) -> None:
    assert HULI.result("station-room", facts) == expected


@pytest.mark.proves("HL-43")
@rows(
    ({"equipment": FIVE}, "pass"),
    *(({"equipment": [item for item in FIVE if item != left_out]}, "fail") for left_out in FIVE),
    ({"equipment": [*FIVE[:4], "telephone"]}, "fail"),
    ({}, "needs_fact equipment"),
)
def test_and_each_of_the_five_ones(facts: dict, expected: str) -> None:
    assert HULI.result("five-ones", facts) == expected


@rows(
    ({"count": 52, "total": 52}, 1000),
    ({"count": 51, "total": 52}, 981),  # 98.08 per cent: not yet all
    ({"count": 0, "total": 52}, 0),
    ({"total": 52}, "needs_fact count"),
    ({"count": 52}, "needs_fact total"),
)
def test_coverage_is_the_share_of_communities_with_a_station(facts: dict, expected: Any) -> None:
    assert HULI.value("station-coverage", facts) == expected


@rows(
    ({"on": "2017-12-31", "count": 51, "total": 52}, "warn"),
    ({"on": "2018-01-01", "count": 51, "total": 52}, "fail"),
    ({"on": "2018-01-01", "count": 52, "total": 52}, "pass"),
    ({"on": "2017-01-06", "count": 51, "total": 52, "parameters": {"coverage_by": "before_2017"}}, "fail"),
    ({"on": "2016-12-31", "count": 51, "total": 52, "parameters": {"coverage_by": "before_2017"}}, "warn"),
    ({"on": "2017-06-01", "count": 51}, "needs_fact total"),
)
def test_every_community_has_its_station_within_2017_or_by_the_other_reading_before(facts: dict, expected: str) -> None:
    assert HULI.result("station-deadline", facts) == expected
