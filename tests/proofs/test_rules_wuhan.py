"""Wuhan's grants, norms and shares, worked out by hand from case 15 of the collection."""

from __future__ import annotations

from typing import Any

import pytest

from sangyu.policy.errors import BadFact
from tests.proofs.rules import City, rows

WUHAN = City("wuhan", "2018-03-06")
CALLS_2016 = {"meal_emergency": 42_954, "domestic": 120_075, "rehab": 12_475, "comfort": 115_550, "other": 28_391}


def build(facility_type: str, **facts: Any) -> dict[str, Any]:
    return {"facility_type": facility_type, "grant_kind": "build", "granted_before": False, **facts}


def operating(facility_type: str, **facts: Any) -> dict[str, Any]:
    return {"facility_type": facility_type, "grant_kind": "operating", "granted_before": False, "years": 1, **facts}


@pytest.mark.proves("WH-29", "WH-30", "WH-31", "WH-32", "WH-37")
def test_every_worked_example_of_these_rules_comes_out_as_shipped() -> None:
    rules = ("facility-grant", "community-work-subsidy", "merchants-per-community", "one-key-device")
    shares = ("willing-placed-rate", "call-share", "beds-per-thousand")
    assert WUHAN.failing_examples(*rules, *shares) == []


@pytest.mark.proves("WH-29")
@rows(
    (build("centre"), 100_000_00),
    (build("station"), 60_000_00),
    (build("centre", granted_before=True), 0),
    (build("station", granted_before=True), 0),
    (operating("centre"), 60_000_00),
    (operating("station"), 30_000_00),
    (operating("centre", years=3, granted_before=True), 180_000_00),  # read as yearly
    (operating("station", years=3, granted_before=True), 90_000_00),
    (operating("centre", years=3, parameters={"operating_period": "once"}), 60_000_00),
    (operating("centre", granted_before=True, parameters={"operating_period": "once"}), 0),
    (build("day_care"), 0),
    (build("rural_mutual_aid"), "needs_parameter rural_build_fen"),
    (operating("rural_mutual_aid"), "needs_parameter rural_operating_fen"),
    ({"grant_kind": "build", "granted_before": False}, "needs_fact facility_type"),
    ({"facility_type": "centre", "granted_before": False, "years": 1}, "needs_fact grant_kind"),
    ({"facility_type": "centre", "grant_kind": "build"}, "needs_fact granted_before"),
    ({"facility_type": "centre", "grant_kind": "operating"}, "needs_fact years"),
)
def test_a_centre_has_100_000_to_build_and_60_000_to_run_a_station_60_000_and_30_000(
    facts: dict, expected: Any
) -> None:
    assert WUHAN.amount("facility-grant", facts) == expected


@pytest.mark.proves("WH-29")
def test_the_grant_of_a_rural_centre_that_the_text_leaves_open_is_named() -> None:
    assert "农村老年人互助照料中心建设补贴" in WUHAN.said("facility-grant", build("rural_mutual_aid"))


@pytest.mark.proves("WH-30")
@rows(
    ({"count": 1}, 20_000_00),
    ({"count": 1_300}, 26_000_000_00),
    ({"count": 0}, 0),
    ({}, "needs_fact count"),
)
def test_a_community_has_a_work_subsidy_of_20_000_yuan(facts: dict, expected: Any) -> None:
    assert WUHAN.amount("community-work-subsidy", facts) == expected


@pytest.mark.proves("WH-31")
@rows(
    ({"count": 0}, ("fail", "至少要有3个")),
    ({"count": 2}, ("fail", "至少要有3个")),
    ({"count": 3}, ("pass", "在3至5个之内")),
    ({"count": 5}, ("pass", "在3至5个之内")),
    ({"count": 6}, ("pass", "多于5个，合格")),  # above the band, but allowed
    ({"count": 6, "parameters": {"above_band": "warn"}}, ("warn", "多于5个，合格")),
    ({"count": 2, "parameters": {"above_band": "warn"}}, ("fail", "至少要有3个")),
    ({}, ("needs_fact count", "社会服务加盟商数")),
)
def test_a_community_has_three_to_five_merchants(facts: dict, expected: tuple[str, str]) -> None:
    result, why = expected
    assert WUHAN.result("merchants-per-community", facts) == result
    assert why in WUHAN.said("merchants-per-community", facts)


@pytest.mark.proves("WH-32")
@rows(
    ({"age": 64, "has_need": True, "community_in_scope": True}, None),
    ({"age": 65, "has_need": True, "community_in_scope": True}, "need_65"),
    ({"birth_date": "1953-03-06", "has_need": True, "community_in_scope": True}, "need_65"),  # 65 today
    ({"birth_date": "1953-03-07", "has_need": True, "community_in_scope": True}, None),
    ({"age": 90, "has_need": False, "community_in_scope": True}, None),
    ({"age": 90, "has_need": True, "community_in_scope": False}, None),  # not one of the 1,126
    ({"age": 65, "community_in_scope": True}, "needs_fact has_need"),
    ({"age": 65, "has_need": True}, "needs_fact community_in_scope"),
    ({"has_need": True, "community_in_scope": True}, "needs_fact age"),
)
def test_a_one_key_device_from_65_with_a_recorded_need_in_a_community_of_the_list(facts: dict, expected: Any) -> None:
    assert WUHAN.ground("one-key-device", facts) == expected


@rows(
    ({"count": 120, "total": 120}, 1000),
    ({"count": 119, "total": 120}, 992),  # 99.17 per cent is not 100
    ({"count": 118, "total": 120}, 983),  # 98.33
    ({"count": 0, "total": 120}, 0),
    ({"total": 120}, "needs_fact count"),
    ({"count": 120}, "needs_fact total"),
)
def test_all_extremely_poor_elders_who_wish_it_have_a_place(facts: dict, expected: Any) -> None:
    assert WUHAN.value("willing-placed-rate", facts) == expected


@pytest.mark.proves("WH-37")
@pytest.mark.parametrize(
    ("category", "value", "printed"),
    [
        ("meal_emergency", 134, "13.4%"),
        ("domestic", 376, "37.6%"),
        ("rehab", 39, "3.9%"),
        ("comfort", 362, "36.2%"),
        ("other", 89, "8.9%"),
    ],
)
def test_the_319445_calls_of_2016_print_their_five_shares(category: str, value: int, printed: str) -> None:
    decision = WUHAN.decide("call-share", {"counts": CALLS_2016, "category": category})
    assert (decision.value, decision.denominator) == (value, 319_445)
    assert decision.because.endswith(printed)


@pytest.mark.proves("WH-37")
def test_a_call_of_a_sixth_category_is_not_lost_in_silence() -> None:
    with pytest.raises(BadFact):
        WUHAN.decide("call-share", {"counts": {**CALLS_2016, "wrong_number": 1}, "category": "other"})


@rows(
    ({"beds": 64_500, "total": 1_727_000}, 373),  # 37.3 a thousand; the text prints 37.4
    ({"beds": 64_590, "total": 1_727_000}, 374),  # 37.3998
    ({"beds": 1, "total": 20_000}, 1),  # 0.05 rounds up to 0.1
    ({"beds": 1, "total": 20_001}, 0),
    ({"total": 1_727_000}, "needs_fact beds"),
    ({"beds": 64_500}, "needs_fact total"),
)
def test_beds_for_a_thousand_elders_to_one_decimal_kept_in_tenths(facts: dict, expected: Any) -> None:
    assert WUHAN.value("beds-per-thousand", facts) == expected


@pytest.mark.proves("WH-36")
@rows(
    ({"amount_fen": 500_000_00, "count": 512}, 244_14),  # 500,000 yuan / 2,048 inspections = 244.140…
    ({"amount_fen": 500_000_00, "count": 512, "parameters": {"inspection_money_covers": "round"}}, 976_56),
    ({"amount_fen": 500_000_00, "count": 625}, 200_00),  # 2,500 inspections
    ({"amount_fen": 6, "count": 1}, 2),  # 1.5 fen
    ({"amount_fen": 500_000_00}, "needs_fact count"),
    ({"count": 512}, "needs_fact amount_fen"),
)
def test_an_inspection_costs_the_money_over_the_four_inspections_of_each_centre(facts: dict, expected: Any) -> None:
    assert WUHAN.value("inspection-cost", facts) == expected


@pytest.mark.proves("WH-36")
def test_of_512_centres_each_is_inspected_every_quarter() -> None:
    since_then = {"since": "2016-01-01", "events": ["2016-02-01", "2016-05-01", "2016-11-01"], "on": "2017-01-01"}
    decision = WUHAN.decide("quarterly-inspection", since_then)
    assert (decision.due, decision.done, decision.overdue_periods) == (4, 3, ("2016Q3",))
    assert WUHAN.decide("inspection-cost", {"amount_fen": 500_000_00, "count": 512}).denominator == 4 * 512


@rows(
    ({"count": 1_727_000, "total": 8_343_000}, 40),  # 20.7 per cent, four points over 16.7
    ({"count": 167, "total": 1_000}, 0),
    ({"count": 150, "total": 1_000}, -17),
)
def test_the_share_of_elders_is_told_beside_that_of_the_nation(facts: dict, expected: int) -> None:
    assert WUHAN.value("ageing-over-nation", facts) == expected
    assert ("低1.7%" in WUHAN.said("ageing-over-nation", facts)) is (expected < 0)
