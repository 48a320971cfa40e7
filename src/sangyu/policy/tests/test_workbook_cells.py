"""What a cell shows in Excel, when it is still the same, and what is read from it: every kind of column by table."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import Pack, load
from sangyu.policy.errors import BadCell
from sangyu.policy.excel_cells import Column, Kind, column, said, same, shown, tidy
from sangyu.policy.tests.hillside import hillside

DAY = date(2020, 2, 3)
MIDNIGHT, MORNING = datetime.combine(DAY, time()), datetime.combine(DAY, time(8, 30))
KINDS: tuple[Kind, ...] = ("money", "int", "date", "bool", "code", "said")


def of(kind: Kind) -> Column:
    return Column("x", kind, "某列")


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load("hillside", hillside(tmp_path).parent)


def test_the_columns_of_every_form(pack: Pack) -> None:
    text = {
        "kin": ["age", "identities", "since", "registered", "min_age", "needy", "eligible", "ground", "because"],
        "meal": [
            "kin",
            "roll_over",
            "month_length",
            "price_fen",
            "count",
            "elder",
            "district",
            "half_fen",
            "area_band",
        ],
        "norm": ["amount_fen", "result", "figure"],
        "hours": ["hours", "month_start", "ability_level", "last_respite_on", "monthly_fen"],
        "credit": ["granted"],
        "visit": ["every"],
    }
    found = [column(code, pack.rules[rule], pack, []) for rule in text for code in text[rule]]
    told = [(one.code, one.kind, one.title, "|".join(one.codes), one.closed) for one in found]
    identities = "|".join(found[1].codes)
    assert identities.startswith("three_no|dibao|")
    levels = "none|mild|moderate|severe"
    assert told == [
        ("age", "int", "年龄（周岁）", "", False),
        ("identities", "code", "身份类别", identities, False),
        ("since", "date", "起始日期", "", False),
        ("registered", "bool", "已登记入院", "", False),
        ("min_age", "int", "起始年龄", "", False),
        ("needy", "code", "困难身份", "", False),
        ("eligible", "bool", "是否符合", "", False),
        ("ground", "code", "依据", "", False),
        ("because", "said", "说明", "", False),
        ("kin", "code", "对象类别", "A|B", False),
        ("roll_over", "bool", "结转", "", False),
        ("month_length", "code", "月的长短", "calendar|30_days", False),
        ("price_fen", "money", "价格", "", False),
        ("count", "int", "数量", "", False),
        ("elder", "money", "自付", "", False),
        ("district", "money", "区财政", "", False),
        ("half_fen", "money", "半价", "", False),
        ("area_band", "code", "片区", "near|far", False),
        ("amount_fen", "money", "金额", "", False),
        ("result", "code", "结论", "pass|warn|fail", True),
        ("figure", "int", "数字", "", False),
        ("hours", "int", "小时", "", False),
        ("month_start", "date", "本月第一天", "", False),
        ("ability_level", "code", "失能等级", levels, False),
        ("last_respite_on", "date", "本人上次喘息服务申请日", "", False),
        ("monthly_fen", "money", "每月补助（分）", "", False),
        ("granted", "money", "本期额度", "", False),
        ("every", "code", "周期", "week|month|quarter|year", True),
    ]
    labels = {one.code: one.codes for one in found if one.codes}
    assert labels["month_length"] == {"calendar": "日历月", "30_days": "30天"}
    assert labels["kin"] == {"A": "", "B": ""}
    assert labels["area_band"] == {"near": "", "far": ""}
    assert labels["ability_level"]["severe"] == "重度失能"
    assert labels["result"] == {"pass": "", "warn": "", "fail": ""}


def test_a_column_without_a_rule_is_text_and_one_that_nobody_knows_is_refused(pack: Pack) -> None:
    assert column("code", None, pack, ["1.00"]) == Column("code", "said", "code", {}, False)
    assert column("ground", None, pack, []) == Column("ground", "said", "依据", {}, False)
    with pytest.raises(BadCell, match=r"^不认识的名称“elder”：既不是事实，也不是本包的参数、开关或算式$"):
        column("elder", pack.rules["kin"], pack, [])


@pytest.mark.parametrize(
    ("texts", "kind"), [(["3"], "int"), (["3", "1.50"], "money"), (["<1.50"], "int"), (["1.5"], "int")]
)
def test_two_decimals_make_a_column_of_money(pack: Pack, texts: list[str], kind: str) -> None:
    assert column("count", pack.rules["meal"], pack, texts).kind == kind
    assert column("figure", pack.rules["norm"], pack, texts).kind == kind


def test_an_account_of_minutes_is_no_money() -> None:
    weifang = load("weifang-xiashan")
    assert column("granted", weifang.rules["home-hours-account"], weifang, []).kind == "int"
    gulou = load("fuzhou-gulou")
    assert column("available", gulou.rules["voucher-account"], gulou, []).kind == "money"


def test_a_last_day_and_what_is_shared_by_are_words() -> None:
    huli = load("xiamen-huli")
    for code, rule, title in (("until", "notice-period", "截止日"), ("by", "pool-allocation", "按什么分")):
        assert column(code, huli.rules[rule], huli, ["1.00"]) == Column(code, "code", title)


@pytest.mark.parametrize(
    ("text", "money", "whole", "day"),
    [
        ("1500", Decimal("15.00"), 1500, "1500"),
        ("-5", Decimal("-0.05"), -5, "-5"),
        ("15.00", Decimal("15.00"), "15.00", "15.00"),
        ("15.0", "15.0", "15.0", "15.0"),
        ("1" * 13, Decimal("1" * 11 + ".11"), int("1" * 13), "1" * 13),
        ("1" * 14, "1" * 14, "1" * 14, "1" * 14),
        ("rest", "rest", "rest", "rest"),
        ("2020-02-03", "2020-02-03", "2020-02-03", DAY),
        ("2020-02-30", "2020-02-30", "2020-02-30", "2020-02-30"),
        ("", "", "", ""),
    ],
)
def test_what_excel_shows(text: str, money: object, whole: object, day: object) -> None:
    found = {kind: shown(text, of(kind)) for kind in KINDS}
    assert found == {"money": money, "int": whole, "date": day, "bool": text, "code": text, "said": text}
    assert str(found["money"]) == str(money)


@pytest.mark.parametrize(
    ("value", "was", "wanted"),
    [
        ("a", "a", True),
        ("a", "a ", False),
        ("1", 1, False),
        (1.0, "1", False),
        (15.0, Decimal("15.00"), True),
        (0.1, Decimal("0.10"), True),
        (0.1, Decimal("0.11"), False),
        (3, 3, True),
        (True, 1, False),
        (DAY, DAY, True),
        (MIDNIGHT, DAY, True),
        (MORNING, DAY, False),
        (43864.0, DAY, False),
        (DAY, 43864, False),
        ("2020-02-03", DAY, False),
        (time(8, 30), DAY, False),
        (time(8, 30), 8, False),
    ],
)
def test_when_a_cell_is_still_the_same(value: Any, was: Any, wanted: bool) -> None:
    assert same(value, was) is wanted


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ["", "", "", "", "", ""]),
        ("", ["", "", "", "", "", ""]),
        (
            True,
            [
                *("这一列要的是金额（元），不是 TRUE", "这一列要的是整数，不是 TRUE", "这一列要的是日期，不是 TRUE"),
                *("yes", "这一列要的是代码，不是 TRUE", "yes"),
            ],
        ),
        (
            False,
            [
                *("这一列要的是金额（元），不是 FALSE", "这一列要的是整数，不是 FALSE", "这一列要的是日期，不是 FALSE"),
                *("no", "这一列要的是代码，不是 FALSE", "no"),
            ],
        ),
        (
            15.0,
            ["15.00", "15", *(f"这一列要的是{what}，不是 15" for what in ("日期", "是或否（yes/no）", "代码")), "15"],
        ),
        (
            -0.5,
            [
                "-0.50",
                *(f"这一列要的是{what}，不是 -0.5" for what in ("整数", "日期", "是或否（yes/no）", "代码")),
                "-0.5",
            ],
        ),
        (0, ["0", "0", *(f"这一列要的是{what}，不是 0" for what in ("日期", "是或否（yes/no）", "代码")), "0"]),
        (
            0.001,
            [
                "金额 0.001 元不足一分，最多两位小数",
                *(f"这一列要的是{what}，不是 0.001" for what in ("整数", "日期", "是或否（yes/no）", "代码")),
                "0.001",
            ],
        ),
        (
            DAY,
            [
                "Excel 把这一格变成了日期 2020-02-03，这一列要的是金额（元）；请把单元格设成“文本”再写",
                "Excel 把这一格变成了日期 2020-02-03，这一列要的是整数；请把单元格设成“文本”再写",
                "2020-02-03",
                "Excel 把这一格变成了日期 2020-02-03，这一列要的是是或否（yes/no）；请把单元格设成“文本”再写",
                "Excel 把这一格变成了日期 2020-02-03，这一列要的是代码；请把单元格设成“文本”再写",
                "2020-02-03",
            ],
        ),
        (MORNING, ["日期后面带了时间：2020-02-03 08:30:00；只写日期，如 2014-10-01"] * 6),
        (
            time(8, 30),
            [
                f"这一格是时间 08:30:00，这一列要的是{what}；请把单元格设成“文本”再写"
                for what in ("金额（元）", "整数", "日期", "是或否（yes/no）", "代码", "文字")
            ],
        ),
        (" ３８０ ", ["380.00", "380", "380", "380", "380", " ３８０"]),
        ("12.5", ["12.50", *["12.5"] * 5]),
        ("-3", ["-3.00", *["-3"] * 5]),
        ("65 ~ 74", ["“65..74”分不清是元还是分；写元要带两位小数，如 >=1800.00", *["65..74"] * 4, "65 ~ 74"]),
        ("0|0", ["0|0"] * 6),
        ("not 5", ["“not 5”分不清是元还是分；写元要带两位小数，如 >=1800.00", *["not 5"] * 5]),
        ("＞18.00", [">18.00"] * 5 + ["＞18.00"]),
        ("min(500, price_fen)", ["min(500, price_fen)"] * 6),
    ],
)
def test_what_is_read_from_a_cell(value: Any, told: list[str]) -> None:
    assert [read(value, of(kind)) for kind in KINDS] == told


def read(value: Any, column: Column) -> str:
    try:
        return said(value, column)
    except BadCell as error:
        return str(error)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("≥65", ">=65"),
        ("≤ ６５", "<= 65"),
        ("−5", "-5"),
        ("65～74", "65..74"),
        ("65〜74", "65..74"),
        ("65 ∼ 74", "65..74"),
        ("65至74", "65..74"),
        ("6 至 夏天", "6 至 夏天"),
        ("年至74", "年至74"),
        (" a\u3000", "a"),
    ],
)
def test_signs_as_they_are_typed(typed: str, wanted: str) -> None:
    assert tidy(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("低保", "dibao"),
        ("低保、特困供养", "dibao|extreme_poor"),
        ("低保 | 无名", "dibao|无名"),
        ("低保&特困供养", "dibao&extreme_poor"),
        ("非低保、特困供养", "not dibao|extreme_poor"),
        ("not 低保", "not dibao"),
        ("nothing", "nothing"),
        ("dibao", "dibao"),
        ("plain", "plain"),
    ],
)
def test_labels_stand_for_their_codes(typed: str, wanted: str) -> None:
    codes = {"dibao": "低保", "extreme_poor": "特困供养", "plain": ""}
    assert said(typed, Column("identities", "code", "身份", codes)) == wanted
    assert said("低保、", of("code")) == "低保、"
