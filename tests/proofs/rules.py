"""Ask a city's shipped pack on one day, so that a proof of its rules reads as a table of facts and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sangyu import policy
from sangyu.policy.cases import run_file


class City:
    """The pack of a city, asked on `day` unless the facts name another."""

    def __init__(self, pack: str, day: str) -> None:
        self.pack, self.day = pack, day

    def decide(self, rule: str, facts: Mapping[str, Any]) -> policy.Decision:
        """Decide one rule as the pack stands, without any parameter but those of the facts."""
        return policy.decide(policy.load(self.pack), rule, {"on": self.day, **facts})

    def told(self, field: str, rule: str, facts: Mapping[str, Any]) -> Any:
        """Answer one field of the decision; undecided, what it wants: `needs_fact age`."""
        decision = self.decide(rule, facts)
        return getattr(decision, field) if decision.decided else f"{decision.outcome} {decision.missing or ''}".strip()

    def amount(self, rule: str, facts: Mapping[str, Any]) -> Any:
        return self.told("amount_fen", rule, facts)

    def ground(self, rule: str, facts: Mapping[str, Any]) -> Any:
        """Answer why somebody is entitled, None if refused, or what the decision wants."""
        decision = self.decide(rule, facts)
        assert not decision.decided or decision.eligible is (decision.ground is not None)
        return self.told("ground", rule, facts)

    def result(self, rule: str, facts: Mapping[str, Any]) -> Any:
        return self.told("result", rule, facts)

    def value(self, rule: str, facts: Mapping[str, Any]) -> Any:
        return self.told("value", rule, facts)

    def shares(self, rule: str, facts: Mapping[str, Any]) -> Any:
        return self.told("shares_fen", rule, facts)

    def said(self, rule: str, facts: Mapping[str, Any]) -> str:
        return self.decide(rule, facts).because

    def failing_examples(self, *rules: str) -> list[str]:
        """List the worked examples of these rules that do not come out as the pack ships them."""
        results = [
            result
            for result in run_file(policy.packs_folder() / self.pack / "cases.jsonl", policy.load)
            if result.rule in rules
        ]
        assert {result.rule for result in results} == set(rules), "every rule has examples"
        return [f"{result.id}：{result.fault}" for result in results if not result.passed]


def rows(*table: tuple[Mapping[str, Any], Any]) -> pytest.MarkDecorator:
    """Give a test one case for each line of (facts, expected)."""
    return pytest.mark.parametrize(("facts", "expected"), table)
