"""Whole answers of limits and schedules, a decision written and read again, and facts in one shape."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sangyu.policy import BadFact, decide, ir
from sangyu.policy.decision import Decision, to_plain
from sangyu.policy.tests.rulebook import DAY, rulebook, said
from sangyu.policy.vocabulary import facts


@pytest.fixture
def pack(tmp_path: Path) -> ir.Pack:
    return rulebook(tmp_path)


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
