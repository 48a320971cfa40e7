"""Decide one rule for every line of a table one by one, laid out as `columns` lays it out, and hash such answers.

The slow engine stays as the measure of the fast one: both must give the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from sangyu.policy import Pack, decide
from sangyu.policy.column_forms import unit_of
from sangyu.policy.column_order import AT, HOLDER, runs_on
from sangyu.policy.columns import ARROW, ID, POSITION, answer_fields, answer_types, connect, find
from sangyu.policy.corrections import REFUND
from sangyu.policy.errors import PolicyError


def digest(answers: Path) -> str:
    """Hash the answers of a file, sorted, so that two engines can be held against each other.

    Shape: sha256 of one line of text for each row, its values in the order of the columns, nothing as an empty text.
    """
    names = pq.read_schema(answers).names
    text = " || '|' || ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in names)
    place = str(answers).replace("'", "''")
    whole = hashlib.sha256()
    with connect() as connection:
        order = f'"{names[0]}"' if names[0] in (ID, POSITION) else "1"
        lines = connection.sql(
            f"SELECT ({text} || chr(10))::BLOB AS line FROM read_parquet('{place}') ORDER BY {order}"
        ).to_arrow_reader(100_000)
        for batch in lines:
            whole.update(b"".join(batch.column(0).to_pylist()))
    return whole.hexdigest()


def each_of_file(
    pack: Pack, rule_id: str, source: Path, target: Path, parameters: Mapping[str, Any] | None = None
) -> int:
    """Decide one rule for the lines of a Parquet file one by one; give the number of lines."""
    table = pq.read_table(source)
    key = ID if ID in table.column_names else POSITION
    keys = table.column(ID) if key == ID else pa.array(range(1, table.num_rows + 1), pa.int64())
    made = decide_each(pack, rule_id, table, parameters)
    pq.write_table(made.add_column(0, key, keys), target)
    return int(table.num_rows)


def decide_each(
    pack: Pack,
    rule_id: str,
    table: pa.Table,
    parameters: Mapping[str, Any] | None = None,
    on: date | None = None,
) -> pa.Table:
    """Decide one rule for all lines of an Arrow table by `decide`; the same shape as `columns.decide_all`."""
    rule = find(pack, rule_id)
    if runs_on(rule, set(table.column_names)):
        answers = _in_order(pack, rule_id, table, parameters, unit_of(rule))
    else:
        answers = [answer_of(pack, rule_id, given, parameters, on) for given in lines_of(table)]
    types = answer_types(rule)
    return pa.table(
        {name: pa.array([answer.get(name) for answer in answers], ARROW[types[name]]) for name in answer_fields(rule)}
    )


def _in_order(
    pack: Pack, rule_id: str, table: pa.Table, parameters: Mapping[str, Any] | None, unit: str
) -> list[dict[str, Any]]:
    """Draw on each credit in order of service; a line without an answer uses nothing, a correction gives back."""
    used: dict[tuple[Any, ...], int] = {}
    back: dict[tuple[Any, ...], int] = {}
    given = list(lines_of(table))
    answers: list[dict[str, Any]] = [{} for _ in given]
    for place in sorted(range(len(given)), key=lambda at: (given[at][AT], given[at][ID])):
        line = given[place]
        period = (line[HOLDER], line["on"].year, line["on"].month)
        so_far = {f"used_before_{unit}": used.get(period, 0)} | ({REFUND: back[period]} if period in back else {})
        answers[place] = answer_of(pack, rule_id, {**line, **so_far}, parameters, None)
        draws = answers[place].get(f"used_{unit}") or 0
        of = used if draws >= 0 else back
        of[period] = of.get(period, 0) + abs(draws)
    return answers


def lines_of(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Give the lines of a table as the facts of one decision each."""
    maps = [name for name in table.column_names if pa.types.is_map(table.schema.field(name).type)]
    for batch in table.to_batches(max_chunksize=10_000):
        for line in batch.to_pylist():
            yield {**line, **{name: dict(line[name]) for name in maps if line[name] is not None}}


def answer_of(
    pack: Pack, rule_id: str, given: Mapping[str, Any], parameters: Mapping[str, Any] | None, on: date | None
) -> dict[str, Any]:
    """Decide one line and lay its answer out as a line of the output."""
    try:
        made = decide(pack, rule_id, given, on, parameters)
    except PolicyError as error:
        day = on or given["on"]
        version = pack.rules[rule_id].version_on(day)
        return {"outcome": "refused", "fault": error.code, "version": version.label if version else None}
    shares = {f"share_{payer}_fen": fen for payer, fen in (made.shares_fen or {}).items()}
    said = {name: getattr(made, name) for name in answer_types(pack.rules[rule_id]) if hasattr(made, name)}
    return {**said, **shares}
