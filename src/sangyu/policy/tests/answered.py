"""What the rules of a small invented pack answer, as files that a reader can follow: question and decision a line.

`hamlet/pack` has a rule for each form and a cell for each thing that a table can say. After a change of a sentence
`python -m sangyu.policy.tests.answered` writes `hamlet/answered` anew, and the difference shows what the change does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from sangyu.policy import PolicyError, decide
from sangyu.policy.decision import to_plain
from sangyu.policy.each import lines_of
from sangyu.policy.tests.hamlet_facts import PACK, PLACE, SAID, lines, read

DECISIONS = 6  # of each rule


def decisions(rule_id: str) -> str:
    """Decide a rule on a few thrown lines: question and answer as JSON, or the sentence that refuses it."""
    dice, said = random.Random(f"decisions {rule_id}"), []
    thrown = lines(dice, read(rule_id), whole=False, signed=True, rows=DECISIONS)
    for facts in lines_of(thrown):
        given = {name: value for name, value in facts.items() if value is not None}
        try:
            made = decide(PACK, rule_id, given, parameters=SAID).to_json()
        except PolicyError as refusal:
            made = {"refused": refusal.code, "because": str(refusal)}
        for name in ("pack", "rule", "source", "digest"):
            made.pop(name, None)
        said.append(json.dumps([to_plain(given), made], ensure_ascii=False))
    return "\n".join(said) + "\n"


def all_texts() -> Iterator[tuple[Path, str]]:
    """Answer everything. Shape: (its file, its text)."""
    for rule in PACK.rules:
        yield PLACE / "answered" / f"{rule}.jsonl", decisions(rule)


if __name__ == "__main__":
    for path, text in all_texts():
        path.write_text(text, encoding="utf-8")
