"""What holds of a whole column at once: it says what `decide` says line by line, to the fen, and without a float."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import BadFact, Pack, UnknownRule, load
from sangyu.policy.column_facts import COLUMN_TYPES, NotInColumns
from sangyu.policy.column_files import Profile
from sangyu.policy.columns import decide_all, print_rule, reason_against
from sangyu.policy.each import decide_each
from sangyu.policy.tests.change import written
from sangyu.policy.tests.lines import parameters, read_by, table
from sangyu.policy.vocabulary import facts

# One rule for each thing that columns say in a way of their own; `./sangyu bench policy` goes through all of them.
RULES = [
    ("lanzhou-chengguan", "lunch-subsidy"),  # versions, unknowns, a rest
    ("lanzhou-chengguan", "canteen-day"),  # a map, shares of a figure
    ("lanzhou-chengguan", "settlement"),  # lists and steps
    ("lanzhou-chengguan", "spot-check"),  # rounding up
    ("lanzhou-chengguan", "appraisal-score"),  # weights
    ("fuzhou-gulou", "voucher-year"),  # a derived amount, the best of several rows
    ("jiangmen-xinhui", "operating-grant"),  # days that there are not
    ("qujing", "point-grants-total"),  # the sum of several rows
    ("taiyuan", "circle-coverage"),  # members in a range, division by nothing
    ("weifang-xiashan", "home-hours"),  # a matrix
    ("weifang-xiashan", "sign-in"),  # a schedule
    ("xiamen-huli", "fund-share"),  # largest remainder
    ("xiamen-huli", "purchase-approval"),  # a refusal, a code that nobody knows
    ("xiamen-huli", "respite-stay"),  # a day as the answer
]
WHOLE = ibis.schema({name: COLUMN_TYPES[fact.type] for name, fact in facts().items()})


def assert_equal(pack: Pack, rule: str, lines: pa.Table, said: dict[str, Any]) -> pa.Table:
    together, each = decide_all(pack, rule, lines, said), decide_each(pack, rule, lines, said)
    assert together.schema == each.schema
    for line, one, other in zip(lines.to_pylist(), together.to_pylist(), each.to_pylist(), strict=True):
        assert one == other, (rule, said, line)
    return together


@pytest.mark.parametrize(("pack_id", "rule"), RULES)
def test_a_column_says_what_decide_says_line_by_line(pack_id: str, rule: str) -> None:
    pack, dice = load(pack_id), random.Random(f"{pack_id} {rule}")
    names = [name for name in read_by(pack, pack.rules[rule]) if name == "on" or dice.random() < 0.95]
    assert_equal(pack, rule, table(dice, names, 80), parameters(dice, pack))


CHANGE = date(2014, 10, 1)  # of who may have a meal; of a canteen's day there was no rule before


@pytest.mark.parametrize("rule", ["meal-entry", "canteen-day"])
@pytest.mark.parametrize("reach", [(-40, -1), (-1, 0), (0, 40)])
def test_a_version_that_no_day_of_the_lines_reaches_is_left_out(rule: str, reach: tuple[int, int]) -> None:
    pack, dice = load("lanzhou-chengguan"), random.Random(f"{rule} {reach}")
    lines = table(dice, read_by(pack, pack.rules[rule]), 40)
    days: list[date | None] = [CHANGE + timedelta(days=dice.choice(range(reach[0], reach[1] + 1))) for _ in range(40)]
    days[7] = None if reach[1] else days[7]
    lines = lines.set_column(lines.column_names.index("on"), "on", pa.array(days, pa.date32()))
    versions = {line["version"] for line in assert_equal(pack, rule, lines, {}).to_pylist()}
    held = {pack.rules[rule].version_on(day) for day in days if day}
    assert versions - {None} <= {version.label for version in held if version}


def test_only_what_the_days_reach_is_printed() -> None:
    pack = load("lanzhou-chengguan")

    def days_in(first_on: date, last_on: date) -> bool:
        profile = Profile(whole=frozenset(facts()), first_on=first_on, last_on=last_on)
        return "2014" in print_rule(pack, "meal-entry", WHOLE, profile=profile).sql.replace("'2014-10-01..'", "")

    assert days_in(CHANGE - timedelta(days=1), CHANGE)
    assert not days_in(CHANGE, CHANGE)
    wide = Profile(first_on=CHANGE, last_on=date(2015, 1, 1)).widened(pack)
    assert (wide.first_on, wide.last_on) == (CHANGE, date(9999, 12, 30))


@settings(deadline=None, max_examples=2)
@given(
    amounts=st.lists(st.integers(-3000, 3000), min_size=40, max_size=60),
    over=st.integers(1, 40),
)
def test_an_amount_below_zero_is_rounded_like_the_scalar_rule(amounts: list[int], over: int) -> None:
    pack = load("lanzhou-chengguan")
    lines = pa.table(
        {
            "on": [date(2016, 5, 10)] * len(amounts),
            "service_class": ["C"] * len(amounts),
            "market_price_fen": pa.array([amount * over for amount in amounts], pa.int64()),
        }
    )
    assert_equal(pack, "platform-price", lines, {})


def services(dice: random.Random, rows: int) -> pa.Table:
    """Throw services of a few elders in one summer, in no order, several at one moment."""
    start = datetime(2016, 5, 28, 8, tzinfo=UTC)
    times = [start + timedelta(hours=dice.randrange(0, 24 * 40, 6)) for _ in range(rows)]
    return pa.table(
        {
            "id": pa.array(dice.sample(range(10_000), rows), pa.int64()),
            "elder": [dice.choice("abc") for _ in range(rows)],
            "at": pa.array(times, pa.timestamp("us", "UTC")),
            "on": [moment.date() for moment in times],
            "identities": pa.array(
                [dice.choice([["entitled_group"]] * 4 + [[], None]) for _ in range(rows)], pa.list_(pa.string())
            ),
            "since": pa.array([dice.choice([None, None, date(2016, 6, 15)]) for _ in range(rows)], pa.date32()),
            "price_fen": pa.array([dice.choice([0, 700, 1999, 4000, None]) for _ in range(rows)], pa.int64()),
        }
    )


@pytest.mark.parametrize("part_month", ["full", "next_month"])
def test_a_credit_is_drawn_in_order_of_service_and_then_of_id(part_month: str) -> None:
    made = assert_equal(
        load("lanzhou-chengguan"), "class-b-credit", services(random.Random(7), 150), {"part_month": part_month}
    ).to_pylist()
    assert {line["outcome"] for line in made} == {"decided", "needs_fact"}
    assert any(line["used_fen"] and line["share_elder_fen"] for line in made), "no service was cut at the credit"


def test_a_service_below_zero_is_refused_not_guessed() -> None:
    lines = services(random.Random(7), 20)
    prices = pa.array([-100] * 20, pa.int64())
    lines = lines.set_column(lines.column_names.index("price_fen"), "price_fen", prices)
    made = decide_all(load("lanzhou-chengguan"), "class-b-credit", lines).to_pylist()
    assert {line["fault"] for line in made if line["outcome"] == "refused"} == {"NEGATIVE_SERVICE"}


def test_a_rule_that_columns_cannot_say_is_refused_with_its_reason() -> None:
    pack = load("xiamen-huli")
    assert "--engine python" in reason_against(pack, "pool-allocation")
    with pytest.raises(NotInColumns, match="付款方因行而异"):
        decide_all(pack, "pool-allocation", table(random.Random(1), ["on", "price_fen", "counts"], 3))


def test_nothing_in_between_is_a_floating_number() -> None:
    for pack_id, rule in (("lanzhou-chengguan", "settlement"), ("xiamen-huli", "fund-share"), RULES[5]):
        sql = print_rule(load(pack_id), rule, WHOLE).sql
        assert "/" not in re.sub(r"'[^']*'", "", sql)
        assert not re.search(r"\b(DOUBLE|FLOAT|REAL)\b|\d\.\d", re.sub(r"'[^']*'", "", sql))


def test_a_column_of_the_wrong_type_is_refused_as_a_whole() -> None:
    lines = pa.table({"on": [date(2016, 5, 10)], "age": [65.5], "lives_in_area": [True]})
    with pytest.raises(BadFact, match="这一列的类型是 float64"):
        decide_all(load("lanzhou-chengguan"), "registration", lines)


def test_a_rule_that_there_is_not_is_named() -> None:
    with pytest.raises(UnknownRule, match="没有规则 nothing"):
        decide_all(load("lanzhou-chengguan"), "nothing", pa.table({"on": [date(2016, 5, 10)]}))


PACK = '[pack]\ntitle = "一处"\narea = "000000"\n[documents.notice]\ntitle = "通知"\n'


def test_a_credit_that_changes_within_a_month_is_refused(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        PACK,
        {"credit": ('form = "account"\npayers = ["elder", "government"]', "granted,because\nhours_month * 100,额度\n")},
    )
    lines = pa.table(
        {
            "id": [1, 2, 3],
            "elder": ["a", "a", "b"],
            "at": pa.array([datetime(2016, 5, day, tzinfo=UTC) for day in (1, 2, 3)], pa.timestamp("us", "UTC")),
            "on": [date(2016, 5, day) for day in (1, 2, 3)],
            "hours_month": [10, 20, 30],
            "price_fen": [500, 500, 500],
        }
    )
    made = decide_all(load(folder.name, folder.parent), "credit", lines).to_pylist()
    assert [line["fault"] for line in made] == ["CREDIT_CHANGES", "CREDIT_CHANGES", None]
    assert made[2]["used_fen"] == 500
