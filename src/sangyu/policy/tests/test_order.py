"""In which order the lines of a file stand does not matter: each line gets the answer that it gets in any other."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from sangyu.policy import load
from sangyu.policy.columns import decide_all
from sangyu.policy.tests.lines import parameters, read_by, table
from sangyu.policy.tests.test_columns import services


def by_line(pack_id: str, rule: str, lines: pa.Table, said: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Decide all lines; give the answers by their numbers."""
    made = decide_all(load(pack_id), rule, lines, said).to_pylist()
    return dict(zip(lines.column("id").to_pylist(), made, strict=True))


@pytest.mark.parametrize(("pack_id", "rule"), [("xiamen-huli", "fund-share"), ("lanzhou-chengguan", "class-b-credit")])
def test_shuffled_lines_get_the_same_answers(pack_id: str, rule: str) -> None:
    dice = random.Random(f"shuffled {rule}")
    if rule == "class-b-credit":
        lines, said = services(dice, 120), {}
    else:
        pack = load(pack_id)
        lines, said = table(dice, read_by(pack, pack.rules[rule]), 120), parameters(dice, pack)
        lines = lines.append_column("id", pa.array(range(120), pa.int64()))
    shuffled = lines.take(pa.array(dice.sample(range(120), 120)))
    assert shuffled.column("id").to_pylist() != lines.column("id").to_pylist()
    assert by_line(pack_id, rule, shuffled, said) == by_line(pack_id, rule, lines, said)
