"""Every way of writing a cell as the tree that it becomes, and every cell that is refused with the whole sentence."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu.policy import cells, ir
from sangyu.policy.errors import BadCell

SCOPE = cells.Scope(
    derived={
        "tier": ir.Derived("tier", "类别", "who", "ground", ("A", "B")),
        "may": ir.Derived("may", "可以", "who", "eligible", ()),
        "much": ir.Derived("much", "多少", "price", "amount_fen", ()),
    },
    figures={"twice": "figure"},
    settings={
        "way": ir.Setting("way", "读法", True, ("first", "best")),
        "carried": ir.Setting("carried", "结转", True, (False, True)),
        "least": ir.Setting("least", "下限", False, (60,)),
        "poor": ir.Setting("poor", "对象", False, (("dibao", "three_no"),)),
    },
    parameters={
        "rate_fen": ir.Parameter("rate_fen", "标准", "int"),
        "choice": ir.Parameter("choice", "选择", "code", codes=("a", "b")),
        "table": ir.Parameter("table", "分档", "steps"),
        "norms": ir.Parameter("norms", "标准表", "map"),
        "hours": ir.Parameter("hours", "小时表", "matrix"),
    },
)
PAYERS = ("elder", "street")


def number(value: int) -> ir.Const:
    return ir.Const(value)


def fact(name: str) -> ir.Name:
    return ir.Name("fact", name)


def set_by(name: str) -> ir.Name:
    return ir.Name("parameter", name)


PRICE = fact("price_fen")
DAY = ir.Const(date(2014, 10, 1))


def refused(read: object, *given: object) -> str:
    """Give the sentence with which a cell is refused."""
    with pytest.raises(BadCell) as fault:
        read(*given)  # type: ignore[operator]
    return str(fault.value)


WORDS = {
    "tier": ("derived", ("code", ("A", "B"))),
    "may": ("derived", ("bool", ())),
    "much": ("derived", ("int", ())),
    "twice": ("figure", ("int", ())),
    "way": ("setting", ("code", ("first", "best"))),
    "carried": ("setting", ("bool", ())),
    "least": ("setting", ("int", ())),
    "poor": ("setting", ("code", ())),
    "rate_fen": ("parameter", ("int", ())),
    "choice": ("parameter", ("code", ("a", "b"))),
    "hours": ("parameter", ("matrix", ())),
    "month_end": ("calendar", ("date", ())),
    "on": ("calendar", ("date", ())),
    "last_respite_on": ("fact", ("date", ())),
    "since": ("fact", ("date", ())),
    "meal": ("fact", ("code", ("lunch", "dinner"))),
    "distances_m": ("fact", ("ints", ())),
}


def test_a_word_is_of_one_kind_and_one_type() -> None:
    names = {word: SCOPE.name(word) for word in WORDS}
    assert {word: (name.name, name.kind, SCOPE.type_of(name)) for word, name in names.items()} == {
        word: (word, *of) for word, of in WORDS.items()
    }


def test_the_words_of_a_pack_come_before_the_facts_and_in_their_order() -> None:
    derived, setting = SCOPE.derived["tier"], SCOPE.settings["least"]
    one = cells.Scope({"age": derived}, {"age": "figure", "meal": "figure"}, {"meal": setting, "on": setting})
    assert [one.name(word).kind for word in ("age", "meal", "on")] == ["derived", "figure", "setting"]
    other = cells.Scope(
        settings={"age": setting}, parameters={"age": SCOPE.parameters["choice"], "on": SCOPE.parameters["choice"]}
    )
    assert [other.name(word).kind for word in ("age", "on")] == ["setting", "parameter"]


FORMULAS = {
    "900": number(900),
    " 9.00 ": number(900),
    "0.05": number(5),
    "-5": ir.Arithmetic("subtract", number(0), number(5)),
    "price_fen": PRICE,
    "price_fen + 9.00": ir.Arithmetic("add", PRICE, number(900)),
    "price_fen - rate_fen": ir.Arithmetic("subtract", PRICE, set_by("rate_fen")),
    "price_fen * 2": ir.Arithmetic("multiply", PRICE, number(2)),
    "half_up(price_fen / 3)": ir.Quotient("half_up", PRICE, number(3)),
    "up(price_fen / age)": ir.Quotient("up", PRICE, fact("age")),
    "down(1 / 2)": ir.Quotient("down", number(1), number(2)),
    "min(1, 2)": ir.Call("min", (number(1), number(2))),
    "min(1, 2, 3)": ir.Call("min", (number(1), number(2), number(3))),
    "max(1, 2, price_fen, 4)": ir.Call("max", (number(1), number(2), PRICE, number(4))),
    "sum(distances_m)": ir.Call("sum", (fact("distances_m"),)),
    "sum(norms)": ir.Call("sum", (set_by("norms"),)),
    "count(identities)": ir.Call("count", (fact("identities"),)),
    "count(distinct(events))": ir.Call("count", (ir.Call("distinct", (fact("events"),)),)),
    "step(table, price_fen)": ir.Call("step", (set_by("table"), PRICE)),
    "weighted(counts, norms)": ir.Call("weighted", (fact("counts"), set_by("norms"))),
    "age_on(year_end)": ir.Call("age_on", (ir.Name("calendar", "year_end"),)),
    "months_aged(80, month_end)": ir.Call("months_aged", (number(80), ir.Name("calendar", "month_end"))),
    "months_from(since)": ir.Call("months_from", (fact("since"),)),
    "year(since)": ir.Call("year", (fact("since"),)),
    "month(since)": ir.Call("month", (fact("since"),)),
    "months_through(since, 1)": ir.Call("months_through", (fact("since"), number(1))),
    "year(days_through(since, 30))": ir.Call("year", (ir.Call("days_through", (fact("since"), number(30))),)),
    "has(counts, a, b)": ir.Call("has", (fact("counts"),), ("a", "b")),
    "lacks(identities, dibao)": ir.Call("lacks", (fact("identities"),), ("dibao",)),
    "at(counts, tier)": ir.Call("at", (fact("counts"), ir.Name("derived", "tier"))),
    "at(norms, least)": ir.Call("at", (set_by("norms"), ir.Const("least"))),
    "at(hours, dibao, meal)": ir.Call("at", (set_by("hours"), ir.Const("dibao"), fact("meal"))),
    "counts.big": ir.Member(fact("counts"), "big"),
    "count(distances_m <= 900)": ir.Count(fact("distances_m"), ir.Within(None, number(900))),
    "count(distances_m < 900)": ir.Count(fact("distances_m"), ir.Within(None, number(900), False, True)),
    "count(distances_m >= 900)": ir.Count(fact("distances_m"), ir.Within(number(900), None)),
    "count(distances_m > 900)": ir.Count(fact("distances_m"), ir.Within(number(900), None, True, False)),
    "count(1 <= distances_m <= 9)": ir.Count(fact("distances_m"), ir.Within(number(1), number(9))),
    "count(1 < distances_m <= 9)": ir.Count(fact("distances_m"), ir.Within(number(1), number(9), True, False)),
    "count(1 <= distances_m < 9)": ir.Count(fact("distances_m"), ir.Within(number(1), number(9), False, True)),
    "count(since <= events <= on)": ir.Count(fact("events"), ir.Within(fact("since"), ir.Name("calendar", "on"))),
}


def test_a_formula_becomes_a_tree() -> None:
    assert {text: cells.formula(text, SCOPE) for text in FORMULAS} == FORMULAS


RANGES = "：count 里的范围写成 列表 <= 上限、列表 >= 下限 或 下限 <= 列表 <= 上限"
FUNCTIONS = (
    "min、max、sum、count、distinct、step、weighted、age_on、months_aged、months_from、year、month、"
    "months_through、days_through、has、lacks、at、half_up、up、down"
)
REFUSED = {
    "price_fen +": "写法有误",
    "": "写法有误",
    "1 / 2": "里的除法要写明进位：half_up(… / …)、up(… / …) 或 down(… / …)",
    "1 // 2": "用了不支持的写法",
    "2 ** 3": "用了不支持的写法",
    "True": "用了不支持的写法",
    "1.5": "用了不支持的写法",
    "+ 5": "用了不支持的写法",
    "-price_fen": "用了不支持的写法",
    "'a'": "用了不支持的写法",
    "not age": "用了不支持的写法",
    "1 < 2": "用了不支持的写法",
    "min(1, 2, key=3)": "用了不支持的写法",
    "price_fen.min(1)": "用了不支持的写法",
    "(1).real": "用了不支持的写法",
    "nobody": "不认识的名称“nobody”：既不是事实，也不是本包的参数、开关或算式",
    "since + 1": "：加减乘除 这里要的是数字",
    "1 - since": "：加减乘除 这里要的是数字",
    "age.big": "：取一项 这里要的是对照表",
    "identities * 2": "：加减乘除 这里要的是数字",
    "round(1)": f"：没有函数 round，可用：{FUNCTIONS}",
    "min(1)": "：min 的参数个数不对",
    "max()": "：max 的参数个数不对",
    "sum()": "：sum 的参数个数不对",
    "sum(age)": "：sum 这里要的是列表或对照表",
    "sum(distances_m, 1)": "：sum 的参数个数不对",
    "count(counts)": "：count 这里要的是列表",
    "distinct(age)": "：distinct 这里要的是列表",
    "step(norms, 1)": "：step 这里要的是分档表",
    "step(table, since)": "：step 这里要的是数字",
    "weighted(counts, events)": "：weighted 这里要的是对照表",
    "age_on(age)": "：age_on 这里要的是日期",
    "months_aged(80, since)": "：months_aged 这里要的是日历上的日子（如 month_end）",
    "months_aged(80, 1)": "：months_aged 这里要的是日历上的日子（如 month_end）",
    "year(age)": "：year 这里要的是日期",
    "months_through(1, since)": "：months_through 这里要的是日期",
    "half_up(1)": "：half_up 里要有一个除法，如 half_up(a / 1000)",
    "up(1 * 2)": "：up 里要有一个除法，如 up(a / 1000)",
    "down(1 / 2, 3)": "：down 里要有一个除法，如 down(a / 1000)",
    "down()": "：down 里要有一个除法，如 down(a / 1000)",
    "up(1 / 0)": "：除数为 0",
    "half_up(since / 2)": "：加减乘除 这里要的是数字",
    "half_up(2 / since)": "：加减乘除 这里要的是数字",
    "has(counts)": "：has 的写法是 has(名称, 代码, 代码…)",
    "has()": "：has 的写法是 has(名称, 代码, 代码…)",
    "lacks(counts, 1)": "：lacks 的写法是 lacks(名称, 代码, 代码…)",
    "has(age, a)": "：has 这里要的是列表或对照表",
    "at()": "：at 的写法是 at(对照表, 代码或名称)",
    "at(age, a)": "：取一项 这里要的是对照表",
    "at(counts)": "：at 对“counts”要写 1 个代码",
    "at(counts, a, b)": "：at 对“counts”要写 1 个代码",
    "at(hours, a)": "：at 对“hours”要写 2 个代码",
    "at(hours, a, b, c)": "：at 对“hours”要写 2 个代码",
    "at(counts, 1)": "：at 的第二格起要写代码或名称",
    "count(1 <= 2 <= 3)": "：count 这里要的是列表",
    "count(identities <= 1)": "：count 里的范围只用于数字或日期的列表",
    "count(distances_m <= since)": "：count 这里要的是数字",
    "count(events >= 1)": "：count 这里要的是日期",
    "count(distances_m == 1)": RANGES,
    "count(9 >= distances_m >= 1)": RANGES,
    "count(1 <= distances_m > 9)": RANGES,
    "count(1 <= distances_m <= 9 <= 10)": RANGES,
    "count(1 == distances_m < 9)": RANGES,
}


def test_a_formula_that_is_none_is_refused() -> None:
    said = {text: refused(cells.formula, text, SCOPE).removeprefix(f"算式“{text}”") for text in REFUSED}
    assert said == REFUSED


CONDITIONS = {
    ("may", "yes"): ir.Is(True),
    ("may", " NO "): ir.Is(False),
    ("registered", "是"): ir.Is(True),
    ("registered", "否"): ir.Is(False),
    ("carried", "true"): ir.Is(True),
    ("carried", "False"): ir.Is(False),
    ("age", "65"): ir.OneOf((number(65),)),
    ("age", "65 | 70"): ir.OneOf((number(65), number(70))),
    ("age", "not 65|70"): ir.OneOf((number(65), number(70)), True),
    ("age", "65..74"): ir.Within(number(65), number(74)),
    ("age", "65..65"): ir.Within(number(65), number(65)),
    ("age", "least .. 74"): ir.Within(ir.Name("setting", "least"), number(74)),
    ("age", ">= 80"): ir.Within(number(80), None),
    ("age", ">80"): ir.Within(number(80), None, True, False),
    ("age", "<=80"): ir.Within(None, number(80)),
    ("age", "<80"): ir.Within(None, number(80), False, True),
    ("price_fen", "<1800.00"): ir.Within(None, number(180_000), False, True),
    ("price_fen", "<=rate_fen * 2"): ir.Within(None, ir.Arithmetic("multiply", set_by("rate_fen"), number(2))),
    ("since", "2014-10-01"): ir.OneOf((DAY,)),
    ("since", ">=2014-10-01"): ir.Within(DAY, None),
    ("since", "2014-10-01..month_end"): ir.Within(DAY, ir.Name("calendar", "month_end")),
    ("meal", "lunch|dinner"): ir.OneOf((ir.Const("lunch"), ir.Const("dinner"))),
    ("meal", "not lunch"): ir.OneOf((ir.Const("lunch"),), True),
    ("tier", "A"): ir.OneOf((ir.Const("A"),)),
    ("identities", "dibao & three_no"): ir.AllOf((ir.Const("dibao"), ir.Const("three_no"))),
    ("identities", "poor|dibao"): ir.OneOf((ir.Name("setting", "poor"), ir.Const("dibao"))),
    ("poor", "anything"): ir.OneOf((ir.Const("anything"),)),
}


def test_a_condition_becomes_a_test() -> None:
    read = {(column, text): cells.test(text, SCOPE.name(column), SCOPE) for column, text in CONDITIONS}
    assert read == CONDITIONS


UNFIT = {
    ("may", "maybe"): "“maybe”应写 yes 或 no",
    ("age", "old"): "不认识的名称“old”：既不是事实，也不是本包的参数、开关或算式",
    ("age", "74..65"): "范围“74..65”的下限大于上限",
    ("age", ".."): "范围或比较缺少一边的值",
    ("age", "65.."): "范围或比较缺少一边的值",
    ("age", "..74"): "范围或比较缺少一边的值",
    ("age", ">="): "范围或比较缺少一边的值",
    ("age", "65|"): "范围或比较缺少一边的值",
    ("age", "65&70"): "算式“65&70”用了不支持的写法",
    ("since", "65"): "“65”不是日期，应写成 2014-10-01",
    ("since", "2014-13-01"): "“2014-13-01”不是日期",
    ("since", "2014-1-1"): "“2014-1-1”不是日期，应写成 2014-10-01",
    ("since", "2014-10-02..2014-10-01"): "范围“2014-10-02..2014-10-01”的下限大于上限",
    ("since", ">=age"): "“age”不是日期，应写成 2014-10-01",
    ("meal", "brunch"): "“meal”没有代码“brunch”，可用：lunch、dinner",
    ("meal", "lunch|way"): "“meal”没有代码“way”，可用：lunch、dinner",
    ("meal", "lunch&dinner"): "“meal”没有代码“lunch&dinner”，可用：lunch、dinner",
    ("tier", "C"): "“tier”没有代码“C”，可用：A、B",
    ("counts", "1"): "“counts”是列表或对照表，不能直接作条件，请先写成算式",
    ("distances_m", ">=900"): "“distances_m”是列表或对照表，不能直接作条件，请先写成算式",
    ("meal", "lunch|"): "“meal”没有代码“”，可用：lunch、dinner",
    ("poor", "1st"): "“poor”的代码“1st”应是字母、数字和下划线，不以数字开头",
    ("norms", "a"): "“norms”是列表或对照表，不能直接作条件，请先写成算式",
}


def test_a_condition_that_fits_no_column_is_refused() -> None:
    said = {(column, text): refused(cells.test, text, SCOPE.name(column), SCOPE) for column, text in UNFIT}
    assert said == UNFIT


ANSWERS = {
    ("eligible", " Yes "): ir.Const(True),
    ("eligible", "否"): ir.Const(False),
    ("ground", " old-1 "): ir.Const("old-1"),
    ("result", "pass"): ir.Const("pass"),
    ("every", "week"): ir.Const("week"),
    ("elder", "rest"): ir.Rest(),
    ("elder", "300 pm"): ir.PerMille(300),
    ("street", "300‰"): ir.PerMille(300),
    ("street", "rate_fen pm"): ir.PerMille(set_by("rate_fen")),
    ("elder", "min(900, price_fen)"): ir.Call("min", (number(900), PRICE)),
    ("by", "counts"): fact("counts"),
    ("granted", "none"): ir.NoAccount(),
    ("granted", "50.00"): number(5000),
    ("until", "months_through(since, 1)"): ir.Call("months_through", (fact("since"), number(1))),
    ("until", "since"): fact("since"),
    ("value", "count(identities)"): ir.Call("count", (fact("identities"),)),
}


def test_an_answer_becomes_a_tree() -> None:
    read = {(outcome, text): cells.answer(text, SCOPE, outcome, PAYERS) for outcome, text in ANSWERS}
    assert read == ANSWERS


WRONG = {
    ("amount_fen", "  "): "结果列“amount_fen”不能为空",
    ("eligible", "maybe"): "“maybe”应写 yes 或 no",
    ("amount_fen", "rest"): "不认识的名称“rest”：既不是事实，也不是本包的参数、开关或算式",
    ("amount_fen", "300 pm"): "算式“300 pm”写法有误",
    ("available", "none"): "不认识的名称“none”：既不是事实，也不是本包的参数、开关或算式",
    ("elder", "since pm"): "“since”不是数字，不能作千分比",
    ("elder", "nobody pm"): "不认识的名称“nobody”：既不是事实，也不是本包的参数、开关或算式",
    ("by", "norms"): "“norms”不是“代码: 数量”的对照表，不能按它分配",
    ("by", "age"): "“age”不是“代码: 数量”的对照表，不能按它分配",
    ("until", "30"): "结果列“until”要的是日期，“30”不是",
    ("amount_fen", "since"): "结果列“amount_fen”要的是数字，“since”不是",
    ("amount_fen", "meal"): "结果列“amount_fen”要的是数字，“meal”不是",
    ("amount_fen", "may"): "结果列“amount_fen”要的是数字，“may”不是",
    ("value", "distinct(events)"): "结果列“value”要的是数字，“distinct(events)”不是",
}


def test_an_answer_of_another_kind_is_refused() -> None:
    said = {(outcome, text): refused(cells.answer, text, SCOPE, outcome, PAYERS) for outcome, text in WRONG}
    assert said == WRONG
