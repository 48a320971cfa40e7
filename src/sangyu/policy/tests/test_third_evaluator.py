"""The shipped packs beside an evaluator that shares nothing with the engines: fractions, one decision at a time."""

from __future__ import annotations

import ast
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sangyu.policy import load, pack_ids
from sangyu.policy.each import answer_of, lines_of
from sangyu.policy.tests.lines import parameters, read_by, table
from sangyu.policy.tests.naive import Naive

OWN = ("naive.py", "naive_forms.py", "naive_money.py", "naive_words.py")


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """Lay an answer of the third evaluator out as a line of the engines' output."""
    shares = {f"share_{payer}_fen": fen for payer, fen in answer.get("shares_fen", {}).items()}
    return {**{name: value for name, value in answer.items() if name != "shares_fen"}, **shares}


def compared(answer: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """Take from an engine's line what the third evaluator says too."""
    if answer["outcome"] == "decided":
        told = (*answer, *(name for name in made if name.startswith("share_")))
        return {name: made.get(name) for name in told}
    return {"outcome": made["outcome"]}


@pytest.mark.parametrize("pack_id", pack_ids())
def test_a_third_evaluator_agrees_on_every_rule_of_the_shipped_packs(pack_id: str) -> None:
    pack, seen = load(pack_id), Counter[str]()
    naive = Naive(pack.folder)
    for rule_id, rule in pack.rules.items():
        dice = random.Random(f"third {pack_id} {rule_id}")
        said = parameters(dice, pack)
        for facts in lines_of(table(dice, read_by(pack, rule), 40)):
            known = {name: value for name, value in facts.items() if value is not None}
            answer = flat(naive.answer(rule_id, known, said))
            seen[answer["outcome"]] += 1
            if answer["outcome"] != "open":
                made = answer_of(pack, rule_id, known, said, None)
                assert compared(answer, made) == answer, (pack_id, rule_id, said, known)
    assert seen["decided"] > seen.total() // 4, seen


@pytest.mark.parametrize("file", OWN)
def test_the_third_evaluator_shares_no_code_with_the_engines(file: str) -> None:
    tree = ast.parse(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not [name.name for name in node.names if name.name.startswith("sangyu")]
        elif isinstance(node, ast.ImportFrom):
            of = [node.module] if node.module else [name.name for name in node.names]
            assert all(f"{one}.py" in OWN for one in of) if node.level else not (node.module or "").startswith("sangyu")
