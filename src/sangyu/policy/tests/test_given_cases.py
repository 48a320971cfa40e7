"""The shipped packs beside what a city gives with its policy: its worked examples and its texts, where at hand.

The examples and texts belong to the cities and are not part of this repository; they are looked for in a folder
`shared` next to it. The packs' own examples are always run (`test_check.py`) and are taken apart here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import decide, load, pack_ids, packs_folder
from sangyu.policy.cases import run_file
from sangyu.policy.vocabulary import ABSENT, facts

GIVEN = Path(__file__).resolve().parents[5] / "shared"
CASES = GIVEN / "cases" / "public.jsonl"
TEXTS = GIVEN / "seeds"


def own_cases(pack_id: str) -> Iterator[dict[str, Any]]:
    """Read the worked examples of a pack."""
    with (packs_folder() / pack_id / "cases.jsonl").open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


@pytest.mark.skipif(not CASES.is_file(), reason="the given cases are not beside this repository")
def test_every_given_case_is_answered_as_given() -> None:
    failed = [f"{result.id}: {result.fault}" for result in run_file(CASES, load) if not result.passed]
    assert failed == []


@pytest.mark.skipif(not TEXTS.is_dir(), reason="the policy texts are not beside this repository")
@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_rule_stands_in_its_text(pack_id: str) -> None:
    pack = load(pack_id)
    for document in pack.documents.values():
        own = [rule.source.locator for rule in pack.rules.values() if rule.source.document == document.title]
        if not document.file:
            assert own == [], "a text that is only named decides nothing"
            continue
        text = (TEXTS / document.file).read_text(encoding="utf-8")
        assert [locator for locator in own if locator not in text] == []


@pytest.mark.parametrize("pack_id", pack_ids())
def test_a_fact_left_out_is_asked_for_or_does_not_matter(pack_id: str) -> None:
    """Facts that may be absent, and those that can be derived, are left in: without them the question is another."""
    pack = load(pack_id)
    derived = {name for one in pack.derived.values() for name in (one.name, *one.aliases)}
    for case in own_cases(pack_id):
        whole = decide(pack, case["rule"], case["facts"])
        if not whole.decided:
            continue
        for name in case["facts"].keys() - derived - {"on", "parameters"}:
            if facts()[name].default is not ABSENT:
                continue
            rest = {key: said for key, said in case["facts"].items() if key != name}
            less = decide(pack, case["rule"], rest)
            if less.decided:
                assert answer(less) == answer(whole), (case["id"], name)
            else:
                assert less.outcome == "needs_fact", (case["id"], name)
                assert less.missing not in rest, (case["id"], name)


def answer(decision: Any) -> dict[str, Any]:
    """Give what was decided, without the words, the row and the hint at what is lacking."""
    told = ("row", "because", "facts_used", "parameters_used", "lacking", "changes_on")
    return {name: value for name, value in decision.to_json().items() if name not in told}
