"""One rule over many lines: decided in columns where that can be, and what a line misses named beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from sangyu.insight.queries.rehearsal.sides import Side, asked
from sangyu.policy.each import decide_each
from sangyu.policy.many import decide_many

LACKS = "lacks"
ORDER = ("elder", "on", "at", "id")
HELD = ("used_before_fen", "used_before_minutes", "left_last_period_fen", "left_last_period_minutes")
# Where the running sum of columns gives up, the few elders concerned are decided one by one.
_IN_COLUMNS_ONLY = ("CREDIT_CHANGES", "NEGATIVE_SERVICE")


def decided(side: Side, rule_id: str, lines: pa.Table) -> pa.Table:
    """Decide one rule for all lines, in columns where that pays and can be; each line stands where it stood."""
    wanted = [name for name in (*ORDER, *HELD, *sorted(asked(side, [rule_id]))) if name in lines.column_names]
    known = lines.select(list(dict.fromkeys(wanted)))
    made = decide_many(side.pack, rule_id, known, side.parameters, columns_from=side.columns_from)
    given_up = pc.fill_null(pc.is_in(made.column("fault"), pa.array(_IN_COLUMNS_ONLY)), False)
    if not pc.any(given_up).as_py():
        return made
    theirs = pc.is_in(known.column("elder"), pc.unique(pc.filter(known.column("elder"), given_up)))
    again = decide_each(side.pack, rule_id, known.filter(theirs), side.parameters).cast(made.schema)
    place = pa.array(range(known.num_rows), pa.int64())
    order = pa.concat_arrays([pc.filter(place, pc.invert(one(theirs))), pc.filter(place, one(theirs))])
    return pa.concat_tables([made.filter(pc.invert(theirs)), again]).take(pc.sort_indices(order))


def given(facts: Mapping[str, Any], lines: pa.Table) -> pa.Table:
    """Fill in what an offer itself says of its orders, where nobody knows better."""
    for name, value in facts.items():
        said = pa.repeat(pa.scalar(value), lines.num_rows)
        if name in lines.column_names:
            said = pc.coalesce(lines.column(name), said.cast(lines.schema.field(name).type))
        lines = with_column(lines, name, said)
    return lines


def lacks_of(made: pa.Table) -> Any:
    """Name what an answer misses: a fact, a parameter, or the fault for which it was refused."""
    named = pc.coalesce(made.column("missing"), made.column("fault"), made.column("outcome"))
    return pc.if_else(pc.equal(made.column("outcome"), "decided"), pa.scalar(None, pa.string()), named)


def lacking(lines: pa.Table, lacks: Any) -> pa.Table:
    """Add what lines miss to those that miss nothing yet."""
    return with_column(lines, LACKS, pc.coalesce(lines.column(LACKS), lacks))


def with_column(lines: pa.Table, name: str, column: Any) -> pa.Table:
    """Put a column in, in the place of one of its name."""
    others = [one_of for one_of in lines.column_names if one_of != name]
    return lines.select(others).append_column(name, column)


def with_number(lines: pa.Table, **numbers: int) -> pa.Table:
    """Put columns in that say the same number in every line."""
    for name, number in numbers.items():
        lines = with_column(lines, name, pa.repeat(pa.scalar(number, pa.int64()), lines.num_rows))
    return lines


def one(column: Any) -> Any:
    """Give a column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
