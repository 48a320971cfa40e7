"""Answers of a whole column, worked out here by hand: months of an age, a class that was stated, weighed scores.

Random lines seldom come to these; each is also held against the same line decided by itself.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from sangyu.policy import Pack, load
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.columns import decide_all
from sangyu.policy.each import decide_each
from sangyu.policy.tests.change import written
from sangyu.policy.vocabulary import facts

NOTICE = '[pack]\ntitle = "一处"\narea = "000000"\n[documents.notice]\ntitle = "通知"\n'
CHENGGUAN, GULOU = "lanzhou-chengguan", "fuzhou-gulou"
ON = date(2016, 6, 15)


def answers(pack: Pack | str, rule: str, lines: list[dict[str, Any]], **said: Any) -> list[dict[str, Any]]:
    """Decide lines as a column; each must be answered as it is by itself."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    shape = ibis.schema({name: COLUMN_TYPES[facts()[name].type] for name in names}).to_pyarrow()
    asked = pa.Table.from_pylist([{name: line.get(name) for name in names} for line in lines], schema=shape)
    pack = load(pack) if isinstance(pack, str) else pack
    together = decide_all(pack, rule, asked, said)
    assert together.to_pylist() == decide_each(pack, rule, asked, said).to_pylist()
    return list(together.to_pylist())


@pytest.mark.parametrize(
    ("first_month", "amounts_fen"),
    [
        ("month_reached", [120_000, 120_000, 110_000, 80_000, 70_000, 60_000, 10_000, 0, 180_000, 1_040_000]),
        ("next_month", [120_000, 110_000, 100_000, 70_000, 60_000, 50_000, 0, 0, 170_000, 960_000]),
    ],
)
def test_an_allowance_counts_the_months_of_an_age(first_month: str, amounts_fen: list[int]) -> None:
    eighty = [(1935, 12, 31), (1936, 1, 1), (1936, 2, 29), (1936, 5, 31), (1936, 6, 30), (1936, 7, 1), (1936, 12, 31)]
    born = [date(*day) for day in (*eighty, (1937, 1, 1), (1926, 7, 15), (1916, 3, 31))]
    lines = [{"on": ON, "birth_date": day, "has_work_unit": False} for day in born]
    made = answers(GULOU, "allowance-year", lines, first_month=first_month)
    assert [one["amount_fen"] for one in made] == amounts_fen


def test_february_ends_on_the_twenty_eighth_where_the_year_is_not_a_leap_year() -> None:
    line = {"birth_date": date(1936, 2, 28), "has_work_unit": False}
    made = answers(GULOU, "allowance-year", [{**line, "on": date(year, 6, 15)} for year in (2016, 2026, 2027)])
    # Eighty in February 2016, ninety in February 2026, ninety all through 2027.
    assert [one["amount_fen"] for one in made] == [110_000, 100_00 + 11 * 200_00, 240_000]


def test_an_age_without_a_birthday_stands_all_year_and_is_asked_for_where_both_are_lacking() -> None:
    lines = [{"on": ON, "age": age, "has_work_unit": False} for age in (79, 80, None)]
    alone = answers(GULOU, "allowance-year", lines)
    beside = answers(GULOU, "allowance-year", [*lines, {**lines[0], "birth_date": date(1936, 5, 31)}])
    for made in (alone, beside):
        assert [one["amount_fen"] for one in made[:3]] == [0, 120_000, None]
        assert (made[2]["outcome"], made[2]["missing"]) == ("needs_fact", "age")
    assert beside[3]["amount_fen"] == 80_000


def test_the_months_left_of_a_year_are_counted_from_a_day_before_in_or_after_it(tmp_path: Path) -> None:
    table = "amount_fen,because\n100.00 * months_from(since) + year(since),按月\n"
    folder = written(tmp_path, NOTICE, {"months": ('form = "tier"', table)})
    days = [date(2015, 12, 31), date(2016, 1, 1), date(2016, 3, 31), date(2016, 12, 1), date(2017, 1, 1)]
    made = answers(load(folder.name, folder.parent), "months", [{"on": ON, "since": day} for day in days])
    assert [one["amount_fen"] for one in made] == [122_015, 122_016, 102_016, 12_016, 2_017]


def test_a_class_that_the_lines_state_is_not_decided_again() -> None:
    lines: list[dict[str, Any]] = [
        {"service_class": "B", "identities": ["three_no"]},
        {"service_class": None, "identities": ["three_no"]},
        {"service_class": "C", "identities": None},
        {"service_class": "nobody_knows", "identities": []},
    ]
    made = answers(CHENGGUAN, "service-class", [{"on": ON, **line} for line in lines])
    assert [one["ground"] for one in made] == ["B", "A", "C", None]
    assert [one["outcome"] for one in made] == ["decided", "decided", "decided", "refused"]


def test_scores_are_weighed_and_roles_without_anybody_counted() -> None:
    scores = {"enterprise": 900, "norms": 801, "quality": 850, "staff": 960}
    weights = {"enterprise": 10, "norms": 20, "quality": 30, "staff": 40}
    lines = [{"on": ON, "scores_tenths": one} for one in (scores, None)]
    whole = answers(CHENGGUAN, "appraisal-score", lines, weights=weights)
    assert [one["value"] for one in whole] == [889, None]  # 90.0 * 10 + 80.1 * 20 + 85.0 * 30 + 96.0 * 40 is 889.2
    counts = [{"safety_officer": 1, "first_aider": 2}, {"first_aider": 1, "other": 3}, {"safety_officer": 0}]
    made = answers(CHENGGUAN, "site-officers", [{"on": ON, "counts": one} for one in counts])
    assert [(one["result"], one["figure"]) for one in made] == [("pass", 0), ("fail", 1), ("fail", 2)]
