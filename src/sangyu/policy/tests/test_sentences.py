"""What is said of a value, a condition, a refusal and a day without a rule: whole sentences, one table each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import PolicyError, cells, decide, ir, load, to_chinese
from sangyu.policy.bands import Outside, numbers, outside
from sangyu.policy.dates import PERIODS, age_on, birthday, months_from, months_on, months_through, periods_due
from sangyu.policy.decision import Decision
from sangyu.policy.names import keys_of, names_in, names_of
from sangyu.policy.runtime import Unknown
from sangyu.policy.tests.change import written

DAY = date(2020, 6, 15)
PACK = """
[pack]
title = "某区规则"
area = "某区"
[documents.notice]
title = "通知"
number = "1号"
level = "district"
[switches.way]
label = "谁先付"
values = ["first", "best", "government"]
readings = ["第一", "最高", ""]
[settings.low]
label = "起始年龄"
values = [60]
[parameters.least]
label = "最低年龄"
[parameters.spare]
label = "备用"
[parameters.choice]
label = "做法"
type = "code"
codes = ["a", "elder", "first"]
[figures.older]
label = "明年年龄"
formula = "age + 1"
[derived.tier]
label = "类别"
rule = "aged"
"""
RULES = {
    "aged": (
        ('form = "eligible"\ntitle = "高龄津贴"\nwords = { registered = "已建档" }\nversions = ['
        '{ from = 2010-01-01, until = 2012-01-01, table = "aged.csv" },'
        '{ from = 2012-01-01, until = 2020-07-01, table = "aged.csv" }]'),
        "age,registered,eligible,ground,because\n>=least,yes,yes,old,{age_gap:70}\n,,no,,{lacking}\n",
    ),
    "ended": (
        'form = "tier"\nversions = [{ until = 2012-01-01, table = "ended.csv" }]',
        "amount_fen,because\n0,{ 元 }{amount_fen}\n",
    ),
    "begun": ('form = "tier"\nversions = [{ from = 2030-01-01, table = "begun.csv" }]', "hours,because\n0,\n"),
    "young": ('form = "eligible"', "age,eligible,ground,because\n60..70,yes,A,{age_gap:75}\n,no,,{lacking}\n"),
    "older-yet": ('form = "eligible"', "age,eligible,ground,because\n>65,yes,A,\n,no,,{lacking}\n"),
    "small": ('form = "eligible"', "older,eligible,ground,because\n<=60,yes,A,\n,no,,{lacking}\n"),
    "poor": (
        'form = "eligible"',
        "identities,eligible,ground,because\nnot dibao|needy,no,,{lacking}\n,yes,A,\n",
    ),
    "met": ('form = "eligible"', "registered,eligible,ground,because\nno,yes,A,\n,no,,{lacking}\n"),
    "aged-low": ('form = "eligible"', "age,eligible,ground,because\n>=low,yes,A,\n,no,,{lacking}\n"),
    "open": ('form = "eligible"', "age,eligible,ground,because\n>=60,yes,A,\n,no,,不符合\n"),
}  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    folder = written(tmp_path, PACK, RULES)
    return load(folder.name, folder.parent)


def why(pack: ir.Pack, rule: str, on: date = DAY, **facts: Any) -> str:
    try:
        return decide(pack, rule, facts, on=on).because
    except PolicyError as error:
        return str(error)


def test_why(pack: ir.Pack) -> None:
    least = {"least": 65}
    none = "“高龄津贴”没有生效的规定，有规定的时期：2010年1月1日起2012年1月1日前、2012年1月1日起2020年7月1日前"
    assert why(pack, "aged", age=66, registered=True, parameters=least) == "未满70周岁"
    assert why(pack, "aged", age=66, registered=True) == "政策文件没有写明“最低年龄”（least），请主管部门先设定再办理"
    assert why(pack, "aged", age=64, registered=True, parameters=least) == "现年64周岁，须满65周岁"
    assert why(pack, "aged", age=66, parameters=least) == "缺少“已建档”（registered），补充后才能判定"
    assert why(pack, "aged", age=66, registered=False, parameters=least) == "须已登记入院"
    assert (
        why(pack, "aged", birth_date="1955-06-16", registered=True, parameters=least)
        == "还差1天满65周岁，2020年6月16日起符合"
    )
    assert (
        why(pack, "aged", birth_date="1955-06-17", registered=True, parameters={"least": 66})
        == "现年64周岁，须满66周岁"
    )
    assert why(pack, "aged", birth_date="1951-02-28", registered=True, parameters=least) == "还差258天满70周岁"
    assert why(pack, "aged", birth_date="1950-06-15", registered=True, parameters=least) == "未满70周岁"
    assert why(pack, "aged", date(2020, 7, 1), age=66) == f"2020年7月1日{none}"
    assert why(pack, "aged", date(2009, 12, 31), age=66) == f"2009年12月31日{none}"
    assert why(pack, "ended") == "2020年6月15日“ended”没有生效的规定，有规定的时期：2012年1月1日前"
    assert why(pack, "ended", date(2011, 12, 31)) == "{ 元 }0元"
    assert why(pack, "begun") == "2020年6月15日“begun”没有生效的规定，有规定的时期：2030年1月1日起"
    assert why(pack, "young", age=70) == "未满75周岁"
    assert why(pack, "young", age=71) == "现年71周岁，须年龄（周岁）不小于60、不大于70"
    assert why(pack, "young", birth_date="1950-02-28", age=65) == "未满75周岁"
    assert why(pack, "young", birth_date="1949-02-28") == "现年71周岁，须年龄（周岁）不小于60、不大于70"
    assert why(pack, "young", age=59) == "现年59周岁，须满60周岁"
    assert why(pack, "older-yet", age=65) == "现年65周岁，须满66周岁"
    assert why(pack, "older-yet", birth_date="1954-06-16") == "还差1天满66周岁，2020年6月16日起符合"
    assert why(pack, "small", age=60) == "明年年龄须不大于60"
    assert why(pack, "poor", identities=["dibao"]) == "其他情形"
    assert why(pack, "poor", identities=["needy", "dibao"]) == "其他情形"
    assert why(pack, "poor", identities=["left_behind"]) == ""
    assert why(pack, "met", registered=True) == "须不是“已登记入院”"
    assert why(pack, "met", registered=False) == "不是“已登记入院”"
    assert why(pack, "aged-low", age=59) == "现年59周岁，须满60周岁"
    assert why(pack, "aged-low", birth_date="1960-06-16") == "还差1天满60周岁，2020年6月16日起符合"
    assert (
        why(pack, "aged-low", birth_date="1960-06-16", parameters={"low": 61})
        == "还差366天满61周岁，2021年6月16日起符合"
    )
    assert why(pack, "open", age=59) == "不符合"


def test_a_condition_is_said_in_words(pack: ir.Pack) -> None:
    scope = cells.Scope(
        dict(pack.derived), dict.fromkeys(pack.figures, "figure"), dict(pack.settings), dict(pack.parameters)
    )

    def said(column: str, text: str) -> str:
        name = scope.name(column)
        return to_chinese.cell_text(ir.Cell(name, cells.test(text, name, scope), text), pack)

    assert said("age", "65..74") == "年龄（周岁）不小于65、不大于74"
    assert said("age", ">65") == "年龄（周岁）大于65"
    assert said("age", "<low") == "年龄（周岁）小于“起始年龄”"
    assert said("age", "<=low + 1") == "年龄（周岁） <=low + 1"
    assert said("age", "60..low + 1") == "年龄（周岁） 60..low + 1"
    assert said("age", "not 65|70") == "年龄（周岁）不为65或70"
    assert said("price_fen", ">=10.00") == "价格不小于10元"
    assert said("price_fen", "1000|1050") == "价格为10元或10.50元"
    assert said("meal", "not lunch|dinner") == "餐次不为午餐或晚餐"
    assert said("registered", "yes") == "已登记入院"
    assert said("registered", "no") == "不是“已登记入院”"
    assert said("identities", "dibao&needy") == "身份类别兼有低保和困难"
    assert said("since", "2014-10-01..month_end") == "起始日期不小于2014年10月1日、不大于“本月最后一天”"
    assert said("since", "<year_ago") == "起始日期小于“一年前的这一天”"
    assert said("way", "first|best") == "谁先付为第一或最高"
    assert said("way", "government") == "谁先付为政府"
    assert said("choice", "elder|a") == "做法为自付或a"
    assert said("choice", "first") == "做法为first"
    assert said("tier", "old") == "类别为old"
    assert said("older", ">=60") == "明年年龄不小于60"


def test_a_value_is_said_with_its_unit(pack: ir.Pack) -> None:
    for name, value, said in (
        ("price_fen", 0, "0元"),
        ("price_fen", 950, "9.50元"),
        ("price_fen", 1500, "15元"),
        ("price_fen", -905, "-9.05元"),
        ("elder", 100, "1元"),
        ("score_tenths", 875, "87.5分"),
        ("share_pm", 300, "30%"),
        ("share_pm", 25, "2.5%"),
        ("age", 60, "60"),
        ("age", None, "未提供"),
        ("age", Unknown("fact", "age"), "未提供"),
        ("registered", True, "是"),
        ("registered", False, "否"),
        ("since", date(2017, 3, 1), "2017年3月1日"),
        ("identities", ("dibao", "needy"), "低保、困难"),
        ("identities", (), "无"),
        ("order_subsidies_fen", (100, 250), "1元、2.50元"),
        ("paid_fen", {"elder": 100, "street": 250}, "elder 1元、street 2.50元"),
        ("counts", {}, "无"),
        ("meal", "lunch", "午餐"),
        ("meal", "brunch", "brunch"),
        ("colour", "red", "red"),
    ):
        assert to_chinese.value_text(name, value, pack) == said
    assert [
        to_chinese.label(name, pack) for name in ("age", "tier", "older", "low", "least", "year_ago", "colour")
    ] == [
        *("年龄（周岁）", "类别", "明年年龄", "起始年龄", "最低年龄", "一年前的这一天", "colour"),
    ]
    assert (
        to_chinese.missing(pack, Unknown("fact", "age", "不可信"))
        == "缺少“年龄（周岁）”（age）（不可信），补充后才能判定"
    )
    assert to_chinese.missing(pack, Unknown("fact", "age"), {"age": "岁数"}) == "缺少“岁数”（age），补充后才能判定"
    assert to_chinese.given(pack.derived["tier"], 5) == "“类别”已给定为5"
    assert to_chinese.given(pack.derived["tier"], False) == "“类别”已给定为否"


def test_every_name_that_is_read_is_found() -> None:
    price, age, on = ir.Name("fact", "price_fen"), ir.Name("fact", "age"), ir.Name("calendar", "on")
    counts, rate = ir.Name("fact", "counts"), ir.Name("parameter", "rate_pm")
    formulas: list[tuple[ir.Expr, list[str], list[str]]] = [
        (ir.Const(1), [], []),
        (price, ["price_fen"], []),
        (ir.Member(counts, "big"), ["counts"], ["big"]),
        (ir.Arithmetic("add", ir.Member(counts, "a"), age), ["counts", "age"], ["a"]),
        (ir.Arithmetic("add", age, ir.Member(counts, "a")), ["age", "counts"], ["a"]),
        (ir.Quotient("up", ir.Member(counts, "b"), ir.Member(counts, "c")), ["counts", "counts"], ["b", "c"]),
        (ir.Call("max", (price, ir.Call("has", (counts,), ("d", "e")))), ["price_fen", "counts"], ["d", "e"]),
        (ir.Count(ir.Name("fact", "events"), ir.Within(None, on)), ["events", "on"], []),
        (ir.PerMille(rate), ["rate_pm"], []),
        (ir.PerMille(300), [], []),
        (ir.Rest(), [], []),
    ]  # fmt: skip
    for expr, names, keys in formulas:
        table = ir.Table("one", (age,), ("value",), (ir.Row(2, (), {"value": expr}, ""),))
        assert list(names_in(expr)) == names
        assert list(keys_of(table)) == keys
        assert list(names_of(table)) == ["age", *names]
    test = ir.OneOf((ir.Name("setting", "low"), ir.Const(3), rate))
    table = ir.Table("one", (price, age), (), (ir.Row(2, (ir.Cell(age, test, ""),), {"x": on, "y": counts}, ""),))
    assert list(names_of(table)) == ["price_fen", "age", "low", "rate_pm", "on", "counts"]


BANDED = """
[pack]
title = "某区规则"
area = "某区"
[documents.notice]
title = "通知"
number = "1号"
level = "district"
[parameters.free]
[parameters.one_fen]
label = "一项"
band = "band.amount_fen"
[parameters.some_fen]
label = "几项"
type = "map"
band = "band.amount_fen"
[parameters.many_fen]
label = "多项"
type = "matrix"
band = "band.amount_fen"
[parameters.steps]
label = "分档"
type = "steps"
band = "band.amount_fen"
"""


def test_every_number_outside_its_band_is_named_with_its_place(tmp_path: Path) -> None:
    rows = "amount_fen,result,because\n<=5.00,pass,好\n<=6.00,warn,{amount_fen}偏高\n,fail,{amount_fen}太高\n"
    table = 'form = "limit"\nversions = [{ from = 2020-01-01, table = "band.csv" }]'
    folder = written(tmp_path, BANDED, {"band": (table, rows)})
    banded = load(folder.name, folder.parent)
    figures: dict[str, Any] = {
        "free": 9999,
        "one_fen": 501,
        "some_fen": {"dibao": 601, "a": 500, "needy": 600},
        "many_fen": {"dibao": {"mild": 700, "none": 1}, "a": {"b": 800}},
        "steps": [{"from_fen": 0, "award_fen": 500}, {"from_fen": 900, "award_fen": 650}],
    }
    found = list(outside(banded, figures, DAY))
    assert [(one.parameter.name, one.path, one.place, one.warns, one.file, one.decision.row) for one in found] == [
        ("one_fen", (), "", True, "tables/band.csv", 3),
        ("some_fen", ("dibao",), "低保", False, "tables/band.csv", 4),
        ("some_fen", ("needy",), "困难", True, "tables/band.csv", 3),
        ("many_fen", ("dibao", "mild"), "低保、轻度失能", False, "tables/band.csv", 4),
        ("many_fen", ("a", "b"), "a、b", False, "tables/band.csv", 4),
        ("steps", (1, "award_fen"), "第2档", False, "tables/band.csv", 4),
    ]
    assert [str(one) for one in found] == [
        "“一项”：5.01元偏高。依据1号《通知》“第一条”，tables/band.csv 第3行",
        "“几项”（低保）：6.01元太高。依据1号《通知》“第一条”，tables/band.csv 第4行",
        "“几项”（困难）：6元偏高。依据1号《通知》“第一条”，tables/band.csv 第3行",
        "“多项”（低保、轻度失能）：7元太高。依据1号《通知》“第一条”，tables/band.csv 第4行",
        "“多项”（a、b）：8元太高。依据1号《通知》“第一条”，tables/band.csv 第4行",
        "“分档”（第2档）：6.50元太高。依据1号《通知》“第一条”，tables/band.csv 第4行",
    ]
    assert list(outside(banded, figures, date(2019, 12, 31))) == []
    assert list(outside(banded, {"some_fen": None, "one_fen": 500}, DAY)) == []
    with pytest.raises(PolicyError) as refused:
        list(outside(banded, {"one_fen": "500"}, DAY))
    assert str(refused.value) == "参数“一项”（one_fen）的值 '500' 不合要求：应为整数"
    assert list(numbers(replace(banded.parameters["free"], type="code"), "a")) == []
    passed = Outside(banded.parameters["one_fen"], (), Decision("p", "r", "decided", result="fail"), "x")
    assert (passed.warns, passed.place) == (False, "")


def test_days_and_terms_by_the_calendar() -> None:
    leap = date(1952, 2, 29)
    assert [birthday(leap, 65, rule) for rule in ("03-01", "02-28")] == [date(2017, 3, 1), date(2017, 2, 28)]
    assert birthday(date(1952, 3, 5), 65) == date(2017, 3, 5)
    assert [age_on(leap, date(2017, 2, 28), rule) for rule in ("03-01", "02-28")] == [64, 65]
    assert [age_on(leap, date(2016, 2, day)) for day in (28, 29)] == [63, 64]
    ages = [
        age_on(date(1952, 5, 10), date(2017, month, day)) for month, day in ((4, 30), (5, 9), (5, 10), (6, 1), (6, 30))
    ]
    assert ages == [64, 64, 65, 65, 65]
    assert [age_on(date(1952, 2, 28), date(2017, 2, day)) for day in (27, 28)] == [64, 65]
    assert [age_on(date(1952, 3, 29), date(2017, 3, day)) for day in (28, 29)] == [64, 65]
    assert [months_on(date(2020, 1, 31), months) for months in (-2, -1, 0, 1, 11, 12, 13)] == [
        *(date(2019, 11, 30), date(2019, 12, 31), date(2020, 1, 31), date(2020, 2, 29)),
        *(date(2020, 12, 31), date(2021, 1, 31), date(2021, 2, 28)),
    ]
    assert [months_through(date(2020, 1, day), 1) for day in (1, 30, 31)] == [
        date(2020, 1, 31),
        date(2020, 2, 29),
        date(2020, 2, 29),
    ]
    assert months_through(date(2020, 1, 15), 12) == date(2021, 1, 14)
    assert [months_from(date(year, 5, 31), DAY) for year in (2019, 2020, 2021)] == [12, 8, 0]
    due = {every: list(periods_due(every, date(2019, 12, 31), date(2021, 1, 1))) for every in PERIODS}
    assert {every: len(some) for every, some in due.items()} == {"week": 52, "month": 13, "quarter": 5, "year": 2}
    assert {every: (some[0], some[-1]) for every, some in due.items()} == {
        "week": (
            ("2020-W01", date(2019, 12, 30), date(2020, 1, 6)),
            ("2020-W52", date(2020, 12, 21), date(2020, 12, 28)),
        ),
        "month": (
            ("2019-12", date(2019, 12, 1), date(2020, 1, 1)),
            ("2020-12", date(2020, 12, 1), date(2021, 1, 1)),
        ),
        "quarter": (
            ("2019Q4", date(2019, 10, 1), date(2020, 1, 1)),
            ("2020Q4", date(2020, 10, 1), date(2021, 1, 1)),
        ),
        "year": (
            ("2019", date(2019, 1, 1), date(2020, 1, 1)),
            ("2020", date(2020, 1, 1), date(2021, 1, 1)),
        ),
    }
    assert [label for label, _, _ in due["quarter"]] == ["2019Q4", "2020Q1", "2020Q2", "2020Q3", "2020Q4"]
