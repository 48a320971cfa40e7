"""Worked examples are run line by line: what cannot be run is told with its line and name, never passed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sangyu.policy import load
from sangyu.policy.cases import CaseResult, run_file
from sangyu.policy.tests.change import PACK_ID

GOOD = {
    "id": 7,
    "pack": PACK_ID,
    "rule": "registration",
    "facts": {"on": "2018-03-06", "age": 76, "lives_in_area": True},
    "expect": {"eligible": True, "ground": "age_65"},
}


def run(tmp_path: Path, *cases: dict[str, Any] | str) -> list[CaseResult]:
    """Write the cases, a line each, and run them."""
    file = tmp_path / "cases.jsonl"
    lines = [case if isinstance(case, str) else json.dumps(case, ensure_ascii=False) for case in cases]
    file.write_text("\n".join(lines), encoding="utf-8")
    return list(run_file(file, load))


def test_a_case_that_passes_is_known_by_line_name_and_rule(tmp_path: Path) -> None:
    nameless = {name: said for name, said in GOOD.items() if name != "id"}
    assert run(tmp_path, "", GOOD, " ", nameless) == [
        CaseResult(2, "7", "registration", ""),
        CaseResult(4, "", "registration", ""),
    ]


def test_a_case_that_lacks_something_is_named_with_all_that_it_lacks(tmp_path: Path) -> None:
    short = {name: GOOD[name] for name in ("id", "pack", "rule")}
    nameless = {name: GOOD[name] for name in ("pack", "facts", "expect")}
    assert run(tmp_path, short, nameless) == [
        CaseResult(1, "7", "", "算例缺少 facts、expect"),
        CaseResult(2, "", "", "算例缺少 rule"),
    ]


def test_a_line_that_is_not_json_has_no_name(tmp_path: Path) -> None:
    told = run(tmp_path, '{"id": "a",', "5", "[]", '"rule"')
    assert [(result.line, result.id, result.rule) for result in told] == [(n, "", "") for n in (1, 2, 3, 4)]
    assert all(result.fault.startswith("不是一行 JSON：") for result in told)


def test_every_field_that_differs_is_told_and_yes_is_not_one(tmp_path: Path) -> None:
    wrong = {**GOOD, "expect": {"eligible": False, "ground": "age_60", "outcome": "decided"}}
    near = {**GOOD, "expect": {"eligible": 1}}
    assert [result.fault for result in run(tmp_path, wrong, near)] == [
        "eligible 应为 False，得到 True；ground 应为 'age_60'，得到 'age_65'",
        "eligible 应为 1，得到 True",
    ]


def test_a_field_that_no_decision_has_is_no_comparison(tmp_path: Path) -> None:
    strange, empty = ({**GOOD, "expect": said} for said in ({"eligble": True, "eligible": True}, {}))
    assert [result.fault for result in run(tmp_path, strange, empty)] == [
        "期望里没有可比的字段：eligble",
        "期望里没有可比的字段：空",
    ]
