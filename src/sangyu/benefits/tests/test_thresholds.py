"""The days on which an answer turns, city by city: leap birthdays, the day itself, month ends, deaths, two at once."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu import policy

RETIRED = {"has_work_unit": False, "registered": True, "lives_in_area": True, "hukou_in_area": True}


def asked(pack: str, rule: str, on: date, birth_on: date, *identities: str, parameters=None, **facts):
    known = {**RETIRED, "birth_date": birth_on, "identities": list(identities), **facts}
    decision = policy.decide(pack, rule, known, on, parameters or {})
    assert decision.decided, decision.because
    return decision


@pytest.mark.parametrize(
    ("birth_on", "month_end", "yuan"),
    [
        # Born on a leap day: eighty in a leap year on the day, ninety in a common year on the first of March.
        (date(1948, 2, 29), date(2028, 1, 31), 0),
        (date(1948, 2, 29), date(2028, 2, 29), 100),
        (date(1948, 2, 29), date(2038, 2, 28), 100),
        (date(1948, 2, 29), date(2038, 3, 31), 200),
        # The first and the last day of a month.
        (date(1946, 12, 1), date(2026, 11, 30), 0),
        (date(1946, 12, 1), date(2026, 12, 31), 100),
        (date(1946, 12, 31), date(2026, 12, 31), 100),
        (date(1947, 1, 1), date(2026, 12, 31), 0),
        # Ninety and a hundred.
        (date(1936, 11, 30), date(2026, 11, 30), 200),
        (date(1936, 12, 1), date(2026, 11, 30), 100),
        (date(1926, 11, 30), date(2026, 11, 30), 1000),
        (date(1926, 12, 1), date(2026, 11, 30), 200),
    ],
)
@pytest.mark.proves("GL-25", "GL-26")
def test_gulou_pays_from_the_month_of_the_birthday(birth_on, month_end, yuan):
    assert asked("fuzhou-gulou", "high-age-allowance", month_end, birth_on).amount_fen == yuan * 100


@pytest.mark.parametrize(
    ("died_on", "month_end", "yuan"),
    [
        (date(2026, 11, 10), date(2026, 11, 30), 100),
        (date(2026, 11, 10), date(2026, 12, 31), 0),
        (date(2026, 11, 1), date(2026, 11, 30), 100),
        (date(2026, 10, 31), date(2026, 11, 30), 0),
        (date(2026, 11, 30), date(2026, 12, 31), 0),
    ],
)
def test_gulou_pays_the_month_of_a_death_and_none_after_it(died_on, month_end, yuan):
    said = asked("fuzhou-gulou", "high-age-allowance", month_end, date(1940, 3, 5), died_on=died_on)
    assert said.amount_fen == yuan * 100


@pytest.mark.parametrize(
    ("birth_on", "month_end", "yuan"),
    [(date(1946, 12, 31), date(2026, 12, 31), 0), (date(1946, 12, 31), date(2027, 1, 31), 100)],
)
def test_gulou_read_the_other_way_pays_from_the_month_after(birth_on, month_end, yuan):
    said = asked("fuzhou-gulou", "high-age-allowance", month_end, birth_on, parameters={"first_month": "next_month"})
    assert said.amount_fen == yuan * 100


@pytest.mark.parametrize(
    ("identities", "yuan"),
    [(("dibao",), 200), (("extreme_poor",), 400), (("dibao", "extreme_poor"), 400), ((), 0)],
)
def test_gulou_gives_the_better_of_two_vouchers(identities, yuan):
    tiers = {"voucher_month_fen": {"dibao": 20000, "extreme_poor": 40000}}
    said = asked(
        "fuzhou-gulou",
        "needs-voucher",
        date(2026, 11, 30),
        date(1956, 3, 5),
        *identities,
        parameters=tiers,
        income_month_fen=300000,
    )
    assert said.amount_fen == yuan * 100


@pytest.mark.parametrize(
    ("identities", "letter"),
    [
        (("three_no",), "A"),
        (("severe_disability",), "D"),
        (("entitled_group",), "B"),
        (("three_no", "severe_disability"), "A"),
        (("entitled_group", "severe_disability"), "D"),
        (("dibao",), "C"),
    ],
)
def test_chengguan_takes_the_first_class_that_fits(identities, letter):
    said = asked("lanzhou-chengguan", "service-class", date(2026, 11, 9), date(1950, 1, 1), *identities)
    assert said.ground == letter


@pytest.mark.parametrize(
    ("pack", "rule", "birth_on", "on", "eligible"),
    [
        ("lanzhou-chengguan", "meal-entry", date(1961, 11, 9), date(2026, 11, 8), False),
        ("lanzhou-chengguan", "meal-entry", date(1961, 11, 9), date(2026, 11, 9), True),
        ("lanzhou-chengguan", "meal-entry", date(1960, 2, 29), date(2025, 2, 28), False),
        ("lanzhou-chengguan", "meal-entry", date(1960, 2, 29), date(2025, 3, 1), True),
        ("wuhan", "one-key-device", date(1961, 11, 9), date(2026, 11, 8), False),
        ("wuhan", "one-key-device", date(1961, 11, 9), date(2026, 11, 9), True),
        ("wuhan", "family-doctor", date(1961, 11, 9), date(2026, 11, 8), False),
        ("fuzhou-gulou", "insurance", date(1966, 12, 31), date(2026, 12, 30), False),
        ("fuzhou-gulou", "insurance", date(1966, 12, 31), date(2026, 12, 31), True),
        ("xiamen-huli", "service-object", date(1966, 11, 9), date(2026, 11, 8), False),
        ("xiamen-huli", "service-object", date(1966, 11, 9), date(2026, 11, 9), True),
    ],
)
@pytest.mark.proves("WH-32")
def test_the_day_itself_counts(pack, rule, birth_on, on, eligible):
    said = asked(pack, rule, on, birth_on, has_need=True, community_in_scope=True)
    assert said.eligible is eligible


@pytest.mark.parametrize(
    ("hukou", "ground"), [(True, "hukou_60"), (False, "paid_only")], ids=["at home", "moved in with the children"]
)
def test_huli_serves_who_moved_in_for_her_own_money(hukou, ground):
    said = asked("xiamen-huli", "service-object", date(2026, 11, 9), date(1950, 1, 1), hukou_in_area=hukou)
    assert said.ground == ground


@pytest.mark.parametrize(
    ("last_on", "on", "eligible"),
    [
        (date(2026, 3, 1), date(2026, 12, 31), False),
        (date(2026, 3, 1), date(2027, 1, 1), True),
        (None, date(2026, 6, 1), True),
    ],
)
def test_huli_gives_a_respite_once_in_a_year(last_on, on, eligible):
    said = asked(
        "xiamen-huli",
        "respite",
        on,
        date(1940, 1, 1),
        "severe_disability",
        family_last_respite_on=last_on,
        last_respite_on=last_on,
    )
    assert said.eligible is eligible


@pytest.mark.parametrize(("count", "eligible"), [(0, True), (1, False)])
@pytest.mark.proves("FT-20")
def test_futian_installs_one_device_and_no_second(count, eligible):
    said = asked("shenzhen-futian", "call-device", date(2026, 11, 9), date(1950, 1, 1), has_need=True, count=count)
    assert said.eligible is eligible
