"""The hamlet's rules, a cell for each thing a table can say, decided as columns and line by line: they say the same.

The facts are thrown from the few values on which its tables turn; some lines lack something, some hold what nobody
knows, and some inputs are whole, so that what is known beforehand is not asked.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from sangyu.policy.columns import decide_all
from sangyu.policy.each import decide_each
from sangyu.policy.tests import hamlet_facts
from sangyu.policy.tests.hamlet_facts import ORDER, PACK, SAID, UNREAD, read, shape, value

ROWS = 60


def lines(dice: random.Random, names: list[str], whole: bool, signed: bool) -> pa.Table:
    return hamlet_facts.lines(dice, names, whole, signed, ROWS)


def assert_the_same(rule: str, asked: pa.Table, said: dict[str, Any], on: date | None = None) -> list[dict[str, Any]]:
    together, each = decide_all(PACK, rule, asked, said, on), decide_each(PACK, rule, asked, said, on)
    assert together.schema == each.schema
    for line, one, other in zip(asked.to_pylist(), together.to_pylist(), each.to_pylist(), strict=True):
        assert one == other, (rule, said, line)
    return list(each.to_pylist())


@pytest.mark.parametrize("rule", PACK.rules)
def test_lines_with_gaps_and_strange_codes(rule: str) -> None:
    dice = random.Random(f"gaps {rule}")
    made = assert_the_same(rule, lines(dice, read(rule), whole=False, signed=False), SAID)
    assert len({line["row"] for line in made}) > 2


@pytest.mark.parametrize("rule", PACK.rules)
def test_lines_that_lack_nothing_with_half_of_the_figures_unset(rule: str) -> None:
    dice = random.Random(f"whole {rule}")
    said = {name: SAID[name] for name in ("least_age", "steps", "who")}
    assert_the_same(rule, lines(dice, read(rule), whole=True, signed=False), said)


@pytest.mark.parametrize("rule", [rule for rule in PACK.rules if rule not in ("figures", "entry", "meal")])
def test_lines_of_half_of_the_facts_on_one_day_with_no_figure_set(rule: str) -> None:
    dice = random.Random(f"half {rule}")
    names = [name for name in read(rule) if name != "on"]
    some = dice.sample(names, max(1, len(names) // 2))
    assert_the_same(rule, lines(dice, some, whole=False, signed=False), {}, on=date(2016, 6, 15))


@pytest.mark.parametrize("rule", [rule.id for rule in PACK.rules.values() if rule.payers])
def test_charges_that_are_taken_back(rule: str) -> None:
    dice = random.Random(f"back {rule}")
    assert_the_same(rule, lines(dice, [*read(rule), "paid_fen"], whole=rule == "care", signed=True), SAID)


@pytest.mark.parametrize("rule", ["credit", "minutes"])
def test_services_drawn_in_order_where_an_elder_has_one_credit_a_month(rule: str) -> None:
    dice = random.Random(f"order {rule}")
    names = [name for name in read(rule) if name not in (*UNREAD, "used_before_minutes")]
    start, elders = datetime(2016, 6, 1, 8, tzinfo=UTC), "abcdefgh"
    grounds = {elder: lines(dice, names, whole=False, signed=False).to_pylist()[0] for elder in elders}
    made: dict[str, list[Any]] = {name: [] for name in (*names, *ORDER)}
    for number in dice.sample(range(9999), ROWS):
        elder, at = dice.choice(elders), start + timedelta(hours=dice.randrange(0, 24 * 60, 12))
        asked = value(dice, PACK.rules[rule].shared, whole=False)
        line = {**grounds[elder], PACK.rules[rule].shared: asked, "elder": elder, "at": at, "id": number}
        for name, one in {**line, "on": at.date(), "since": date(2016, 1, 1)}.items():
            if name in made:
                made[name].append(one)
    said = assert_the_same(rule, pa.table(made, schema=shape((*names, *ORDER)).to_pyarrow()), SAID)
    assert any(line[f"used_{'fen' if rule == 'credit' else 'minutes'}"] for line in said)


def test_the_28th_counts_where_the_pack_says_so() -> None:
    days = [date(2017, 2, 27), date(2017, 2, 28), date(2016, 2, 28), date(2020, 2, 28), date(2020, 2, 29)]
    born = [date(1952, 2, 29), date(1952, 2, 29), date(1951, 2, 28), date(1955, 2, 28), date(1955, 3, 1)]
    asked = {"birth_date": pa.array(born, pa.date32()), "on": pa.array(days, pa.date32())}
    made = decide_all(PACK, "class", pa.table({**asked, "identities": pa.array([[]] * 5, pa.list_(pa.string()))}), SAID)
    assert [line["eligible"] for line in made.to_pylist()] == [False, True, True, True, False]
