"""Rehearse a changed pack on a table of facts: who gains, who loses, what it costs by group; nothing is booked.

Both packs decide the same lines in columns. A line for which a fact or figure is missing, before or after, is counted
apart and in no sum: a rehearsal never guesses.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from sangyu.policy import ir
from sangyu.policy.errors import BadFact
from sangyu.policy.many import COLUMNS_FROM, decide_many
from sangyu.policy.vocabulary import facts

FORMS = ("eligible", "tier", "split", "account", "grant")
MONTH = "month"  # group by the month of service
_ARROW: Mapping[str, Any] = {
    "int": pa.int64(),
    "bool": pa.bool_(),
    "code": pa.string(),
    "date": pa.date32(),
    "date_or_null": pa.date32(),
    "codes": pa.list_(pa.string()),
    "ints": pa.list_(pa.int64()),
    "dates": pa.list_(pa.date32()),
    "counts": pa.map_(pa.string(), pa.int64()),
}
_YES_NO = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}


@dataclass(frozen=True)
class Group:
    """One group of lines. Units: `before`, `after`, `gained`, `lost` in the unit of the rule's answer, mostly fen.

    `unknown` lines lack something, before or after, and are in no other number.
    """

    name: str
    lines: int
    unknown: int
    before: int
    after: int
    gainers: int
    gained: int
    losers: int
    lost: int


@dataclass(frozen=True)
class Rehearsal:
    """What a change does to one rule: over all lines, by group, and what was missing how often (name -> lines)."""

    rule: str
    title: str
    unit: str
    whole: Group
    groups: tuple[Group, ...]
    missing: Mapping[str, int]

    @property
    def changes(self) -> bool:
        """Tell whether anybody gains or loses."""
        return bool(self.whole.gainers or self.whole.losers)

    def to_json(self) -> dict[str, Any]:
        """Give a plain dict of JSON values."""
        return asdict(self)


def rehearse(
    before: ir.Pack,
    after: ir.Pack,
    rule_id: str,
    lines: pa.Table,
    *,
    by: str = "",
    on: date | None = None,
    parameters: Mapping[str, Any] | None = None,
    parameters_after: Mapping[str, Any] | None = None,
    columns_from: int = COLUMNS_FROM,
) -> Rehearsal:
    """Decide every line by both packs and add up who gains and who loses; `by` names a column, or `month`.

    Somebody gains whom the public side pays more, or who becomes eligible. `parameters_after` are figures that change
    with the pack; tables of `columns_from` lines and more are decided in columns, shorter ones line by line.
    Raises: UnknownRule; BadFact, if a column does not fit; BadParameter.
    """
    if by and by not in (MONTH, *lines.column_names):
        raise BadFact(f"事实表里没有“{by}”这一列，现有：{'、'.join(lines.column_names)}")
    changed = {**(parameters or {}), **(parameters_after or {})}
    was = decide_many(before, rule_id, lines, parameters, on, columns_from=columns_from)
    now = decide_many(after, rule_id, lines, changed, on, columns_from=columns_from)
    rule = after.rules[rule_id]
    unit, names = _measure(rule, was.column_names, now.column_names)
    group: Any = pa.array([f"{on:%Y-%m}" if by == MONTH and on else ""] * lines.num_rows, pa.string())
    if by == MONTH and on is None and "on" in lines.column_names:
        group = pa.compute.strftime(lines.column("on"), "%Y-%m")
    elif by and by != MONTH:
        group = lines.column(by)
    with duckdb.connect() as connection:
        connection.register("was", was)
        connection.register("now", now)
        connection.register("named", pa.table({"name": group}))
        connection.execute(
            f"""CREATE VIEW told AS SELECT coalesce(named.name::VARCHAR, '（未填）') AS name,
                was.outcome = 'decided' AND now.outcome = 'decided' AS known,
                {_sum("was", names, was.column_names)} AS before, {_sum("now", names, now.column_names)} AS after,
                CASE WHEN now.outcome <> 'decided' THEN coalesce(now.missing, now.outcome)
                     ELSE coalesce(was.missing, was.outcome) END AS lacks
            FROM was POSITIONAL JOIN now POSITIONAL JOIN named"""
        )
        whole = connection.execute(_ADDED.format(name="''", group="")).fetchall()
        groups = connection.execute(_ADDED.format(name="name", group="GROUP BY name ORDER BY name")).fetchall()
        missing = connection.execute(
            "SELECT lacks, count(*) FROM told WHERE NOT known GROUP BY lacks ORDER BY count(*) DESC, lacks"
        ).fetchall()
    return Rehearsal(
        rule_id,
        rule.title,
        unit,
        Group(*whole[0]),
        tuple(Group(*row) for row in groups) if by else (),
        {str(name): int(count) for name, count in missing},
    )


_ADDED = """SELECT {name}, count(*), count(*) FILTER (NOT known),
    coalesce(sum(before) FILTER (known), 0)::BIGINT, coalesce(sum(after) FILTER (known), 0)::BIGINT,
    count(*) FILTER (known AND after > before),
    coalesce(sum(after - before) FILTER (known AND after > before), 0)::BIGINT,
    count(*) FILTER (known AND after < before),
    coalesce(sum(before - after) FILTER (known AND after < before), 0)::BIGINT
FROM told {group}"""


def _measure(rule: ir.Rule, *columns: list[str]) -> tuple[str, list[str]]:
    """Say what of an answer counts as given to people: its unit, and the columns that add up to it."""
    there = {name for one in columns for name in one}
    if rule.form == "eligible":
        return "人", ["eligible"]
    if rule.payers:
        return "元", [name for name in sorted(there) if name.startswith("share_") and name != "share_elder_fen"]
    for unit, name in (("元", "amount_fen"), ("小时", "hours"), ("份", "units"), ("元", "used_fen")):
        if name in there:
            return unit, [name]
    return "分钟", ["used_minutes"]


def _sum(table: str, names: list[str], there: list[str]) -> str:
    parts = [f'coalesce({table}."{name}"::BIGINT, 0)' for name in names if name in there]
    return " + ".join(parts) or "0"


# -- facts -------------------------------------------------------------------------------------------------------------


def facts_table(path: Path) -> pa.Table:
    """Read lines of facts from Parquet, or from CSV with the names of the vocabulary over its columns.

    In a CSV lists are written `a|b`, maps as JSON; an empty cell is a fact that is not known.
    Raises: BadFact, with the line of what cannot be read; OSError.
    """
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = [name.strip() for name in reader.fieldnames or ()]
        rows = [
            [_typed(name, text or "", number) for name, text in zip(names, row.values(), strict=False)]
            for number, row in enumerate(reader, 2)
        ]
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return pa.table(
        {
            name: pa.array(column, _ARROW[facts()[name].type] if name in facts() else pa.string())
            for name, column in zip(names, columns, strict=True)
        }
    )


def _typed(name: str, text: str, line: int) -> Any:
    text = text.strip()
    if name not in facts() or not text:
        return text or None
    kind = facts()[name].type
    try:
        if kind == "bool":
            return _YES_NO[text.lower()]
        if kind == "int":
            return int(text)
        if kind.startswith("date") and kind != "dates":
            return date.fromisoformat(text)
        if kind == "counts":
            return list(facts()[name].read(json.loads(text)).items())
        if kind in ("codes", "ints", "dates"):
            words = [word.strip() for word in text.split("|") if word.strip() not in ("", "none", "无")]
            return [
                int(word) if kind == "ints" else date.fromisoformat(word) if kind == "dates" else word for word in words
            ]
    except (ValueError, KeyError, BadFact):
        raise BadFact(f"事实表第{line}行“{facts()[name].label}”（{name}）的值 {text!r} 读不出来") from None
    return text
