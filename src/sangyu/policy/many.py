"""Decide a rule for many lines in the way that is quickest for so many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from sangyu.policy import ir
from sangyu.policy.column_facts import NotInColumns
from sangyu.policy.columns import decide_all
from sangyu.policy.each import decide_each

COLUMNS_FROM = 2_000  # making a plan for columns takes longer than deciding so many lines one by one


def decide_many(
    pack: ir.Pack,
    rule_id: str,
    lines: pa.Table,
    parameters: Mapping[str, Any] | None = None,
    on: date | None = None,
    *,
    columns_from: int = COLUMNS_FROM,
) -> pa.Table:
    """Decide every line: in columns from so many lines on, where columns can say the rule, else one by one.

    Shape: one answer a line, in the order of the lines.
    Raises: UnknownRule; BadFact, if a column does not fit; BadParameter.
    """
    if lines.num_rows >= columns_from:
        try:
            return decide_all(pack, rule_id, lines, parameters, on)
        except NotInColumns:
            pass  # this rule asks what columns cannot say
    return decide_each(pack, rule_id, lines, parameters, on)
