"""Taking a charge back: nothing is left of charge and refund, nobody gets more than was paid, both engines alike."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import BadFact, Decision, decide, load
from sangyu.policy.columns import decide_all
from sangyu.policy.corrections import give_back
from sangyu.policy.each import decide_each
from sangyu.policy.forms import share_out
from sangyu.policy.replay import replay
from sangyu.policy.runtime import REST, Part
from sangyu.policy.tests.test_columns import services

PACK = load("lanzhou-chengguan")
DAY = date(2018, 3, 6)
LUNCH: dict[str, Any] = {"registered": True, "meal": "lunch", "nth_of_day": 1, "place": "contracted_canteen"} | {
    "mode": "dine_in",
    "identities": [],
    "age": 76,
}
FEN = st.integers(0, 6000)


def lunch(price_fen: int, **facts: Any) -> Decision:
    return decide(PACK, "lunch-subsidy", {**LUNCH, "price_fen": price_fen, **facts}, on=DAY)


def credit(price_fen: int, **facts: Any) -> Decision:
    return decide(PACK, "class-b-credit", {"service_class": "B", "price_fen": price_fen, **facts}, on=DAY)


def shares(decision: Decision) -> dict[str, int]:
    assert decision.shares_fen is not None, decision
    return dict(decision.shares_fen)


def test_a_lunch_taken_back_leaves_nothing_on_either_side() -> None:
    assert shares(lunch(1500)) == {"elder": 500, "government": 1000}
    refund = lunch(-1500)
    assert shares(refund) == {"elder": -500, "government": -1000}
    assert refund.because == "冲正：年满75周岁，午餐标准15元，政府补贴10元，自付5元"
    assert refund.row == lunch(1500).row


def test_a_part_goes_back_as_it_was_paid() -> None:
    refund = lunch(-700, paid_fen={"elder": 500, "government": 1000})
    assert shares(refund) == {"elder": -233, "government": -467}
    assert refund.because == "退回7.00元，按原单各方所付的比例：自付2.33元，政府4.67元"


@pytest.mark.parametrize(
    "paid", [{"elder": 500, "government": 199}, {"elder": 900, "sponsor": 900}, {"elder": -1, "government": 900}]
)
def test_what_was_not_paid_is_not_given_back(paid: dict[str, int]) -> None:
    with pytest.raises(BadFact):
        lunch(-700, paid_fen=paid)


def test_a_credit_gets_back_what_it_paid_and_asks_what_that_was() -> None:
    charge = credit(4000, used_before_fen=2000)
    assert (shares(charge), charge.balance_fen) == ({"elder": 1000, "government": 3000}, 0)
    assert credit(-4000, used_before_fen=5000).missing == "paid_fen"
    back = credit(-4000, used_before_fen=5000, paid_fen=shares(charge))
    assert (shares(back), back.used_fen, back.balance_fen) == ({"elder": -1000, "government": -3000}, -3000, 3000)
    part = credit(-400, used_before_fen=5000, refund_fen=10, paid_fen=shares(charge))
    assert (part.used_fen, part.balance_fen) == (-300, 310)


def test_minutes_are_not_taken_back_by_a_sign() -> None:
    pack = load("weifang-xiashan")
    facts = {"mode": "home", "hours_month": 10, "used_before_minutes": 60, "minutes": -30}
    with pytest.raises(BadFact, match="没有写明由谁支付"):
        decide(pack, "home-hours-account", facts, on=DAY)


def test_a_correction_is_decided_again_from_what_is_stored() -> None:
    stored = lunch(-700, paid_fen={"elder": 500, "government": 1000})
    assert stored.facts_used["price_fen"] == -700
    assert replay(stored.to_json(), lambda pack_id, digest: PACK).same


@settings(deadline=None, max_examples=60)
@given(
    price_fen=FEN, rates=st.lists(st.integers(0, 400), min_size=1, max_size=3).filter(lambda some: sum(some) <= 1000)
)
def test_a_charge_and_its_refund_are_nothing_for_every_payer(price_fen: int, rates: list[int]) -> None:
    parts: dict[str, Any] = {f"payer{number}": Part(rate) for number, rate in enumerate(rates)} | {"elder": REST}
    charge, refund = share_out(price_fen, parts), share_out(-price_fen, parts)
    assert {payer: charge[payer] + refund[payer] for payer in parts} == dict.fromkeys(parts, 0)


@settings(deadline=None, max_examples=60)
@given(paid=st.lists(FEN, min_size=1, max_size=4), cuts=st.lists(st.integers(0, 24_000), max_size=5))
def test_partial_refunds_never_give_back_more_than_was_paid(paid: list[int], cuts: list[int]) -> None:
    left = {f"payer{number}": fen for number, fen in enumerate(paid)}
    marks = sorted({0, *(cut for cut in cuts if cut < sum(paid)), sum(paid)})
    for low, high in pairwise(marks):
        back = give_back(high - low, left)
        assert sum(back.values()) == high - low
        assert all(0 <= fen <= left[payer] for payer, fen in back.items())
        left = {payer: fen - back[payer] for payer, fen in left.items()}
    assert set(left.values()) == {0}, "all of it together gives all of it back"


def column(rule: str, lines: list[dict[str, Any]], kinds: dict[str, pa.DataType]) -> list[dict[str, Any]]:
    """Decide lines in columns and one by one; they must be the same."""
    table = pa.table(
        {
            name: pa.array(
                [list(line[name].items()) if isinstance(line.get(name), dict) else line.get(name) for line in lines],
                kind,
            )
            for name, kind in kinds.items()
        }
    )
    together = decide_all(PACK, rule, table, {}).to_pylist()
    assert together == decide_each(PACK, rule, table, {}).to_pylist()
    return together


def test_a_column_takes_back_as_one_by_one() -> None:
    dice = random.Random("taken back")
    kinds = {"on": pa.date32(), "service_class": pa.string(), "price_fen": pa.int64(), "used_before_fen": pa.int64()}
    lines: list[dict[str, Any]] = [
        {
            "on": DAY,
            "service_class": dice.choice("AB"),
            "price_fen": dice.randrange(-6000, 6000),
            "used_before_fen": dice.randrange(7000),
            "paid_fen": dice.choice([None, {"elder": dice.randrange(3000), "government": 4000}, {"street": 9}]),
        }
        for _ in range(60)
    ]
    for line, answer in zip(
        lines, column("class-b-credit", lines, {**kinds, "paid_fen": pa.map_(pa.string(), pa.int64())}), strict=True
    ):
        if answer["outcome"] == "decided":
            assert answer["share_elder_fen"] + answer["share_government_fen"] == line["price_fen"]
    mirrored = [{**line, "price_fen": -line["price_fen"]} for line in lines]
    made = column("domestic-service", [*lines, *mirrored], kinds)
    for one, other in zip(made[:60], made[60:], strict=True):
        assert one["share_elder_fen"] == -other["share_elder_fen"]
        assert one["share_government_fen"] == -other["share_government_fen"]


def in_order(lines: list[dict[str, Any]]) -> pa.Table:
    """Lay services out as a table that a credit is drawn on in order."""
    kinds = services(random.Random(0), 1).schema
    whole = pa.schema([*kinds, pa.field("paid_fen", pa.map_(pa.string(), pa.int64()))])
    shaped = [{**line, "paid_fen": list(line["paid_fen"].items()) if line.get("paid_fen") else None} for line in lines]
    return pa.Table.from_pylist(shaped, schema=whole)


def test_what_goes_back_to_a_credit_in_order_of_service_may_be_used_again() -> None:
    dice = random.Random("again")
    charged = services(dice, 120)
    lines = charged.to_pylist()
    for line, made in zip(charged.to_pylist(), decide_all(PACK, "class-b-credit", charged).to_pylist(), strict=True):
        later = line["at"] + timedelta(hours=dice.choice([1, 30, 100]))
        if made["used_fen"] and later.month == line["at"].month and dice.random() < 0.5:
            paid = {"elder": made["share_elder_fen"], "government": made["share_government_fen"]}
            back = -dice.randrange(1, line["price_fen"] + 1)
            number = 10_000 + line["id"]
            lines.append({**line, "id": number, "at": later, "on": later.date(), "price_fen": back, "paid_fen": paid})
    lines.append({**lines[-1], "id": 99_999, "paid_fen": {"elder": 0}})
    table = in_order(lines)
    together = decide_all(PACK, "class-b-credit", table).to_pylist()
    assert together == decide_each(PACK, "class-b-credit", table).to_pylist()
    assert {line["outcome"] for line in together} == {"decided", "needs_fact", "refused"}
    assert any(line["used_fen"] and line["used_fen"] < 0 for line in together)
    drawn: dict[Any, int] = {}
    for line, made in sorted(zip(lines, together, strict=True), key=lambda pair: (pair[0]["at"], pair[0]["id"])):
        month = (line["elder"], line["on"].month)
        drawn[month] = drawn.get(month, 0) + (made["used_fen"] or 0)
        assert 0 <= drawn[month] <= 5000
        if made["outcome"] == "decided":
            assert made["share_elder_fen"] + made["share_government_fen"] == line["price_fen"]
        if made["granted_fen"]:
            assert made["balance_fen"] == 5000 - drawn[month]


def test_a_month_that_gives_back_more_than_was_drawn_is_refused() -> None:
    lines = services(random.Random(7), 40).to_pylist()
    paid = {"elder": 0, "government": 9000}
    back = {
        **lines[0],
        "id": 20_000,
        "identities": ["entitled_group"],
        "since": None,
        "price_fen": -9000,
        "paid_fen": paid,
    }
    table = in_order([*lines, back])
    made = decide_all(PACK, "class-b-credit", table).to_pylist()
    assert made[-1]["fault"] == "NEGATIVE_SERVICE"
