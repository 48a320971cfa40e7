"""Decide one rule for every line of a table at once, in DuckDB, with the answers that `decide` would give one by one.

The input has a column for each fact (`facts.csv` says which type); no value means that the fact is not given. An
account whose input does not say what was used before is drawn on in order of service: by `elder`, month, `at`, `id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from ibis.expr import types
from pyarrow import compute

from sangyu.policy import column_forms, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.column_files import ID, POSITION, Profile, connect, decide_file, find, look
from sangyu.policy.column_order import ORDER, in_order, runs_on
from sangyu.policy.errors import BadFact
from sangyu.policy.lazy import Lazy, both, built, choose, is_null, lift, literal, negate
from sangyu.policy.to_columns import Answer, NotInColumns, Printer
from sangyu.policy.vocabulary import facts

__all__ = [
    "ID",
    "POSITION",
    "NotInColumns",
    "Profile",
    "connect",
    "decide_all",
    "decide_file",
    "find",
    "look",
    "print_rule",
    "reason_against",
    "rule_expression",
]

ARROW = {"string": pa.string(), "int64": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}


@dataclass(frozen=True)
class Printed:
    """A rule printed for one shape of input: the SQL text, and the answers that are the same for every line."""

    sql: str
    same: Mapping[str, Any]


def print_rule(
    pack: ir.Pack,
    rule_id: str,
    shape: ibis.Schema,
    parameters: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
    on: date | None = None,
    keys: tuple[str, ...] = (),
    apart: bool = False,
) -> Printed:
    """Print a rule as one SELECT over a table `facts` of a shape; `keys` are columns that go through untouched.

    Raises: UnknownRule, NotInColumns, BadFact for a column of the wrong type, BadParameter.
    """
    whole, same = rule_expression(pack, rule_id, shape, parameters, profile, on, keys, apart)
    with steps_apart():
        return Printed(str(ibis.to_sql(whole, dialect="duckdb", pretty=False)), same)


@contextmanager
def steps_apart() -> Iterator[None]:
    """Keep the steps of an expression apart while it is printed: joined, what is used twice would be written twice."""
    fuses, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = fuses


def rule_expression(
    pack: ir.Pack,
    rule_id: str,
    shape: ibis.Schema,
    parameters: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
    on: date | None = None,
    keys: tuple[str, ...] = (),
    apart: bool = False,
) -> tuple[types.Table, Mapping[str, Any]]:
    """Make the expression of a rule, whichever engine runs it. Shape: (table, answers that are the same for all).

    `apart`: lines that draw on no credit are read for themselves, from a table `facts_again`, and never put in order.
    Raises: as `print_rule`.
    """
    rule = find(pack, rule_id)
    running = runs_on(rule, set(shape))
    f = Printer(pack, shape, parameters or {}, profile or Profile(), on, running)
    answer, version = f.answer(rule)
    if running:
        answer = in_order(rule, answer, f)
    made = _finished(f, answer, version)
    needed = dict.fromkeys([*keys, *f.asked, *(ORDER if running else ())])
    kinds = answer_types(rule)
    fields = answer_fields(rule)
    same = {name: made.get(name) for name in fields if not isinstance(made.get(name), Lazy)}

    def read(name: str) -> types.Table:
        kept = [one for one in needed if one in shape] or [*shape][:1]  # a SELECT of nothing there is not
        return ibis.table(shape, name=name).select(*kept)

    def chosen(stacked: types.Table) -> types.Table:
        answers = {name: literal(built(made.get(name), stacked)).cast(kinds[name]) for name in fields}
        return stacked.select(*(stacked[key] for key in keys), **answers)

    draws = f.draws
    if not apart or not isinstance(draws, Lazy):
        return chosen(f.layers.over(read("facts"))), same
    parts = []
    for f.drawing, name in ((True, "facts"), (False, "facts_again")):
        below = f.layers.over(read(name), stop=draws.level)
        truth = draws.build(below)
        lines = below.filter(truth if f.drawing else ~truth)
        parts.append(chosen(f.layers.over(lines, start=draws.level)))
    return ibis.union(*parts), same


def answer_fields(rule: ir.Rule) -> list[str]:
    """List the columns of a rule's answers over all its versions, in the order in which both engines write them."""
    names = {name for version in rule.versions for name in version.table.outcomes}
    unit = column_forms.unit_of(rule)
    made = {name for name in names if name not in (*rule.payers, "granted", "available", "every", "by")}
    if rule.form == "account":
        made |= {f"used_{unit}", f"balance_{unit}"} | ({f"granted_{unit}"} if "granted" in names else set())
        made |= {"rest_minutes"} if unit == "minutes" else set()
    if "due" in names or "every" in names:
        made |= {"due", "done", "overdue"}
    made |= {f"share_{payer}_fen" for payer in rule.payers}
    fields = [name for name in answer_types(rule) if name in made]
    return ["outcome", "missing", "fault", "version", "row", *fields]


def answer_types(rule: ir.Rule) -> dict[str, str]:
    """Give the type of every column that an answer may have."""
    text = ("outcome", "missing", "fault", "version", "ground", "result")
    fixed = dict.fromkeys(text, "string") | {"eligible": "boolean", "until": "date"}
    numbers = ["row", "amount_fen", "hours", "units", "figure", "value", "denominator", "due", "done", "overdue"]
    numbers += [f"{word}_{unit}" for word in ("granted", "used", "balance", "rest") for unit in ("fen", "minutes")]
    return fixed | dict.fromkeys([*numbers, *(f"share_{payer}_fen" for payer in rule.payers)], "int64")


def _finished(f: Printer, answer: Answer, version: Any) -> dict[str, Any]:
    """Name what is missing or refused, and leave the fields of such lines empty."""
    keep = f.layers.keep
    missing, version = keep(answer.wants.missing, "missing"), keep(version, "version")
    asks = is_null(f.on) if "on" not in f.profile.whole else False
    nothing: list[tuple[Any, Any]] = [(asks, "needs_fact"), (is_null(version), "not_in_force")]
    named, faults, kinds = None, None, []
    if missing is not None:
        even = lift(lambda one: one - one % 2, missing)
        same = {number: lift(lambda one, at=2 * number + 2: one == at, even) for number in range(len(f.codes.names))}
        named = choose([(same[number], name) for number, (_, name, _) in enumerate(f.codes.names)])
        kinds = [(same[number], f"needs_{kind}") for number, (kind, _, _) in enumerate(f.codes.names)]
        kinds.insert(0, (words.is_fault(missing), "refused"))
        faults = choose(
            [
                (lift(lambda one, at=words.FAULT + number: one == at, missing), code)
                for number, code in enumerate(f.codes.faults)
            ]
        )
    outcome = keep(choose([*nothing, *kinds], "decided"), "outcome")
    decided = keep(lift(lambda one: one == "decided", outcome), "decided")
    fields = dict(answer.fields)
    if "ground" in fields:
        fields["ground"] = choose([(fields["eligible"], fields["ground"])])
    lost = negate(either_known := both(negate(asks), negate(is_null(version))))
    made = {
        "outcome": outcome,
        "missing": choose([(asks, "on"), (lost, None)], named),
        "fault": choose([(lost, None)], faults),
        "version": choose([(either_known, version)]),
        "row": choose([(decided, answer.line)]),
    }
    return {**made, **{name: choose([(decided, value)]) for name, value in fields.items()}}


def reason_against(pack: ir.Pack, rule_id: str) -> str:
    """Say why a rule cannot be decided in columns; an empty text if it can."""
    shape = ibis.schema({name: COLUMN_TYPES[fact.type] for name, fact in facts().items()})
    try:
        Printer(pack, shape, {}, Profile()).answer(find(pack, rule_id))
    except NotInColumns as reason:
        return str(reason)
    return ""


# -- running it --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    """Parameters by their text: under the same ones a rule is printed once."""

    text: str
    parameters: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=64)
def _asked(pack: ir.Pack, rule_id: str, shape: ibis.Schema, said: _Said, on: date | None) -> list[str]:
    return asked_of(pack, rule_id, shape, on, said.parameters)


@lru_cache(maxsize=64)
def _printed(
    pack: ir.Pack,
    rule_id: str,
    shape: ibis.Schema,
    said: _Said,
    profile: Profile,
    on: date | None,
    keys: tuple[str, ...],
) -> Printed:
    return print_rule(pack, rule_id, shape, said.parameters, profile, on, keys)


def asked_of(
    pack: ir.Pack,
    rule_id: str,
    shape: ibis.Schema,
    on: date | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> list[str]:
    """List the columns that a rule reads of an input of this shape."""
    rule = find(pack, rule_id)
    f = Printer(pack, shape, parameters or {}, Profile(), on, runs_on(rule, set(shape)))
    f.answer(rule)
    return list(dict.fromkeys([*f.asked, *(("on",) if "on" in shape else ())]))


def decide_all(
    pack: ir.Pack,
    rule_id: str,
    table: pa.Table,
    parameters: Mapping[str, Any] | None = None,
    on: date | None = None,
) -> pa.Table:
    """Decide one rule for all lines of an Arrow table; the answers stand in the order of the lines.

    Shape: outcome, missing, fault, version, row, and the answer fields of the rule's form. A line that `decide` would
    refuse (a code that nobody knows) has the outcome `refused` and the fault's code.
    Raises: UnknownRule, NotInColumns, BadParameter, BadFact for a column of the wrong type.
    """
    if "on" not in table.column_names and on is None:
        raise BadFact("缺少服务日期（on）这一列")
    rule, rows = find(pack, rule_id), table.num_rows
    ordered = runs_on(rule, set(table.column_names))
    if ordered:  # what is drawn in order of service is put back into the order of the lines
        table = table.append_column(POSITION, pa.arange(0, rows))
    shape = ibis.Schema.from_pyarrow(table.schema)
    said = _Said(repr(sorted((parameters or {}).items())), parameters or {})
    asked = _asked(pack, rule_id, shape, said, on)
    with connect(keeps_order=not ordered) as connection:
        connection.register("facts", table)
        profile = look(connection, asked, on, _told(table.select(asked))).widened(pack) if rows else Profile()
        printed = _printed(pack, rule_id, shape, said, profile, on, (POSITION,) if ordered else ())
        various = ", ".join(f'"{name}"' for name in answer_fields(rule) if name not in printed.same)
        order = f"ORDER BY {POSITION}" if ordered else ""
        made = connection.sql(f"SELECT {various} FROM ({printed.sql}) {order}").to_arrow_table() if various else None
    types, answers = answer_types(rule), {}
    for name in answer_fields(rule):
        kind, same = ARROW[types[name]], printed.same.get(name)
        if made is not None and name not in printed.same:
            answers[name] = made.column(name)
        else:
            answers[name] = pa.nulls(rows, kind) if same is None else pa.repeat(pa.scalar(same, kind), rows)
    return pa.table(answers)


def _told(table: pa.Table) -> Profile:
    """Read what an Arrow table tells of its own columns: gaps, least values, the few codes that are used."""
    whole, clean, positive = set(), set(), set()
    for name, column in zip(table.column_names, table.columns, strict=True):
        whole |= {name} if column.null_count == 0 else set()
        fact = facts().get(name)
        if fact is not None and fact.type == "int" and pa.types.is_integer(column.type):
            least = compute.min(column).as_py()
            positive |= {name} if least is None or least >= 0 else set()
        elif fact is not None and fact.codes and fact.type in ("code", "codes"):
            used = compute.unique(column if fact.type == "code" else compute.list_flatten(column)).to_pylist()
            clean |= {name} if set(used) <= {*fact.codes, *((None,) if fact.type == "code" else ())} else set()
    return Profile(frozenset(whole), frozenset(clean), frozenset(positive))


def asked_of_file(pack: ir.Pack, rule_id: str, source: Path, parameters: Mapping[str, Any] | None = None) -> list[str]:
    """List the columns that a rule reads of a Parquet file."""
    return asked_of(pack, rule_id, _shape_of(source), None, parameters)


def print_for_file(
    pack: ir.Pack, rule_id: str, source: Path, parameters: Mapping[str, Any] | None, profile: Profile
) -> str:
    """Print a rule as one SELECT over `facts`, a view of a Parquet file whose lines have an `id` or a `position`."""
    shape = _shape_of(source)
    keys = (ID if ID in shape else POSITION,)
    return print_rule(pack, rule_id, shape, parameters, profile, keys=keys, apart=True).sql


def _shape_of(source: Path) -> ibis.Schema:
    schema = pq.read_schema(source)
    return ibis.Schema.from_pyarrow(schema if ID in schema.names else schema.append(pa.field(POSITION, pa.int64())))
