"""The forms beyond one city: a small invented pack in which every form and every kind of outcome occurs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import BadFact, Decision, Pack, decide, load
from sangyu.policy.check import check
from sangyu.policy.tests.change import written

DAY = date(2020, 6, 15)
PACK = """
[pack]
title = "桑榆试验区"
area = "000000"
[documents.notice]
title = "试验区养老服务办法"
number = "试字1号"
level = "district"
[switches.roll_over]
label = "结转"
values = [false, true]
[parameters.low_income_line_fen]
label = "低收入线"
type = "int"
[derived.low_income]
label = "低收入"
rule = "low-income"
answer = "eligible"
"""
RULES: dict[str, tuple[str, str]] = {
    "low-income": (
        'form = "eligible"',
        "income_month_fen,eligible,ground,because\n<low_income_line_fen,yes,below_line,\n,no,,{lacking}\n",
    ),
    "respite": (
        'form = "eligible"',
        """identities,low_income,age,eligible,ground,because
severe_disability,,>=80,yes,severe_disability_80,
,yes,>=90,yes,low_income_90,
,,,no,,{lacking}
""",
    ),
    "fund-share": ('form = "split"\npayers = ["district", "street"]', "district,street,because\n500 pm,500 pm,各半\n"),
    "nursing-share": (
        'form = "split"\npayers = ["government", "elder"]',
        "ability_level,government,elder,because\nmoderate|severe,300 pm,rest,\n,0,rest,\n",
    ),
    "home-hours": ('form = "tier"', "ability_level,hours,because\nsevere,60,\nnone,0,\n,10,\n"),
    "hours-account": (
        'form = "account"\nshared = "minutes"\nroll_over = "roll_over"',
        "mode,granted,because\nhome,hours_month * 60,本月{granted_minutes}分钟，剩{balance_minutes}分钟\n,none,\n",
    ),
    "site-grant": (
        'form = "grant"',
        'facility_type,amount_fen,because\ncentre,"min(assessed_fen, 100000.00)",\n,0,\n',
    ),
    "communities": ('form = "limit"', "count,result,figure,because\n3..5,pass,count,\n,warn,count,\n"),
    "inspection": ('form = "schedule"', "every,because\nquarter,\n"),
    "coverage": (
        'form = "statistic"',
        "value,denominator,because\nhalf_up(count * 1000 / total),total,覆盖率{value:pm}\n",
    ),
}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    folder = written(tmp_path, PACK, RULES)
    return load(folder.name, folder.parent)


def ask(pack: Pack, rule: str, **facts: Any) -> Decision:
    return decide(pack, rule, facts, on=DAY)


def test_small_pack_is_sound_but_for_its_missing_cases(pack: Pack) -> None:
    assert [finding.message for finding in check(pack.folder)] == ["没有算例"]


def test_derived_yes_or_no_follows_from_its_rule_or_is_given(pack: Pack) -> None:
    line = {"low_income_line_fen": 120_000}
    facts: dict[str, Any] = {"identities": [], "age": 91}
    assert ask(pack, "respite", **facts, income_month_fen=119_999, parameters=line).ground == "low_income_90"
    assert ask(pack, "respite", **facts, income_month_fen=120_000, parameters=line).eligible is False
    assert ask(pack, "respite", **facts, low_income=True).ground == "low_income_90"
    assert ask(pack, "respite", **facts, income_month_fen=1).missing == "low_income_line_fen"
    assert ask(pack, "respite", **facts, parameters=line).missing == "income_month_fen"
    assert ask(pack, "respite", identities=[], age=85).eligible is False
    given = ask(pack, "low-income", low_income=True)
    assert (given.eligible, given.ground, given.because) == (True, "below_line", "“低收入”已给定为是")
    assert ask(pack, "low-income", low_income=False).eligible is False


def test_refusal_names_the_nearest_ground(pack: Pack) -> None:
    decision = ask(pack, "respite", identities=["severe_disability"], age=79, low_income=False)
    assert (decision.lacking, decision.because) == ("age", "现年79周岁，须满80周岁")


def test_per_mille_shares_add_up_with_ties_to_the_first(pack: Pack) -> None:
    assert ask(pack, "fund-share", price_fen=5).shares_fen == {"district": 3, "street": 2}
    shares = ask(pack, "nursing-share", price_fen=1001, ability_level="severe").shares_fen
    assert shares == {"government": 300, "elder": 701}


def test_tier_may_give_hours(pack: Pack) -> None:
    assert ask(pack, "home-hours", ability_level="mild").hours == 10


def test_account_may_count_minutes(pack: Pack) -> None:
    facts: dict[str, Any] = {"mode": "home", "hours_month": 10, "used_before_minutes": 570, "minutes": 45}
    decision = ask(pack, "hours-account", **facts)
    assert (decision.granted_minutes, decision.used_minutes) == (600, 30)
    assert (decision.balance_minutes, decision.rest_minutes) == (0, 15)
    assert decision.because == "本月600分钟，剩0分钟"
    rolled = ask(pack, "hours-account", **facts, left_last_period_minutes=60, parameters={"roll_over": True})
    assert (rolled.used_minutes, rolled.balance_minutes) == (45, 45)
    assert ask(pack, "hours-account", mode="institution", minutes=45).rest_minutes == 45


def test_grant_is_capped(pack: Pack) -> None:
    assert ask(pack, "site-grant", facility_type="centre", assessed_fen=10_000_001).amount_fen == 10_000_000
    assert ask(pack, "site-grant", facility_type="station").amount_fen == 0


@pytest.mark.parametrize(("count", "result"), [(2, "warn"), (3, "pass"), (5, "pass"), (6, "warn")])
def test_limit_may_warn(pack: Pack, count: int, result: str) -> None:
    decision = ask(pack, "communities", count=count)
    assert (decision.result, decision.figure) == (result, count)


def test_schedule_counts_due_periods(pack: Pack) -> None:
    decision = ask(pack, "inspection", since="2019-11-05", events=["2020-01-07", "2020-03-31"])
    assert (decision.due, decision.done, decision.overdue_periods) == (2, 1, ("2019Q4",))


def test_statistic_states_its_denominator_and_never_divides_by_nothing(pack: Pack) -> None:
    decision = ask(pack, "coverage", count=1, total=3)
    assert (decision.value, decision.denominator, decision.because) == (333, 3, "覆盖率33.3%")
    with pytest.raises(BadFact, match="分母"):
        ask(pack, "coverage", count=0, total=0)


def test_row_without_words_is_told_by_its_cells(pack: Pack) -> None:
    assert ask(pack, "home-hours", ability_level="severe").because == "失能等级为重度失能"
    assert json.loads(json.dumps(ask(pack, "home-hours", ability_level="none").to_json()))["hours"] == 0
