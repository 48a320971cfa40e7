"""Whole answers of an invented pack: every form, every outcome, every word of a reason, and what was read for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import BadFact, PolicyError, decide, ir, load
from sangyu.policy.decision import Decision, to_plain
from sangyu.policy.tests.change import written
from sangyu.policy.vocabulary import facts

DAY = "2020-06-15"
PACK = """
[pack]
title = "某区规则"
area = "某区"
leap_birthday = "02-28"
[documents.notice]
title = "通知"
number = "1号"
level = "district"
[switches.carried]
label = "结转"
values = [false, true]
[switches.payer_first]
label = "谁先付"
values = ["government", "elder"]
readings = ["财政先付", "自己先付"]
[settings.low]
label = "起始年龄"
values = [60, 65]
[settings.groups]
label = "对象"
values = [["dibao", "three_no"]]
[parameters.rate_fen]
label = "标准"
[parameters.choice]
label = "做法"
type = "code"
codes = ["a", "b"]
[parameters.norms]
label = "各项标准"
type = "map"
sum_to = 1000
[parameters.hours_of]
label = "各级小时"
type = "matrix"
[parameters.award]
label = "分档奖励"
type = "steps"
[figures.doubled_fen]
label = "两倍标准"
formula = "rate_fen * 2"
[derived.tier]
label = "类别"
rule = "who"
aliases = ["service_class"]
[derived.may]
label = "低收入"
rule = "poor"
answer = "eligible"
[derived.base_fen]
label = "基本补贴"
rule = "much"
answer = "amount_fen"
"""
RULES: dict[str, tuple[str, str]] = {
    "who": (
        'form = "eligible"\ntitle = "谁能享受"\nwords = { registered = "已登记的" }',
        (
            "age,registered,identities,eligible,ground,because\n"
            ">=80,yes,,yes,A,年龄{age}，{low}岁起，{groups}，{on}，{month_end}，{registered}，{identities}\n"
            ">=low,yes,groups,yes,B,\n,,,no,,{lacking}\n"
        ),
    ),
    "poor": (
        'form = "eligible"',
        "income_month_fen,eligible,ground,because\n<1000.00,yes,poor,{income_month_fen}\n,no,,{lacking}\n",
    ),
    "much": (
        'form = "tier"',
        (
            "tier,amount_fen,because\nA,30.00,{amount_fen}\n"
            "B,rate_fen,{amount_fen}、{rate_fen}、{doubled_fen}\n,0,{tier}\n"
        ),
    ),
    "again": ('form = "tier"', "amount_fen,because\nbase_fen + 1,{base_fen}\n"),
    "joined": ('form = "tier"\nrows = "add"', "age,may,hours,because\n>=80,,2,高龄\n,yes,3,低收入\n,,0,\n"),
    "shared": (
        'form = "split"\npayers = ["elder", "government"]',
        (
            "payer_first,elder,government,because\n"
            "government,rest,300 pm,{elder}、{government}、{price_fen:pm}、{price_fen:tenths}\nelder,5.00,rest,\n"
        ),
    ),
    "by": ('form = "split"\nshared = "amount_fen"', "by,because\ncounts,按{counts}\n"),
    "credit": (
        'form = "account"\npayers = ["elder", "government"]\nroll_over = "carried"',
        "may,granted,because\nyes,50.00,{granted_fen}、{used_fen}、{balance_fen}、{elder}\nno,none,没有\n",
    ),
    "minutes": (
        'form = "account"\nshared = "minutes"',
        "mode,granted,because\nhome,hours_month * 60,{rest_minutes}\n,none,没有\n",
    ),
    "purse": ('form = "account"', "available,because\nbalance_before_fen,{balance_fen}\n"),
    "norm": (
        'form = "limit"',
        (
            "choice,score_tenths,result,figure,because\n"
            "a,<855,warn,score_tenths,{score_tenths}{figure:tenths}\n,,pass,score_tenths,{choice}\n"
        ),
    ),
    "visit": ('form = "schedule"', "every,because\nmonth,{due}次{overdue}次\n"),
    "owed": ('form = "schedule"', "due,done,because\nyears * 4,count(events),{overdue}\n"),
    "term": ('form = "schedule"', 'until,because\n"months_through(since, 1)",{until}\n'),
    "share": ('form = "statistic"', "value,denominator,because\nhalf_up(count * 1000 / total),total,{value:pm}\n"),
    "lookup": (
        'form = "grant"',
        'amount_fen,because\n"step(award, area_m2) + at(norms, a) + at(hours_of, tier, ability_level)",{amount_fen}\n',
    ),
}


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    folder = written(tmp_path, PACK, RULES)
    return load(folder.name, folder.parent)


def said(pack: ir.Pack, rule: str, **facts: Any) -> dict[str, Any] | str:
    """Decide; give what differs between answers, or the sentence of a refusal."""
    try:
        told = decide(pack, rule, {"on": DAY, **facts}).to_json()
    except PolicyError as error:
        return f"{error.code}: {error}"
    always = {name: told.pop(name) for name in ("pack", "rule", "on", "version", "source", "digest") if name in told}
    assert always == {
        "pack": "elsewhere",
        "rule": rule,
        "on": DAY,
        "version": "..",
        "source": {"document": "通知", "number": "1号", "locator": "第一条"},
        "digest": pack.digest[:16],
    }
    if told["outcome"] == "decided":
        del told["outcome"]
    return told


ELDER = {"age": 82, "registered": True, "identities": ["dibao"]}
YOUNG = {**ELDER, "age": 61}


def test_who_may_have_it(pack: ir.Pack) -> None:
    assert said(pack, "who", **ELDER) == {
        "row": 2,
        "because": "年龄82，60岁起，dibao、three_no，2020年6月15日，2020年6月30日，是，低保",
        "facts_used": {"age": 82, "registered": True, "identities": ["dibao"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": True,
        "ground": "A",
    }
    assert said(pack, "who", **YOUNG) == {
        "row": 3,
        "because": "年龄（周岁）不小于“起始年龄”，已登记入院，身份类别为“对象”",
        "facts_used": {"age": 61, "registered": True, "identities": ["dibao"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": True,
        "ground": "B",
    }
    assert said(pack, "who", **YOUNG, parameters={"low": 62, "groups": ["needy", "dibao"]}) == {
        "row": 4,
        "because": "现年61周岁，须满80周岁",
        "facts_used": {"age": 61, "registered": True, "identities": ["dibao"]},
        "parameters_used": {"low": 62, "groups": ["needy", "dibao"]},
        "eligible": False,
        "lacking": "age",
    }
    assert said(pack, "who", age=82, registered=True) == {
        "row": 2,
        "because": "年龄82，60岁起，dibao、three_no，2020年6月15日，2020年6月30日，是，未提供",
        "facts_used": {"age": 82, "registered": True},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": True,
        "ground": "A",
    }
    assert said(pack, "who", age=61, registered=True) == {
        "outcome": "needs_fact",
        "because": "缺少“身份类别”（identities），补充后才能判定",
        "facts_used": {"age": 61, "registered": True},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "missing": "identities",
    }
    assert said(pack, "who", age=61, identities=[]) == {
        "row": 4,
        "because": "现年61周岁，须满80周岁",
        "facts_used": {"age": 61, "identities": []},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": False,
        "lacking": "age",
    }
    assert said(pack, "who", birth_date="1960-02-29", registered=True, identities=["dibao"]) == {
        "row": 3,
        "because": "年龄（周岁）不小于“起始年龄”，已登记入院，身份类别为“对象”",
        "facts_used": {"birth_date": "1960-02-29", "age": 60, "registered": True, "identities": ["dibao"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": True,
        "ground": "B",
    }
    assert said(pack, "who", birth_date="1960-07-01", registered=True, identities=["dibao"]) == {
        "row": 4,
        "because": "还差7321天满80周岁，2040年7月1日起符合",
        "facts_used": {"birth_date": "1960-07-01", "age": 59, "registered": True, "identities": ["dibao"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": False,
        "lacking": "age",
        "changes_on": "2040-07-01",
    }
    assert (
        said(pack, "who", birth_date="2020-06-16", registered=True, identities=["dibao"])
        == "BAD_FACT: 出生日期 2020-06-16 晚于办理日期 2020-06-15，请核对"
    )
    assert said(pack, "who", age=82, registered=False, identities=["dibao"]) == {
        "row": 4,
        "because": "须已登记入院",
        "facts_used": {"age": 82, "registered": False, "identities": ["dibao"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": False,
        "lacking": "registered",
    }
    assert said(pack, "who", age=61, registered=True, identities=["needy"]) == {
        "row": 4,
        "because": "现年61周岁，须满80周岁",
        "facts_used": {"age": 61, "registered": True, "identities": ["needy"]},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "eligible": False,
        "lacking": "age",
    }
    assert said(pack, "who", tier="B") == {
        "row": 3,
        "because": "“类别”已给定为B",
        "facts_used": {"tier": "B"},
        "parameters_used": {},
        "eligible": True,
        "ground": "B",
    }
    assert said(pack, "who", service_class="A") == {
        "row": 2,
        "because": "“类别”已给定为A",
        "facts_used": {"tier": "A"},
        "parameters_used": {},
        "eligible": True,
        "ground": "A",
    }
    assert said(pack, "who", service_class="paid", **ELDER)["ground"] == "A"  # type: ignore[index]
    assert said(pack, "who", service_class="paid", tier="C") == "BAD_FACT: “类别”（tier）不认识 'C'，可用：A、B"
    assert said(pack, "poor", income_month_fen=99_999) == {
        "row": 2,
        "because": "999.99元",
        "facts_used": {"income_month_fen": 99999},
        "parameters_used": {},
        "eligible": True,
        "ground": "poor",
    }
    assert said(pack, "poor", income_month_fen=100_000) == {
        "row": 3,
        "because": "家庭人均月收入须小于1000元",
        "facts_used": {"income_month_fen": 100000},
        "parameters_used": {},
        "eligible": False,
        "lacking": "income_month_fen",
    }
    assert said(pack, "poor", may=True) == {
        "row": 2,
        "because": "“低收入”已给定为是",
        "facts_used": {"may": True},
        "parameters_used": {},
        "eligible": True,
        "ground": "poor",
    }
    assert said(pack, "poor", may="yes") == "BAD_FACT: “低收入”（may）不认识 'yes'，可用：true、false"
    assert said(pack, "poor") == {
        "outcome": "needs_fact",
        "because": "缺少“家庭人均月收入”（income_month_fen），补充后才能判定",
        "facts_used": {},
        "parameters_used": {},
        "missing": "income_month_fen",
    }


def test_how_much(pack: ir.Pack) -> None:
    assert said(pack, "much", **ELDER) == {
        "row": 2,
        "because": "30元",
        "facts_used": {"age": 82, "registered": True, "tier": "A"},
        "parameters_used": {},
        "amount_fen": 3000,
    }
    assert said(pack, "much", **YOUNG) == {
        "outcome": "needs_parameter",
        "because": "政策文件没有写明“标准”（rate_fen），请主管部门先设定再办理",
        "facts_used": {"age": 61, "registered": True, "identities": ["dibao"], "tier": "B"},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"]},
        "missing": "rate_fen",
    }
    assert said(pack, "much", **YOUNG, parameters={"rate_fen": 1234}) == {
        "row": 3,
        "because": "12.34元、12.34元、24.68元",
        "facts_used": {"age": 61, "registered": True, "identities": ["dibao"], "tier": "B"},
        "parameters_used": {"low": 60, "groups": ["dibao", "three_no"], "rate_fen": 1234},
        "amount_fen": 1234,
    }
    assert (
        said(pack, "much", **YOUNG, parameters={"rate_fen": "12"})
        == "BAD_PARAMETER: 参数“标准”（rate_fen）的值 '12' 不合要求：应为整数"
    )
    assert (
        said(pack, "much", **YOUNG, parameters={"rate_fen": True})
        == "BAD_PARAMETER: 参数“标准”（rate_fen）的值 True 不合要求：应为整数"
    )
    assert said(pack, "again", base_fen=500) == {
        "row": 2,
        "because": "5元",
        "facts_used": {"base_fen": 500},
        "parameters_used": {},
        "amount_fen": 501,
    }
    assert said(pack, "again", base_fen="many") == "BAD_FACT: “基本补贴”（base_fen）不认识 'many'，可用：整数"
    assert said(pack, "again", base_fen=True) == "BAD_FACT: “基本补贴”（base_fen）不认识 True，可用：整数"
    assert said(pack, "again", tier="A") == {
        "row": 2,
        "because": "30元",
        "facts_used": {"tier": "A", "base_fen": 3000},
        "parameters_used": {},
        "amount_fen": 3001,
    }
    assert said(pack, "much", tier="none") == "BAD_FACT: “类别”（tier）不认识 'none'，可用：A、B"
    assert said(pack, "joined", age=82, may=True) == {
        "row": 2,
        "because": "高龄；低收入；合计5",
        "facts_used": {"age": 82, "may": True},
        "parameters_used": {},
        "hours": 5,
    }
    assert said(pack, "joined", age=82) == {
        "outcome": "needs_fact",
        "because": "缺少“家庭人均月收入”（income_month_fen），补充后才能判定",
        "facts_used": {"age": 82},
        "parameters_used": {},
        "missing": "income_month_fen",
    }
    assert said(pack, "joined", age=70, may=False) == {
        "row": 4,
        "because": "其他情形",
        "facts_used": {"age": 70, "may": False},
        "parameters_used": {},
        "hours": 0,
    }
    given = {"area_m2": 250, "tier": "A", "ability_level": "mild"}
    award = [{"from_m2": 0, "fen": 1}, {"from_m2": 200, "fen": 5}]
    figures: dict[str, Any] = {"award": award, "norms": {"a": 400, "b": 600}, "hours_of": {"A": {"mild": 7}}}
    assert said(pack, "lookup", **given, parameters=figures) == {
        "row": 2,
        "because": "4.12元",
        "facts_used": {"area_m2": 250, "tier": "A", "ability_level": "mild"},
        "parameters_used": {
            "award": [{"from_m2": 0, "fen": 1}, {"from_m2": 200, "fen": 5}],
            "norms": {"a": 400, "b": 600},
            "hours_of": {"A": {"mild": 7}},
        },
        "amount_fen": 412,
    }
    assert said(pack, "lookup", **given, parameters={**figures, "norms": {"a": 400, "b": 500}}) == {
        "outcome": "needs_parameter",
        "because": "政策文件没有写明“各项标准”（norms）（各项合计应为 1000，现为 900），请主管部门先设定再办理",
        "facts_used": {"area_m2": 250, "tier": "A", "ability_level": "mild"},
        "parameters_used": {
            "award": [{"from_m2": 0, "fen": 1}, {"from_m2": 200, "fen": 5}],
            "hours_of": {"A": {"mild": 7}},
        },
        "missing": "norms",
    }
    for name, value in (
        ("norms", {"a": "1"}),
        ("norms", [1]),
        ("hours_of", {"A": 7}),
        ("hours_of", {"A": {"mild": None}}),
        ("hours_of", 7),
        ("award", {"from_m2": 0}),
        ("award", [{"from_m2": 0}]),
        ("award", [{"from_m2": 0, "from_x": 1}]),
        ("award", [{"m2": 0, "fen": 1}]),
        ("award", [{"from_m2": 0, "fen": "1"}]),
        ("award", [{"from_m2": 0, "fen": 1, "more": 2}]),
        ("award", [7]),
    ):
        words = {"norms": "应为“代码: 整数”的对照表", "hours_of": "应为两层的对照表，里层是“代码: 整数”"}
        wanted = words.get(name, "应为分档列表，每档写下限（from_…）和结果，都用整数")
        label = pack.parameters[name].label
        assert said(pack, "lookup", **given, parameters={**figures, name: value}) == (
            f"BAD_PARAMETER: 参数“{label}”（{name}）的值 {value!r} 不合要求：{wanted}"
        )


def test_who_pays(pack: ir.Pack) -> None:
    assert said(pack, "shared", price_fen=1001) == {
        "row": 2,
        "because": "7.01元、3元、100.1%、100.1分",
        "facts_used": {"price_fen": 1001},
        "parameters_used": {"payer_first": "government"},
        "shares_fen": {"elder": 701, "government": 300},
    }
    assert said(pack, "shared", price_fen=1001, parameters={"payer_first": "elder"}) == {
        "row": 3,
        "because": "谁先付为自己先付",
        "facts_used": {"price_fen": 1001},
        "parameters_used": {"payer_first": "elder"},
        "shares_fen": {"elder": 500, "government": 501},
    }
    assert (
        said(pack, "shared", price_fen=499, parameters={"payer_first": "elder"})
        == "BAD_ANSWER: 各方分担（elder 500、government -1）不能合成价格 499 分"
    )
    assert (
        said(pack, "shared", price_fen=499, parameters={"payer_first": "nobody"})
        == "BAD_PARAMETER: “谁先付”（payer_first）不能是 'nobody'，可用：government、elder"
    )
    assert (
        said(pack, "shared", price_fen=499, parameters={"payer_first": 1})
        == "BAD_PARAMETER: “谁先付”（payer_first）不能是 1，可用：government、elder"
    )
    assert said(pack, "shared", price_fen=-1001) == {
        "row": 2,
        "because": "冲正：7.01元、3元、100.1%、100.1分",
        "facts_used": {"price_fen": -1001},
        "parameters_used": {"payer_first": "government"},
        "shares_fen": {"elder": -701, "government": -300},
    }
    assert said(pack, "shared", price_fen=-1001, paid_fen={"elder": 1400, "government": 601}) == {
        "row": 2,
        "because": "退回10.01元，按原单各方所付的比例：自付7.00元，政府3.01元",
        "facts_used": {"price_fen": -1001, "paid_fen": {"elder": 1400, "government": 601}},
        "parameters_used": {"payer_first": "government"},
        "shares_fen": {"elder": -700, "government": -301},
    }
    assert (
        said(pack, "shared", price_fen=-2002, paid_fen={"elder": 1400, "government": 601})
        == "BAD_FACT: 要退回 20.02 元，多于原单已付的 20.01 元，请核对原单"
    )
    assert (
        said(pack, "shared", price_fen=-1, paid_fen={"elder": 1, "centre": 601})
        == "BAD_FACT: “shared”没有付款方 'centre'，可用：elder、government"
    )
    assert (
        said(pack, "shared", price_fen=-1, paid_fen={"elder": -1})
        == "BAD_FACT: 要退回 0.01 元，多于原单已付的 0.00 元，请核对原单"
    )
    assert said(pack, "shared", price_fen=-1, paid_fen={"elder": 1}) == {
        "row": 2,
        "because": "退回0.01元，按原单各方所付的比例：自付0.01元，政府0.00元",
        "facts_used": {"price_fen": -1, "paid_fen": {"elder": 1}},
        "parameters_used": {"payer_first": "government"},
        "shares_fen": {"elder": -1, "government": 0},
    }
    assert (
        said(pack, "shared", price_fen=-1, paid_fen=[1])
        == "BAD_FACT: “原单各方已付”（paid_fen）的值 [1] 不合要求：应为“代码: 整数”的对照表"
    )
    assert said(pack, "shared") == {
        "outcome": "needs_fact",
        "because": "缺少“价格”（price_fen），补充后才能判定",
        "facts_used": {},
        "parameters_used": {"payer_first": "government"},
        "missing": "price_fen",
    }
    assert said(pack, "shared", price_fen=0) == {
        "row": 2,
        "because": "0元、0元、0%、0.0分",
        "facts_used": {"price_fen": 0},
        "parameters_used": {"payer_first": "government"},
        "shares_fen": {"elder": 0, "government": 0},
    }
    assert said(pack, "by", amount_fen=100, counts={"one": 1, "two": 2}) == {
        "row": 2,
        "because": "按one 1、two 2",
        "facts_used": {"counts": {"one": 1, "two": 2}, "amount_fen": 100},
        "parameters_used": {},
        "shares_fen": {"one": 33, "two": 67},
    }
    assert (
        said(pack, "by", amount_fen=100, counts={"one": 0})
        == "BAD_FACT: 没有可以分配的数量（合计为 0，或有负数），请核对各项数量"
    )
    assert (
        said(pack, "by", amount_fen=100, counts={"one": 2, "two": -1})
        == "BAD_FACT: 没有可以分配的数量（合计为 0，或有负数），请核对各项数量"
    )
    assert said(pack, "by", amount_fen=-50, counts={"one": 1, "two": 2}, paid_fen={"one": 33, "two": 67}) == {
        "row": 2,
        "because": "退回0.50元，按原单各方所付的比例：one0.17元，two0.33元",
        "facts_used": {"counts": {"one": 1, "two": 2}, "amount_fen": -50, "paid_fen": {"one": 33, "two": 67}},
        "parameters_used": {},
        "shares_fen": {"one": -17, "two": -33},
    }


def test_what_is_drawn_from_a_credit(pack: ir.Pack) -> None:
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=2000) == {
        "row": 2,
        "because": "50元、30元、0元、10元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 2000},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 1000, "government": 3000},
        "granted_fen": 5000,
        "used_fen": 3000,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=2000, refund_fen=500) == {
        "row": 2,
        "because": "50元、35元、0元、5元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 2000, "refund_fen": 500},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 500, "government": 3500},
        "granted_fen": 5000,
        "used_fen": 3500,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=200, refund_fen=500) == {
        "row": 2,
        "because": "50元、40元、10元、0元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 200, "refund_fen": 500},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 0, "government": 4000},
        "granted_fen": 5000,
        "used_fen": 4000,
        "balance_fen": 1000,
    }
    assert said(pack, "credit", may=True, price_fen=4000, used_before_fen=6000) == {
        "row": 2,
        "because": "50元、0元、0元、40元",
        "facts_used": {"may": True, "price_fen": 4000, "used_before_fen": 6000},
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": 4000, "government": 0},
        "granted_fen": 5000,
        "used_fen": 0,
        "balance_fen": 0,
    }
    carried = {"left_last_period_fen": 1000, "parameters": {"carried": True}}
    assert said(pack, "credit", may=True, price_fen=6000, used_before_fen=0, **carried) == {
        "row": 2,
        "because": "50元、60元、0元、0元",
        "facts_used": {"may": True, "price_fen": 6000, "used_before_fen": 0, "left_last_period_fen": 1000},
        "parameters_used": {"carried": True},
        "shares_fen": {"elder": 0, "government": 6000},
        "granted_fen": 5000,
        "used_fen": 6000,
        "balance_fen": 0,
    }
    assert said(pack, "credit", may=True, price_fen=4000) == {
        "outcome": "needs_fact",
        "because": "缺少“本期已用”（used_before_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": 4000},
        "parameters_used": {"carried": False},
        "missing": "used_before_fen",
    }
    assert said(pack, "credit", may=False, price_fen=4000) == {
        "row": 3,
        "because": "没有",
        "facts_used": {"may": False, "price_fen": 4000},
        "parameters_used": {},
        "shares_fen": {"elder": 4000, "government": 0},
        "granted_fen": 0,
        "used_fen": 0,
        "balance_fen": 0,
    }
    paid = {"paid_fen": {"elder": 1000, "government": 3000}}
    assert said(pack, "credit", may=True, price_fen=-4000, used_before_fen=5000) == {
        "outcome": "needs_fact",
        "because": "缺少“原单各方已付”（paid_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": -4000, "used_before_fen": 5000},
        "parameters_used": {"carried": False},
        "missing": "paid_fen",
    }
    assert said(pack, "credit", may=True, price_fen=-4000, used_before_fen=5000, **paid) == {
        "row": 2,
        "because": "退回40.00元，按原单各方所付的比例：自付10.00元，政府30.00元",
        "facts_used": {
            "may": True,
            "price_fen": -4000,
            "used_before_fen": 5000,
            "paid_fen": {"elder": 1000, "government": 3000},
        },
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": -1000, "government": -3000},
        "granted_fen": 5000,
        "used_fen": -3000,
        "balance_fen": 3000,
    }
    assert said(pack, "credit", may=True, price_fen=-400, used_before_fen=5000, refund_fen=10, **paid) == {
        "row": 2,
        "because": "退回4.00元，按原单各方所付的比例：自付1.00元，政府3.00元",
        "facts_used": {
            "may": True,
            "price_fen": -400,
            "used_before_fen": 5000,
            "refund_fen": 10,
            "paid_fen": {"elder": 1000, "government": 3000},
        },
        "parameters_used": {"carried": False},
        "shares_fen": {"elder": -100, "government": -300},
        "granted_fen": 5000,
        "used_fen": -300,
        "balance_fen": 310,
    }
    assert said(pack, "credit", may=True, price_fen=-400, **paid) == {
        "outcome": "needs_fact",
        "because": "缺少“本期已用”（used_before_fen），补充后才能判定",
        "facts_used": {"may": True, "price_fen": -400},
        "parameters_used": {"carried": False},
        "missing": "used_before_fen",
    }
    assert said(pack, "credit", may=False, price_fen=-400, **paid) == {
        "row": 3,
        "because": "退回4.00元，按原单各方所付的比例：自付1.00元，政府3.00元",
        "facts_used": {"may": False, "price_fen": -400, "paid_fen": {"elder": 1000, "government": 3000}},
        "parameters_used": {},
        "shares_fen": {"elder": -100, "government": -300},
        "granted_fen": 0,
        "used_fen": -300,
        "balance_fen": 0,
    }
    assert said(pack, "minutes", mode="home", hours_month=1, used_before_minutes=20, minutes=50) == {
        "row": 2,
        "because": "10",
        "facts_used": {"mode": "home", "hours_month": 1, "minutes": 50, "used_before_minutes": 20},
        "parameters_used": {},
        "granted_minutes": 60,
        "used_minutes": 40,
        "balance_minutes": 0,
        "rest_minutes": 10,
    }
    assert said(pack, "minutes", mode="institution", minutes=50) == {
        "row": 3,
        "because": "没有",
        "facts_used": {"mode": "institution", "minutes": 50},
        "parameters_used": {},
        "granted_minutes": 0,
        "used_minutes": 0,
        "balance_minutes": 0,
        "rest_minutes": 50,
    }
    assert (
        said(pack, "minutes", mode="home", hours_month=1, used_before_minutes=20, minutes=-50)
        == "BAD_FACT: “minutes”没有写明由谁支付，不能按负数退回，请写明退回额度（refund_fen）或改正已用数量"
    )
    assert said(pack, "purse", price_fen=500, balance_before_fen=300) == {
        "row": 2,
        "because": "0元",
        "facts_used": {"balance_before_fen": 300, "price_fen": 500},
        "parameters_used": {},
        "used_fen": 300,
        "balance_fen": 0,
    }
    assert said(pack, "purse", price_fen=500, balance_before_fen=-1) == {
        "row": 2,
        "because": "0元",
        "facts_used": {"balance_before_fen": -1, "price_fen": 500},
        "parameters_used": {},
        "used_fen": 0,
        "balance_fen": 0,
    }


def test_what_keeps_a_norm_and_what_is_due(pack: ir.Pack) -> None:
    assert said(pack, "norm", score_tenths=854, parameters={"choice": "a"}) == {
        "row": 2,
        "because": "85.4分85.4分",
        "facts_used": {"score_tenths": 854},
        "parameters_used": {"choice": "a"},
        "result": "warn",
        "figure": 854,
    }
    assert said(pack, "norm", score_tenths=855, parameters={"choice": "a"}) == {
        "row": 3,
        "because": "a",
        "facts_used": {"score_tenths": 855},
        "parameters_used": {"choice": "a"},
        "result": "pass",
        "figure": 855,
    }
    assert (
        said(pack, "norm", score_tenths=855, parameters={"choice": "c"})
        == "BAD_PARAMETER: 参数“做法”（choice）的值 'c' 不合要求：应为代码：a、b"
    )
    assert (
        said(pack, "norm", score_tenths=855, parameters={"choice": 1})
        == "BAD_PARAMETER: 参数“做法”（choice）的值 1 不合要求：应为代码：a、b"
    )
    assert said(pack, "norm", score_tenths=855) == {
        "row": 3,
        "because": "未提供",
        "facts_used": {"score_tenths": 855},
        "parameters_used": {},
        "result": "pass",
        "figure": 855,
    }
    assert said(pack, "visit", since="2020-03-31", events=["2020-04-01", "2020-06-01"]) == {
        "row": 2,
        "because": "3次2次",
        "facts_used": {"since": "2020-03-31", "events": ["2020-04-01", "2020-06-01"]},
        "parameters_used": {},
        "due": 3,
        "done": 1,
        "overdue": 2,
        "overdue_periods": ["2020-03", "2020-05"],
    }
    assert said(pack, "visit", since="2020-03-01", events=["2020-04-30", "2020-05-01"]) == {
        "row": 2,
        "because": "3次1次",
        "facts_used": {"since": "2020-03-01", "events": ["2020-04-30", "2020-05-01"]},
        "parameters_used": {},
        "due": 3,
        "done": 2,
        "overdue": 1,
        "overdue_periods": ["2020-03"],
    }
    assert said(pack, "visit", since="2020-03-01") == {
        "outcome": "needs_fact",
        "because": "缺少“已发生日期”（events），补充后才能判定",
        "facts_used": {"since": "2020-03-01"},
        "parameters_used": {},
        "missing": "events",
    }
    assert said(pack, "visit", since="2020-06-01") == {
        "row": 2,
        "because": "0次0次",
        "facts_used": {"since": "2020-06-01"},
        "parameters_used": {},
        "due": 0,
        "done": 0,
        "overdue": 0,
        "overdue_periods": [],
    }
    assert said(pack, "visit", events=[]) == {
        "outcome": "needs_fact",
        "because": "缺少“起始日期”（since），补充后才能判定",
        "facts_used": {},
        "parameters_used": {},
        "missing": "since",
    }
    assert said(pack, "visit", since=None, events=[]) == {
        "outcome": "needs_fact",
        "because": "缺少“起始日期”（since），补充后才能判定",
        "facts_used": {},
        "parameters_used": {},
        "missing": "since",
    }
    assert said(pack, "owed", since=DAY, years=1, events=["2020-04-01"]) == {
        "row": 2,
        "because": "3",
        "facts_used": {"years": 1, "events": ["2020-04-01"], "since": "2020-06-15"},
        "parameters_used": {},
        "due": 4,
        "done": 1,
        "overdue": 3,
    }
    assert said(pack, "owed", since=DAY, years=0, events=["2020-04-01"]) == {
        "row": 2,
        "because": "0",
        "facts_used": {"years": 0, "events": ["2020-04-01"], "since": "2020-06-15"},
        "parameters_used": {},
        "due": 0,
        "done": 1,
        "overdue": 0,
    }
    assert said(pack, "term", since="2020-01-31") == {
        "row": 2,
        "because": "2020年2月29日",
        "facts_used": {"since": "2020-01-31"},
        "parameters_used": {},
        "until": "2020-02-29",
    }
    assert said(pack, "share", count=25, total=1000) == {
        "row": 2,
        "because": "2.5%",
        "facts_used": {"count": 25, "total": 1000},
        "parameters_used": {},
        "value": 25,
        "denominator": 1000,
    }
    assert said(pack, "share", count=25, total=0) == "BAD_FACT: 分母为 0，算不出比例，请核对数量"


def test_a_decision_is_written_and_read_again(pack: ir.Pack) -> None:
    for rule, given in (
        ("visit", {"since": "2020-03-01", "events": []}),
        ("term", {"since": "2020-01-31"}),
        ("who", {"birth_date": "1960-07-01", "registered": True, "identities": ["dibao"]}),
    ):
        told = decide(pack, rule, {"on": DAY, **given})
        assert Decision.from_json(told.to_json()) == told
        assert Decision.of(dict(vars(told))) == told
        assert told.decided
    assert not decide(pack, "term", {"on": DAY}).decided
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Decision.of({"pack": "a", "rule": "b", "outcome": "decided", "colour": "red"})
    plain = (1, True, "x", None, date(2020, 1, 2), (date(2020, 1, 2), [1]), {"a": (2,)}, 1.5)
    assert to_plain(plain) == [1, True, "x", None, "2020-01-02", ["2020-01-02", [1]], {"a": [2]}, 1.5]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("price_fen", True, "应为整数（金额以分计，不用小数）"),
        ("price_fen", 1.0, "应为整数（金额以分计，不用小数）"),
        ("registered", 1, "应为是或否（true/false）"),
        ("meal", 1, "应为代码（字符串）"),
        ("birth_date", "1960-13-01", "应为日期，如 2016-05-10"),
        ("birth_date", datetime(1960, 1, 1, tzinfo=UTC), "应为日期，如 2016-05-10"),
        ("birth_date", 19600101, "应为日期，如 2016-05-10"),
        ("last_respite_on", "soon", "应为日期，如 2016-05-10，没有则为 null"),
        ("distances_m", [1, "2"], "应为整数列表"),
        ("distances_m", "12", "应为整数列表"),
        ("identities", [1], "应为代码列表，没有则为空列表"),
        ("events", ["2020-01-01", 1], "应为日期列表"),
        ("counts", {"a": True}, "应为“代码: 整数”的对照表"),
        ("counts", [1], "应为“代码: 整数”的对照表"),
    ],
)
def test_a_fact_of_another_kind_is_refused(name: str, value: object, wanted: str) -> None:
    fact = facts()[name]
    with pytest.raises(BadFact) as refused:
        fact.read(value)
    assert str(refused.value) == f"“{fact.label}”（{name}）的值 {value!r} 不合要求：{wanted}"


def test_a_fact_is_read_in_one_shape() -> None:
    day = date(2020, 1, 2)
    for name, value, read in (
        ("price_fen", 5, 5),
        ("registered", False, False),
        ("meal", "lunch", "lunch"),
        ("birth_date", "2020-01-02", day),
        ("birth_date", day, day),
        ("last_respite_on", None, None),
        ("last_respite_on", "2020-01-02", day),
        ("distances_m", [1, 2], (1, 2)),
        ("identities", ("dibao",), ("dibao",)),
        ("identities", [], ()),
        ("identities", frozenset({"dibao"}), ("dibao",)),
        ("events", ["2020-01-02"], (day,)),
        ("counts", {"a": 1, 2: 3}, {"a": 1, "2": 3}),
    ):
        assert facts()[name].read(value) == read
    for value in ("brunch", ["lunch"]):
        with pytest.raises(BadFact):
            facts()["meal"].read(value)
    with pytest.raises(BadFact) as refused:
        facts()["meal"].read("brunch")
    assert str(refused.value) == "“餐次”（meal）不认识 'brunch'，可用：lunch、dinner"
    with pytest.raises(BadFact, match=r"^“身份类别”（identities）不认识 'rich'，可用：three_no、dibao、"):
        facts()["identities"].read(["dibao", "rich", "poor"])
