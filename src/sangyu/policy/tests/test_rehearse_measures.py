"""What a change brings is counted for every form in its own measure, over all lines and by group, as whole answers."""

from __future__ import annotations

from datetime import date

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from sangyu.policy import Pack
from sangyu.policy.errors import BadFact
from sangyu.policy.read import Reader
from sangyu.policy.rehearse import Group, Rehearsal, rehearse
from sangyu.policy.tests.change import written

PACK = """
[pack]
title = "试验镇"
area = "000000"
[documents.notice]
title = "办法"
number = "1号"
level = "district"
[parameters.rate_fen]
label = "补贴"
type = "int"
"""
RULES = {
    "entry": (
        'form = "eligible"\ntitle="准入"',
        "age,eligible,ground,because\n>=65,yes,A,\n,no,,{lacking}\n",
    ),
    "lunch": (
        'form = "split"\ntitle="午餐"\npayers = ["elder", "government", "district"]',
        "age,elder,government,district,because\n>=80,rest,1000,0,\n>=65,rest,500,100,\n,rest,0,0,\n",
    ),
    "cash": (
        'form = "tier"\ntitle="补助"',
        "age,amount_fen,because\n>=80,rate_fen,\n>=65,5000,\n,0,\n",
    ),
    "hours": (
        'form = "tier"\ntitle="时长"',
        "age,hours,because\n>=65,10,\n,0,\n",
    ),
    "units": (
        'form = "tier"\ntitle="份数"',
        "age,units,because\n>=65,2,\n,0,\n",
    ),
    "bed": (
        'form = "grant"\ntitle="床位"',
        "beds,amount_fen,because\n>=10,100000,\n,0,\n",
    ),
    "credit": (
        'form = "account"\ntitle="月额度"',
        "age,granted,because\n>=65,5000,\n,none,\n",
    ),
    "voucher": (
        'form = "account"\ntitle="服务券"\npayers = ["elder", "government"]',
        "age,granted,because\n>=65,3000,\n,none,\n",
    ),
    "care": (
        'form = "account"\ntitle="时长账户"\nshared = "minutes"',
        "age,granted,because\n>=65,60,\n,none,\n",
    ),
}
CHANGES = [
    ("entry", ">=65", "60..69"),
    ("lunch", "1000,0", "1200,0"),
    ("lunch", "500,100", "450,120"),
    ("cash", "5000", "4500"),
    ("hours", "10,", "12,"),
    ("units", "2,", "1,"),
    ("bed", "100000", "120000.00"),
    ("credit", "5000", "4000"),
    ("voucher", "3000", "4000"),
    ("care", "60", "90"),
]
COLUMNS = {
    "age": [85, 70, 62, None, 66, 70, 85],
    "on": [date(2020, 1, 31), date(2020, 1, 1), date(2020, 2, 1), date(2020, 2, 2), date(2021, 2, 2)]
    + [date(2020, 2, 3)] * 2,
    "price_fen": [1500, 1500, 1500, 1500, None, 4500, 1100],
    "beds": [10, 9, 20, 5, None, 11, 1],
    "minutes": [100, 30, 100, 30, 80, 70, 10],
    "used_before_fen": [0] * 7,
    "used_before_minutes": [0, 0, 0, 0, 0, 10, 0],
    "street": ["甲", "乙", None, "甲", "乙", "乙", "丙"],
}
LINES = pa.table({name: pa.array(column) for name, column in COLUMNS.items()})
RATE, RAISED = {"rate_fen": 800}, {"rate_fen": 900}
# Each group: lines, lines that lack something, before, after, gainers, gained, losers, lost.
WHOLE = {
    "entry": Rehearsal(
        "entry",
        "准入",
        "人",
        Group("", 7, 1, 5, 2, 1, 1, 4, 4),
        (
            Group("丙", 1, 0, 1, 0, 0, 0, 1, 1),
            Group("乙", 3, 0, 3, 1, 0, 0, 2, 2),
            Group("甲", 2, 1, 1, 0, 0, 0, 1, 1),
            Group("（未填）", 1, 0, 0, 1, 1, 1, 0, 0),
        ),
        {"age": 1},
    ),
    "lunch": Rehearsal(
        "lunch",
        "午餐",
        "元",
        Group("", 7, 3, 2200, 2340, 1, 200, 2, 60),
        (
            Group("丙", 1, 1, 0, 0, 0, 0, 0, 0),
            Group("乙", 3, 1, 1200, 1140, 0, 0, 2, 60),
            Group("甲", 2, 1, 1000, 1200, 1, 200, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1, "price_fen": 1, "refused": 1},
    ),
    "cash": Rehearsal(
        "cash",
        "补助",
        "元",
        Group("", 7, 1, 16600, 15300, 2, 200, 3, 1500),
        (
            Group("丙", 1, 0, 800, 900, 1, 100, 0, 0),
            Group("乙", 3, 0, 15000, 13500, 0, 0, 3, 1500),
            Group("甲", 2, 1, 800, 900, 1, 100, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1},
    ),
    "hours": Rehearsal(
        "hours",
        "时长",
        "小时",
        Group("", 7, 1, 50, 60, 5, 10, 0, 0),
        (
            Group("丙", 1, 0, 10, 12, 1, 2, 0, 0),
            Group("乙", 3, 0, 30, 36, 3, 6, 0, 0),
            Group("甲", 2, 1, 10, 12, 1, 2, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1},
    ),
    "units": Rehearsal(
        "units",
        "份数",
        "份",
        Group("", 7, 1, 10, 5, 0, 0, 5, 5),
        (
            Group("丙", 1, 0, 2, 1, 0, 0, 1, 1),
            Group("乙", 3, 0, 6, 3, 0, 0, 3, 3),
            Group("甲", 2, 1, 2, 1, 0, 0, 1, 1),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1},
    ),
    "bed": Rehearsal(
        "bed",
        "床位",
        "元",
        Group("", 7, 1, 300000, 36000000, 3, 35700000, 0, 0),
        (
            Group("丙", 1, 0, 0, 0, 0, 0, 0, 0),
            Group("乙", 3, 1, 100000, 12000000, 1, 11900000, 0, 0),
            Group("甲", 2, 0, 100000, 12000000, 1, 11900000, 0, 0),
            Group("（未填）", 1, 0, 100000, 12000000, 1, 11900000, 0, 0),
        ),
        {"beds": 1},
    ),
    "credit": Rehearsal(
        "credit",
        "月额度",
        "元",
        Group("", 7, 2, 8600, 8100, 0, 0, 1, 500),
        (
            Group("丙", 1, 0, 1100, 1100, 0, 0, 0, 0),
            Group("乙", 3, 1, 6000, 5500, 0, 0, 1, 500),
            Group("甲", 2, 1, 1500, 1500, 0, 0, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1, "price_fen": 1},
    ),
    "voucher": Rehearsal(
        "voucher",
        "服务券",
        "元",
        Group("", 7, 2, 7100, 8100, 1, 1000, 0, 0),
        (
            Group("丙", 1, 0, 1100, 1100, 0, 0, 0, 0),
            Group("乙", 3, 1, 4500, 5500, 1, 1000, 0, 0),
            Group("甲", 2, 1, 1500, 1500, 0, 0, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1, "price_fen": 1},
    ),
    "care": Rehearsal(
        "care",
        "时长账户",
        "分钟",
        Group("", 7, 1, 210, 280, 3, 70, 0, 0),
        (
            Group("丙", 1, 0, 10, 10, 0, 0, 0, 0),
            Group("乙", 3, 0, 140, 180, 2, 40, 0, 0),
            Group("甲", 2, 1, 60, 90, 1, 30, 0, 0),
            Group("（未填）", 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        {"age": 1},
    ),
}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Pack]:
    """The pack as it was and as it shall be."""
    changed = dict(RULES)
    for rule, old, new in CHANGES:
        options, table = changed[rule]
        assert old in table
        changed[rule] = (options, table.replace(old, new, 1))
    read = [Reader(written(tmp_path_factory.mktemp("packs"), PACK, rules)).pack for rules in (RULES, changed)]
    assert read[0] is not None
    assert read[1] is not None
    return read[0], read[1]


@pytest.mark.parametrize("rule", RULES)
def test_each_form_is_counted_in_its_own_measure(packs: tuple[Pack, Pack], rule: str) -> None:
    told = rehearse(*packs, rule, LINES, by="street", parameters=RATE, parameters_after=RAISED)
    assert told == WHOLE[rule]
    assert told.changes


def test_the_columns_count_the_same(packs: tuple[Pack, Pack]) -> None:
    in_columns = rehearse(
        *packs, "lunch", LINES, by="street", parameters=RATE, parameters_after=RAISED, columns_from=len(LINES)
    )
    assert in_columns == WHOLE["lunch"]


def test_by_month_of_service_and_on_one_day(packs: tuple[Pack, Pack]) -> None:
    told = rehearse(*packs, "cash", LINES, by="month", parameters_after=RATE)
    assert told == Rehearsal(
        "cash",
        "补助",
        "元",
        Group("", 7, 3, 15000, 13500, 0, 0, 3, 1500),
        (
            Group("2020-01", 2, 1, 5000, 4500, 0, 0, 1, 500),
            Group("2020-02", 4, 2, 5000, 4500, 0, 0, 1, 500),
            Group("2021-02", 1, 0, 5000, 4500, 0, 0, 1, 500),
        ),
        {"rate_fen": 2, "age": 1},
    )
    one = rehearse(*packs, "hours", LINES.drop(["on"]), by="month", on=date(2020, 1, 31))
    assert one == Rehearsal(
        "hours",
        "时长",
        "小时",
        Group("", 7, 1, 50, 60, 5, 10, 0, 0),
        (Group("2020-01", 7, 1, 50, 60, 5, 10, 0, 0),),
        {"age": 1},
    )
    assert one.groups[0].lost == 0
    assert rehearse(*packs, "hours", LINES, by="month", on=date(2020, 1, 31)) == one


def test_nothing_changes_between_a_pack_and_itself(packs: tuple[Pack, Pack]) -> None:
    same = rehearse(packs[0], packs[0], "cash", LINES, parameters=RATE)
    assert same == Rehearsal(
        "cash",
        "补助",
        "元",
        Group("", 7, 1, 16600, 16600, 0, 0, 0, 0),
        (),
        {"age": 1},
    )
    assert not same.changes
    none = rehearse(*packs, "cash", LINES.slice(0, 0), by="street")
    assert none == Rehearsal("cash", "补助", "元", Group("", 0, 0, 0, 0, 0, 0, 0, 0), (), {})
    assert none.to_json() == {
        "rule": "cash",
        "title": "补助",
        "unit": "元",
        "whole": dict.fromkeys(("lines", "unknown", "before", "after", "gainers", "gained", "losers", "lost"), 0)
        | {"name": ""},
        "groups": (),
        "missing": {},
    }


def test_what_is_missing_most_stands_first(packs: tuple[Pack, Pack]) -> None:
    bare = pa.table({"on": [date(2020, 1, 1)] * 4, "age": [None, 85, None, 85], "price_fen": [1, None, 1, None]})
    assert list(rehearse(*packs, "cash", bare.slice(1)).missing.items()) == [("rate_fen", 2), ("age", 1)]
    assert list(rehearse(*packs, "credit", bare).missing.items()) == [("age", 2), ("price_fen", 2)]


def test_a_column_that_is_not_there_is_named(packs: tuple[Pack, Pack]) -> None:
    with pytest.raises(BadFact) as refused:
        rehearse(*packs, "cash", LINES.select(["age", "on"]), by="town")
    assert str(refused.value) == "事实表里没有“town”这一列，现有：age、on"
