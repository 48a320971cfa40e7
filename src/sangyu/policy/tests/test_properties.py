"""What must hold for every input: parts add up, nothing is guessed, a later version leaves earlier days alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import Decision, Pack, decide, load
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.policy.forms import share_out
from sangyu.policy.runtime import REST, Part
from sangyu.policy.tests.change import changed

PACK = load("lanzhou-chengguan")
IDENTITIES = ["three_no", "severe_disability", "entitled_group", "needy", "dibao"]
FEN = st.integers(0, 3000)
COUNTS = st.dictionaries(
    st.sampled_from(["age_65_74", "age_75_up", "three_no", "severe_disability"]), st.integers(0, 9)
)

# Facts that may be withheld: absence of an optional fact is itself a statement, so those are not here.
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "age": st.sampled_from([59, 60, 64, 65, 74, 75, 90]),
    "lives_in_area": st.booleans(),
    "registered": st.booleans(),
    "identities": st.lists(st.sampled_from(IDENTITIES), max_size=2, unique=True),
    "has_issued_phone": st.booleans(),
    "meal": st.sampled_from(["lunch", "dinner"]),
    "nth_of_day": st.integers(1, 3),
    "place": st.sampled_from(["contracted_canteen", "other"]),
    "mode": st.sampled_from(["dine_in", "delivery"]),
    "price_fen": st.sampled_from([0, 1, 800, 900, 1499, 1500, 1501]),
    "market_price_fen": FEN,
    "used_before_fen": FEN,
    "amount_fen": FEN,
    "minutes": st.integers(0, 3),
    "call_to": st.sampled_from(["hotline", "elder_phone", "other"]),
    "order_subsidies_fen": st.lists(FEN, max_size=2),
    "score_tenths": st.integers(0, 1000),
    "scores_tenths": st.just({"enterprise": 900, "norms": 800, "quality": 850, "staff": 950}),
    "total": st.integers(0, 5),
    "count": st.integers(1, 5),
    "counts": COUNTS,
    "category": st.sampled_from(["week", "month", "quarter", "year"]),
    "events": st.lists(st.dates(date(2014, 1, 1), date(2016, 12, 31)), max_size=2),
}
PARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    "meals_covered": st.sampled_from(["lunch", "any"]),
    "meals_per_day": st.sampled_from([1, 2]),
    "off_standard": st.sampled_from(["standard_only", "fixed"]),
    "severe_disability_dine_in": st.sampled_from(["free", "by_age"]),
    "three_no_min_age": st.sampled_from([60, 65]),
    "three_no_needs_registration": st.booleans(),
    "class_b_identities": st.sampled_from([["entitled_group"], ["entitled_group", "dibao"], []]),
    "class_b_price": st.sampled_from(["agreed", "market"]),
    "class_ad_price": st.sampled_from(["agreed", "market"]),
    "credit_needs_phone": st.booleans(),
    "basis": st.sampled_from(["order_subsidies", "order_count"]),
    "coefficient_applies_to": st.sampled_from(["services", "all"]),
    "rate_before_2014_10_fen": st.integers(0, 2000),
    "tariff_fen_per_minute": st.integers(0, 30),
    "per_order_fen": FEN,
    "share_pm": st.integers(0, 1000),
    "budget_fen": FEN,
    "coefficient_table": st.just(
        [{"from_tenths": 0, "coefficient_pm": 800}, {"from_tenths": 900, "coefficient_pm": 1000}]
    ),
    "weights": st.just({"enterprise": 25, "norms": 25, "quality": 25, "staff": 25}),
}
DAYS = st.sampled_from([date(2014, 9, 30), date(2014, 10, 1), date(2016, 5, 10)])
WHOLE = st.fixed_dictionaries(FACTS)
CONFIGURED = st.fixed_dictionaries({}, optional=PARAMETERS)
LUNCH = {"registered": True, "meal": "lunch", "nth_of_day": 1, "place": "contracted_canteen"} | {
    "identities": [],
    "age": 70,
    "price_fen": 1500,
}
LATER = (
    '{ from = 2014-10-01, until = 2020-01-01, table = "lunch-subsidy.csv" },\n'
    '  { from = 2020-01-01, table = "lunch-subsidy.2020.csv" },'
)
EACH_RULE = pytest.mark.parametrize("rule", PACK.rules)


def askable(rule: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a rule refuses as no case at all: officers of other kinds, a share of nobody."""
    if rule == "site-officers":
        return {**facts, "counts": {"safety_officer": 1}}
    if rule == "ageing-share":
        return {**facts, "total": max(facts["total"], 1)}
    return facts


def ask(pack: Pack, rule: str, facts: dict[str, Any], on: date, parameters: dict[str, Any]) -> Decision:
    return decide(pack, rule, {"since": "2016-01-01", **facts, "parameters": parameters}, on=on)


def answer(decision: Decision) -> dict[str, Any]:
    """Give the answer; what a refusal says beside it may grow with what is known."""
    return {name: getattr(decision, name) for name in ANSWER_FIELDS - {"lacking", "changes_on"}}


@EACH_RULE
@settings(deadline=None, max_examples=25)
@given(facts=WHOLE, kept=st.sets(st.sampled_from(sorted(FACTS))), on=DAYS, parameters=CONFIGURED)
def test_what_is_learnt_later_never_contradicts(
    rule: str, facts: dict[str, Any], kept: set[str], on: date, parameters: dict[str, Any]
) -> None:
    facts = askable(rule, facts)
    part = {name: value for name, value in facts.items() if name in kept}
    early, late = ask(PACK, rule, part, on, parameters), ask(PACK, rule, facts, on, parameters)
    if early.outcome == "decided":
        assert late.outcome == "decided"
        assert answer(early) == answer(late)
    elif early.outcome == "needs_fact":
        assert early.missing not in part
        assert late.outcome != "needs_fact"
    else:
        assert early.outcome == late.outcome
        assert early.missing == late.missing
        assert early.missing not in parameters


@EACH_RULE
@settings(deadline=None, max_examples=12)
@given(facts=WHOLE, on=DAYS, parameters=st.fixed_dictionaries(PARAMETERS))
def test_parts_add_up_to_the_price(rule: str, facts: dict[str, Any], on: date, parameters: dict[str, Any]) -> None:
    decision = ask(PACK, rule, askable(rule, facts), on, parameters)
    if decision.shares_fen is not None:
        shared = decision.value if rule == "canteen-day" else facts["price_fen"]
        assert sum(decision.shares_fen.values()) == shared
        assert min(decision.shares_fen.values()) >= 0


@settings(deadline=None, max_examples=200)
@given(
    price_fen=st.integers(0, 100_000),
    rates_pm=st.lists(st.integers(0, 1000), min_size=1, max_size=4).filter(lambda rates: sum(rates) <= 1000),
)
def test_per_mille_parts_and_a_rest_add_up(price_fen: int, rates_pm: list[int]) -> None:
    shares: dict[str, Any] = {f"payer{number}": Part(rate) for number, rate in enumerate(rates_pm)}
    parts = share_out(price_fen, {**shares, "elder": REST})
    assert sum(parts.values()) == price_fen
    assert all(abs(parts[payer] * 1000 - price_fen * share.rate_pm) < 1000 for payer, share in shares.items())


def test_tie_goes_to_the_payer_named_first() -> None:
    assert share_out(1, {"district": Part(500), "street": Part(500)}) == {"district": 1, "street": 0}
    assert share_out(1, {"street": Part(500), "district": Part(500)}) == {"street": 1, "district": 0}


def test_later_version_leaves_earlier_days_alone(tmp_path: Path) -> None:
    folder = changed(tmp_path, "pack.toml", '{ from = 2014-10-01, table = "lunch-subsidy.csv" },', LATER)
    table = (folder / "tables/lunch-subsidy.csv").read_text(encoding="utf-8")
    (folder / "tables/lunch-subsidy.2020.csv").write_text(table.replace("min(900,", "min(1100,"), encoding="utf-8")
    later = load(folder.name, folder.parent)
    assert ask(later, "lunch-subsidy", {**LUNCH}, date(2020, 1, 1), {}).shares_fen == {"elder": 400, "government": 1100}

    @settings(deadline=None, max_examples=150)
    @given(facts=WHOLE, on=st.dates(date(2013, 1, 1), date(2019, 12, 31)), parameters=CONFIGURED)
    def same_before_2020(facts: dict[str, Any], on: date, parameters: dict[str, Any]) -> None:
        before, after = (ask(pack, "lunch-subsidy", facts, on, parameters) for pack in (PACK, later))
        assert (before.outcome, before.missing, answer(before)) == (after.outcome, after.missing, answer(after))

    same_before_2020()


@pytest.mark.parametrize("rule", ["registration", "meal-entry"])
@settings(deadline=None, max_examples=60)
@given(
    birth=st.dates(date(1940, 1, 1), date(1956, 12, 31)) | st.just(date(1952, 2, 29)),
    on=st.dates(date(2013, 1, 1), date(2016, 12, 31)),
)
def test_refusal_for_age_ends_on_the_day_it_names_and_not_before(rule: str, birth: date, on: date) -> None:
    facts = {"birth_date": birth, "lives_in_area": True}
    decision = decide(PACK, rule, facts, on=on)
    if decision.eligible is False:
        assert decision.changes_on is not None
        assert decide(PACK, rule, facts, on=decision.changes_on).eligible is True
        assert decide(PACK, rule, facts, on=decision.changes_on - timedelta(days=1)).eligible is False
