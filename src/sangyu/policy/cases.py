"""Run worked examples against packs: the tests that an official can write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sangyu.policy import engine
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.policy.errors import PolicyError
from sangyu.policy.ir import Pack

_FIELDS = ANSWER_FIELDS | {"outcome", "missing", "version", "row", "because"}


@dataclass(frozen=True)
class CaseResult:
    """One case: where it stands, and what went wrong ("" if it passed)."""

    line: int
    id: str
    rule: str
    fault: str

    @property
    def passed(self) -> bool:
        """Tell whether every expected field was equal."""
        return not self.fault


def run_file(path: Path, load: Any) -> Iterator[CaseResult]:
    """Run every line of a file of cases; `load` gives the pack of a name.

    A case of a pack that does not exist or cannot be read fails with that reason; it is never passed over.
    """
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _run_line(number, line, load)


def _run_line(number: int, line: str, load: Any) -> CaseResult:
    try:
        case = json.loads(line)
    except json.JSONDecodeError as error:
        return CaseResult(number, "", "", f"不是一行 JSON：{error}")
    if not isinstance(case, dict):
        return CaseResult(number, "", "", "不是一行 JSON：一个算例是一个对象，写成 {…}")
    missing = [name for name in ("pack", "rule", "facts", "expect") if name not in case]
    if missing:
        return CaseResult(number, str(case.get("id", "")), "", f"算例缺少 {'、'.join(missing)}")
    try:
        fault = fault_of(case, load(case["pack"]))
    except PolicyError as error:
        fault = str(error)
    return CaseResult(number, str(case.get("id", "")), case["rule"], fault)


def fault_of(case: Mapping[str, Any], pack: Pack) -> str:
    """Compare a case with the decision; "" if every expected field is equal.

    Raises: PolicyError, if the question itself is refused.
    """
    expect = case["expect"]
    strange = [name for name in expect if name not in _FIELDS]
    if strange or not expect:
        return f"期望里没有可比的字段：{'、'.join(strange) or '空'}"
    got = engine.decide(pack, case["rule"], case["facts"]).to_json()
    different = [
        f"{name} 应为 {expect[name]!r}，得到 {got.get(name)!r}"
        for name in expect
        if not _same(expect[name], got.get(name))
    ]
    return "；".join(different)


def _same(wanted: Any, got: Any) -> bool:
    return type(wanted) is type(got) and bool(wanted == got)
