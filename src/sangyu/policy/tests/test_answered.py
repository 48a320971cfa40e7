"""What the hamlet's rules answer is held whole and to the letter: value, clause, sentence, what is missing, refusal.

That columns, rows and straight walks say the same is held line by line in `test_hamlet.py`.
"""

from __future__ import annotations

import pytest

from sangyu.policy.tests import answered
from sangyu.policy.tests.hamlet_facts import PACK, PLACE


@pytest.mark.parametrize("rule", PACK.rules)
def test_questions_are_answered_as_they_stand_in_its_file(rule: str) -> None:
    assert answered.decisions(rule) == (PLACE / "answered" / f"{rule}.jsonl").read_text(encoding="utf-8")
