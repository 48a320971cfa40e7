"""An invented pack with a rule of every form, and what is said of its answers: the words whole, the rest checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sangyu.policy import PolicyError, decide, ir, load
from sangyu.policy.tests.change import written

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


def rulebook(folder: Path) -> ir.Pack:
    """Write the pack into a folder and read it."""
    there = written(folder, PACK, RULES)
    return load(there.name, there.parent)


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
