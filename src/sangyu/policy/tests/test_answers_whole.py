"""Whole answers: who may have something, how much, and who pays it; with what was read and every word of a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import ir
from sangyu.policy.tests.rulebook import ELDER, YOUNG, rulebook, said


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    return rulebook(tmp_path)


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
