"""Words used wrongly: each slip of an author is told with its file, its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import cells, ir
from sangyu.policy.check import check
from sangyu.policy.errors import BadCell
from sangyu.policy.tests.change import written

HEAD = """
[pack]
title = "桑榆试验区"
area = "000000"
[documents.notice]
title = "试验区养老服务办法"
number = "试字1号"
[switches.part_year]
label = "不满一年"
values = ["full", "months"]
[parameters.tiers]
label = "分档"
type = "steps"
"""
TIER = ('form = "tier"', "age,amount_fen,because\n>=80,100,\n,0,\n")
SCOPE = cells.Scope(
    parameters={
        "tiers": ir.Parameter("tiers", "分档", "steps"),
        "fen_by_group": ir.Parameter("fen_by_group", "各类金额", "map"),
        "hours": ir.Parameter("hours", "各类各级时长", "matrix"),
    }
)


def said(tmp_path: Path, head: str = HEAD, **rules: tuple[str, str]) -> list[str]:
    folder = written(tmp_path, head, {"tier": TIER, **rules})
    return [finding.message for finding in check(folder)]


@pytest.mark.parametrize(
    ("options", "table", "fault"),
    [
        ('form = "tier"\nrows = "most"', TIER[1], "rows = 'most' 应为 first、best、add"),
        ('form = "tier"\nrows = "part_year"', TIER[1], "rows = 'part_year' 应为 first、best、add，或取这些值的开关"),
        ('form = "limit"\nrows = "best"', "result,because\npass,\n", "只用于给出金额的 tier 和 grant"),
        ('form = "tier"\nwords = { beds_free = "空床" }', TIER[1], "words 里的“beds_free”不是事实"),
        ('form = "tier"', "age,amount_fen,hours\n,1,2\n", "结果列“hours”不能与“amount_fen”同用"),
        ('form = "account"', "available,granted\n1,2\n", "不能与"),
        ('form = "schedule"', "due,because\n1,\n", "缺少结果列“done”"),
        ('form = "split"', "count,because\n,说明\n", "分担规则要写明付款方"),
        ('form = "split"', "by,because\nage,\n", "“age”不是“代码: 数量”的对照表"),
        ('form = "split"\npayers = ["elder", "government"]', "elder,government\ntiers pm,rest\n", "“tiers”不是数字"),
        ('form = "split"\npayers = ["elder", "government"]', "elder,government\ntotal pm,0\n", "要有一方付余额"),
        ('form = "schedule"', "until,because\ntotal,\n", "结果列“until”要的是日期"),
        ('form = "tier"', "amount_fen,because\nsince,\n", "结果列“amount_fen”要的是数字"),
    ],
)
def test_slip_in_a_rule(tmp_path: Path, options: str, table: str, fault: str) -> None:
    assert any(fault in one for one in said(tmp_path, slip=(options, table)))


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ('[parameters.payer_said]\nlabel = "谁付"\ntype = "code"\n', "类型为 code 的写明 codes"),
        ('[parameters.rate]\nlabel = "价"\ncodes = ["a"]\n', "类型为 code 的写明 codes"),
        ('[parameters.rate]\nlabel = "价"\ntype = "list"\n', "应为 int、code、map、matrix、steps"),
        ('[derived.tier_of]\nlabel = "档"\nrule = "tier"\nanswer = "because"\n', "answer 'because' 应为"),
    ],
)
def test_slip_in_a_section(tmp_path: Path, section: str, fault: str) -> None:
    assert any(fault in one for one in said(tmp_path, HEAD + section))


@pytest.mark.parametrize(
    ("formula", "fault"),
    [
        ("since + 1", "要的是数字"),
        ("min(total, since)", "要的是数字"),
        ("count(total)", "要的是列表"),
        ("count(identities <= 3)", "数字或日期的列表"),
        ("count(events <= 3)", "要的是日期"),
        ("count(distances_m <= on)", "要的是数字"),
        ("count(3 >= distances_m >= 1)", "count 里的范围写成"),
        ("count(distances_m == 3)", "count 里的范围写成"),
        ("sum(total)", "要的是列表或对照表"),
        ("step(fen_by_group, total)", "要的是分档表"),
        ("months_aged(80, since)", "要的是日历上的日子"),
        ("months_from(total)", "要的是日期"),
        ("at()", "at 的写法"),
        ("at(total, dibao)", "要的是对照表"),
        ("at(fen_by_group, dibao, mild)", "要写 1 个代码"),
        ("at(hours, dibao)", "要写 2 个代码"),
        ("at(fen_by_group, 3)", "要写代码或名称"),
        ("total.key", "要的是对照表"),
    ],
)
def test_slip_in_a_formula(formula: str, fault: str) -> None:
    with pytest.raises(BadCell, match=fault.replace("(", r"\(")):
        cells.formula(formula, SCOPE)


def test_key_that_names_a_number_is_the_code_itself() -> None:
    read = cells.formula("at(fen_by_group, total)", SCOPE)
    assert read == ir.Call("at", (ir.Name("parameter", "fen_by_group"), ir.Const("total")))


def test_row_that_joins_may_stand_below_one_that_takes_everything(tmp_path: Path) -> None:
    joined = ('form = "tier"\nrows = "add"', "age,amount_fen,because\n,100,\n>=80,50,\n60..85,20,\n")
    assert not any("永远不会适用" in one or "重叠" in one for one in said(tmp_path, joined=joined))
    alone = ('form = "tier"', joined[1])
    other = tmp_path / "other"
    other.mkdir()
    assert any("永远不会适用" in one for one in said(other, alone=alone))


def test_table_with_many_codes_has_no_row_that_seems_dead(tmp_path: Path) -> None:
    codes = ["three_no", "dibao", "needy", "dementia", "left_behind", "empty_nest", "childless"]
    rows = "".join(f"{code},yes,{code},\n" for code in codes[3:])
    table = f"identities,eligible,ground,because\n{'&'.join(codes[:3])},yes,all_three,\n{rows},no,,{{lacking}}\n"
    assert not any("永远不会适用" in one for one in said(tmp_path, many=('form = "eligible"', table)))
