"""A table is read as an official knows it: no code word, no fen, no formula sign of a programmer."""

from __future__ import annotations

import re

import pytest

from sangyu import policy
from sangyu.policy.table_text import FORMS, Line, sheet
from sangyu.policy.to_chinese import cell_text

PROGRAMMERS_WORD = re.compile(r"[a-z]{2,}|[*_<>=]|\bNone\b")


def in_words(pack_id: str, rule_id: str, version: int = -1):
    pack = policy.load(pack_id)
    rule = pack.rules[rule_id]
    return sheet(rule, rule.versions[version], pack)


def test_the_lunch_of_chengguan_reads_as_its_document():
    found = in_words("lanzhou-chengguan", "lunch-subsidy")
    assert found.columns[:5] == ("就餐地点", "餐次", "补贴覆盖的餐次", "当日第几餐", "身份类别")
    assert found.outcomes == ("自付", "政府")
    last = found.lines[-3]
    assert isinstance(last, Line)
    assert (last.n, last.tests[5], last.answers) == (12, "≥75", ("其余", "取小(10元，价格)"))
    assert found.lines[1].tests[:3] == ("", "不是午餐", "只补贴每日午餐")


@pytest.mark.parametrize(
    ("pack_id", "rule_id", "answer"),
    [
        ("lanzhou-chengguan", "platform-price", "四舍五入(市场价×800 ÷ 1000)"),
        ("lanzhou-chengguan", "class-b-credit", "50元"),
        ("weifang-xiashan", "home-hours-account", "每月时长×60"),
        ("fuzhou-gulou", "needs-voucher", "查表(各类困难群体的月服务券（分），特困供养)"),
        ("xiamen-huli", "fund-share", "50%"),
        ("taiyuan", "operating-grant", "取小(核定金额，100000元)"),
    ],
)
def test_amounts_and_formulas_are_told_in_words(pack_id: str, rule_id: str, answer: str):
    assert answer in [said for line in in_words(pack_id, rule_id).lines for said in line.answers]


@pytest.mark.parametrize("pack_id", policy.pack_ids())
def test_no_word_of_a_programmer_is_left_in_any_table(pack_id: str):
    pack = policy.load(pack_id)
    for rule in pack.rules.values():
        assert FORMS[rule.form]
        for version in rule.versions:
            found = sheet(rule, version, pack)
            assert len(found.lines) == len(version.table.rows)
            for line in found.lines:
                assert len(line.tests) == len(found.columns)
                assert len(line.answers) == len(found.outcomes)
            said = [
                *found.columns,
                *found.outcomes,
                *(cell for line in found.lines for cell in line.tests + line.answers),
            ]
            said += [line.because for line in found.lines]
            said += [cell_text(cell, pack) for row in version.table.rows for cell in row.cells]
            assert [cell for cell in said if PROGRAMMERS_WORD.search(cell)] == [], rule.id
