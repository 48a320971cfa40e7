"""The small language of a cell, tested by what it decides."""

from __future__ import annotations

from typing import Any

import pytest

from sangyu.policy import cells, ir, load
from sangyu.policy.cover import Probe
from sangyu.policy.errors import BadCell
from sangyu.policy.runtime import Unknown
from sangyu.policy.to_python import Program, figure_program, program

PACK = load("lanzhou-chengguan")
SCOPE = cells.Scope(dict(PACK.derived), {}, dict(PACK.settings), dict(PACK.parameters))


def holds(column: str, text: str, value: Any, **names: Any) -> Any:
    name = SCOPE.name(column)
    row = ir.Row(2, (ir.Cell(name, cells.test(text, name, SCOPE), text),), {}, "")
    made: Program = program(ir.Table("one cell", (name,), (), (row,)))
    ((_, ((_, test),), _),) = made.run(Probe({column: value, **names}))
    return test()


def worth(text: str, **names: Any) -> Any:
    return figure_program(ir.Figure("one formula", "", cells.formula(text, SCOPE))).run(Probe(names))


@pytest.mark.parametrize(
    ("column", "text", "yes", "no"),
    [
        ("age", "65..74", [65, 74], [64, 75]),
        ("age", ">=80", [80], [79]),
        ("age", ">80", [81], [80]),
        ("age", "not 65|70", [66], [65, 70]),
        ("income_month_fen", "<1800.00", [179_999], [180_000]),
        ("income_month_fen", "<=1800.00", [180_000], [180_001]),
        ("meal", "lunch|dinner", ["lunch"], []),
        ("identities", "three_no|dibao", [("dibao", "needy")], [(), ("needy",)]),
        ("identities", "not three_no", [(), ("dibao",)], [("three_no", "dibao")]),
        ("registered", "yes", [True], [False]),
        ("service_class", "A|D", ["A"], ["B"]),
    ],
)
def test_condition(column: str, text: str, yes: list[Any], no: list[Any]) -> None:
    assert [holds(column, text, value) for value in yes] == [True] * len(yes)
    assert [holds(column, text, value) for value in no] == [False] * len(no)


def test_condition_may_name_a_setting_or_a_day() -> None:
    from datetime import date

    assert holds("age", ">=three_no_min_age", 62, three_no_min_age=60) is True
    assert holds("identities", "class_b_identities", ("dibao",), class_b_identities=("dibao",)) is True
    month = date(2018, 3, 1)
    assert holds("since", ">month_start", date(2018, 3, 2), month_start=month) is True
    assert holds("since", ">month_start", None, month_start=month) is False
    assert holds("since", "2018-03-01..2018-03-31", date(2018, 3, 31)) is True


def test_all_of_a_list_may_name_a_setting() -> None:
    held = {"class_b_identities": ("entitled_group", "dibao")}
    assert holds("identities", "three_no&class_b_identities", ("dibao", "three_no", "entitled_group"), **held) is True
    assert holds("identities", "three_no&class_b_identities", ("dibao", "three_no"), **held) is False
    missing = Unknown("fact", "class_b_identities")
    assert holds("identities", "three_no&class_b_identities", ("three_no",), class_b_identities=missing) is missing
    assert holds("identities", "three_no&class_b_identities", ("dibao",), class_b_identities=missing) is False
    assert holds("identities", "three_no&dibao", missing) is missing


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        (">=0", True),
        (">-1", True),
        ("<0", False),
        ("<=-1", False),
        (">0", None),
        (">=1", None),
        ("<=0", None),
        ("0..9", None),
    ],
)
def test_range_decides_without_a_number_that_cannot_be_negative(text: str, decided: bool | None) -> None:
    counted, free = Unknown("fact", "age", counted=True), Unknown("fact", "age")
    assert holds("age", text, counted) is (counted if decided is None else decided)
    assert holds("age", text, free) is free


def test_difference_of_two_counts_may_be_negative() -> None:
    missing = Unknown("fact", "price_fen", counted=True)
    for text in ("price_fen - age", "price_fen + age", "price_fen * age", "min(price_fen, age)", "max(price_fen, age)"):
        assert not worth(text, price_fen=missing, age=3).counted


def test_unknown_value_leaves_a_condition_unknown() -> None:
    missing = Unknown("fact", "age")
    assert holds("age", ">=65", missing) is missing


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("half_up(price_fen * 800 / 1000)", 9),
        ("up(price_fen / 2)", 6),
        ("down(price_fen / 2)", 5),
        ("min(9.00, price_fen)", 11),
        ("max(9.00, price_fen) - price_fen", 889),
        ("sum(order_subsidies_fen) + count(order_subsidies_fen)", 8),
        ("counts.three_no * 2 + counts.unsubsidised", 6),
        ("lacks(counts, three_no, unsubsidised)", 1),
        ("has(counts, three_no, unsubsidised)", 1),
        ("-5 + price_fen", 6),
        ("count(order_subsidies_fen < 5)", 1),
        ("count(order_subsidies_fen <= 5)", 2),
        ("count(order_subsidies_fen > 1)", 1),
        ("count(order_subsidies_fen >= 1)", 2),
        ("count(1 < order_subsidies_fen <= 5)", 1),
        ("count(1 <= order_subsidies_fen < 5)", 1),
        ("count(distinct(order_subsidies_fen))", 2),
        ("at(counts, three_no) + at(counts, unsubsidised)", 3),
        ("at(weights, quality)", 25),
    ],
)
def test_formula(text: str, value: int) -> None:
    names: dict[str, Any] = {"order_subsidies_fen": (1, 5), "counts": {"three_no": 3}, "weights": {"quality": 25}}
    assert worth(text, price_fen=11, **names) == value


@pytest.mark.parametrize(
    ("text", "names", "missing"),
    [
        ("count(order_subsidies_fen)", {}, "order_subsidies_fen"),
        ("count(distinct(order_subsidies_fen))", {}, "order_subsidies_fen"),
        ("count(order_subsidies_fen <= price_fen)", {"order_subsidies_fen": (1,)}, "price_fen"),
        ("at(counts, three_no)", {}, "counts"),
        ("at(weights, quality)", {}, "weights"),
        ("at(weights, staff)", {"weights": {"quality": 25}}, "weights"),
        ("half_up(price_fen / total)", {"price_fen": 5}, "total"),
        ("price_fen - total", {"total": 5}, "price_fen"),
    ],
)
def test_formula_asks_for_what_it_lacks(text: str, names: dict[str, Any], missing: str) -> None:
    everything = ("order_subsidies_fen", "price_fen", "counts", "weights", "total")
    unknown = {name: Unknown("fact", name) for name in everything}
    assert worth(text, **{**unknown, **names}).name == missing


@pytest.mark.parametrize(
    "text", ["year(since)", "month(since) + 1", "max(0, 12 - month(since))", "half_up(year(since) / 2)"]
)
def test_figure_of_a_date_that_there_is_not_is_not_there(text: str) -> None:
    assert worth(text, since=None) is None


@pytest.mark.parametrize(
    "text",
    [
        "price_fen /",
        "price_fen / 2",
        "half_up(price_fen)",
        "half_up(price_fen / 0)",
        "price_fen ** 2",
        "sqrt(price_fen)",
        "0.5",
        "9.123",
        "__import__('os')",
        "price_fen if age else 0",
        "min(1)",
        "nobody",
        "has(counts)",
    ],
)
def test_formula_outside_the_language_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.formula(text, SCOPE)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("age", ">="),
        ("age", "..70"),
        ("registered", "perhaps"),
        ("meal", "supper"),
        ("since", ">2018-02-30"),
        ("since", ">1500"),
        ("counts", "5"),
        ("identities", "meals_covered"),
    ],
)
def test_condition_outside_the_language_is_refused(column: str, text: str) -> None:
    with pytest.raises(BadCell):
        cells.test(text, SCOPE.name(column), SCOPE)


def test_step_takes_the_highest_bound_reached_and_wants_more_below_the_lowest() -> None:
    text, table = "step(coefficient_table, score_tenths)", ((900, 1000), (800, 950))
    assert [worth(text, coefficient_table=table, score_tenths=score) for score in (1000, 900, 899)] == [1000, 1000, 950]
    below = worth(text, coefficient_table=table, score_tenths=799)
    assert isinstance(below, Unknown)
    assert (below.kind, below.name) == ("parameter", "coefficient_table")


def test_printed_source_reads_like_the_table() -> None:
    table = PACK.rules["registration"].versions[0].table
    assert program(table).source == (
        "def rows(f):\n"
        "    # tables/registration.csv\n"
        "    yield 3, (('age', lambda: within(f.fact('age'), 65, None)),"
        " ('lives_in_area', lambda: yes(f.fact('lives_in_area'))),),"
        " lambda: {'eligible': True, 'ground': 'age_65'}\n"
        "    yield 4, (), lambda: {'eligible': False}\n"
    )
