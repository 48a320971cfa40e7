"""Packs that nobody wrote: whatever a table says, one by one, in columns and worked out naively it says the same.

`SANGYU_BENCH_EXAMPLES` makes it try more packs of each form than the few that a run of all tests has time for.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sangyu.policy import Pack, load
from sangyu.policy.column_facts import NotInColumns
from sangyu.policy.columns import answer_fields, answer_types, decide_all, print_rule
from sangyu.policy.each import answer_of, decide_each, lines_of
from sangyu.policy.tests.lines import parameters, read_by, table
from sangyu.policy.tests.naive import Naive
from sangyu.policy.tests.random_packs import FORMS, Written, packs
from sangyu.policy.tests.test_third_evaluator import compared, flat

EXAMPLES = int(os.environ.get("SANGYU_BENCH_EXAMPLES", "4"))
FEW = settings(
    deadline=None,
    max_examples=EXAMPLES,
    database=None,
    derandomize="SANGYU_BENCH_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def asked(written: Written, folder: str, seed: int, rows: int) -> tuple[Pack, pa.Table, dict[str, Any]]:
    """Read the pack from its files, and throw lines and parameters for it."""
    place = written.into(Path(folder))
    pack, dice = load(place.name, place.parent), random.Random(seed)
    names = [*read_by(pack, pack.rules[written.rule]), "balance_before_fen", "left_last_period_fen"]
    names += ["used_before_minutes", "left_last_period_minutes", "minutes", "events", "scores_tenths"]
    lines = table(dice, list(dict.fromkeys(names)), rows)
    said = {"weights": {"meat": 3, "soup": 0}, "hours": {"dibao": {"mild": 7, "severe": 30}, "needy": {"mild": 5}}}
    return pack, lines, {**parameters(dice, pack), **dice.choice([said, {}])}


@pytest.mark.parametrize("form", FORMS)
def test_three_evaluators_agree_on_packs_that_nobody_wrote(form: str) -> None:
    @FEW
    @given(written=packs(form), seed=st.integers(0, 99))
    def agree(written: Written, seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pack, lines, said = asked(written, folder, seed, 12)
            each, naive = decide_each(pack, written.rule, lines, said).to_pylist(), Naive(pack.folder)
            for facts in lines_of(lines):
                known = {name: value for name, value in facts.items() if value is not None}
                answer = flat(naive.answer(written.rule, known, said))
                if answer["outcome"] != "open":
                    made = compared(answer, answer_of(pack, written.rule, known, said, None))
                    assert made == answer, f"{made}, worked out naively {answer}\n{written}\n{said}\n{known}"
            try:
                together = decide_all(pack, written.rule, lines, said).to_pylist()
            except NotInColumns:
                return
            for facts, made, one in zip(lines.to_pylist(), each, together, strict=True):
                assert one == made, f"in columns {one}, one by one {made}\n{written}\n{said}\n{facts}"

    agree()


@pytest.mark.parametrize("form", FORMS)
def test_no_floating_number_comes_into_a_pack_that_nobody_wrote(form: str) -> None:
    @settings(FEW, max_examples=max(1, EXAMPLES // 4))
    @given(written=packs(form), seed=st.integers(0, 99))
    def whole(written: Written, seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pack, lines, said = asked(written, folder, seed, 1)
            try:
                printed = print_rule(pack, written.rule, ibis.Schema.from_pyarrow(lines.schema), said)
            except NotInColumns:
                return
        sql = re.sub(r"'[^']*'", "", printed.sql)
        assert "/" not in sql, f"{sql}\n{written}"
        assert not re.search(r"\b(DOUBLE|FLOAT|REAL)\b|\d\.\d", sql), f"{sql}\n{written}"
        types = answer_types(pack.rules[written.rule])
        fields = answer_fields(pack.rules[written.rule])
        assert {types[name] for name in fields} <= {"int64", "string", "boolean", "date"}

    whole()
