"""Decide one rule for every line of a table at once, in DuckDB, with the answers that `decide` would give one by one.

The input has a column for each fact (`facts.csv` says which type); no value means that the fact is not given. An
account whose input does not say what was used before is drawn on in order of service: by `elder`, month, `at`, `id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from ibis.expr import types

from sangyu.policy import column_corrections, column_forms, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.column_files import ID, POSITION, Profile, connect, decide_file, find, look
from sangyu.policy.column_words import Value
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

HOLDER, AT = "elder", "at"
_ORDER = (HOLDER, "on", AT, ID)


@dataclass(frozen=True)
class Printed:
    """A rule printed for one shape of input: the SQL text, and which columns of the input it reads."""

    sql: str
    asked: tuple[str, ...]
    fields: tuple[str, ...]


def runs_on(rule: ir.Rule, columns: set[str]) -> bool:
    """Tell whether an account is drawn on in order of service: the input names the services, not what was used."""
    unit = column_forms.unit_of(rule)
    periodic = rule.form == "account" and any("granted" in one.table.outcomes for one in rule.versions)
    return periodic and f"used_before_{unit}" not in columns and columns.issuperset(_ORDER)


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
    whole, asked, fields = rule_expression(pack, rule_id, shape, parameters, profile, on, keys, apart)
    with steps_apart():
        return Printed(str(ibis.to_sql(whole, dialect="duckdb", pretty=False)), asked, fields)


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
) -> tuple[types.Table, tuple[str, ...], tuple[str, ...]]:
    """Make the expression of a rule, whichever engine runs it. Shape: (table, facts asked, answer fields).

    `apart`: lines that draw on no credit are read for themselves, from a table `facts_again`, and never put in order.
    Raises: as `print_rule`.
    """
    rule = find(pack, rule_id)
    running = runs_on(rule, set(shape))
    f = Printer(pack, shape, parameters or {}, profile or Profile(), on, running)
    answer, version = f.answer(rule)
    if running:
        _refuse_what_order_changes(rule, shape)
        answer = _run(rule, answer, f, profile or Profile())
    made = _finished(f, answer, version)
    needed = dict.fromkeys([*keys, *f.asked, *(("on",) if on is None else ()), *(_ORDER if running else ())])
    kinds = answer_types(rule)
    fields = ["outcome", "missing", "fault", "version", "row", *versions_fields(rule)]

    def read(name: str) -> types.Table:
        return ibis.table(shape, name=name).select(*(one for one in needed if one in shape))

    def chosen(stacked: types.Table) -> types.Table:
        answers = {name: literal(built(made.get(name), stacked)).cast(kinds[name]) for name in fields}
        return stacked.select(*(stacked[key] for key in keys), **answers)

    draws = f.draws
    if not apart or not isinstance(draws, Lazy):
        return chosen(f.layers.over(read("facts"))), tuple(f.asked), tuple(fields)
    parts = []
    for f.drawing, name in ((True, "facts"), (False, "facts_again")):
        below = f.layers.over(read(name), stop=draws.level)
        truth = draws.build(below)
        lines = below.filter(truth if f.drawing else ~truth)
        parts.append(chosen(f.layers.over(lines, start=draws.level)))
    return ibis.union(*parts), tuple(f.asked), tuple(fields)


def versions_fields(rule: ir.Rule) -> list[str]:
    """List the answer fields of a rule over all its versions, in the order in which both engines write them."""
    names = {name for version in rule.versions for name in version.table.outcomes}
    unit = column_forms.unit_of(rule)
    made = {name for name in names if name not in (*rule.payers, "granted", "available", "every", "by")}
    if rule.form == "account":
        made |= {f"used_{unit}", f"balance_{unit}"} | ({f"granted_{unit}"} if "granted" in names else set())
        made |= {"rest_minutes"} if unit == "minutes" else set()
    if "due" in names or "every" in names:
        made |= {"due", "done", "overdue"}
    made |= {f"share_{payer}_fen" for payer in rule.payers}
    return [name for name in answer_types(rule) if name in made]


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


# -- in order of service -----------------------------------------------------------------------------------------------


def _refuse_what_order_changes(rule: ir.Rule, shape: ibis.Schema) -> None:
    if "refund_fen" in shape:
        raise NotInColumns(f"“{rule.title}”按服务先后累计时不能带退回额度（refund_fen），请先冲正，或写明本期已用")


def _run(rule: ir.Rule, answer: Answer, f: Printer, profile: Profile) -> Answer:
    """Draw on each elder's credit service by service: what was used before is a running sum, cut at the credit.

    `f.draws` says which lines draw, where one that does not matters to no other.
    """
    keep, unit = f.layers.keep, column_forms.unit_of(rule)
    base, wanted, granted = (answer.fields[name] for name in ("base", "wanted", f"granted_{unit}"))
    base = keep(choose([(is_null(base), 0)], base), "base")
    counts = both(is_null(answer.wants.missing), lift(lambda one: one > 0, base))
    correction = column_corrections.in_order(rule, wanted, f)
    gives_back = column_corrections.credit_of(rule, correction, f) if correction else None
    draws: list[tuple[Any, Any]] = [(counts, wanted)]
    if correction is not None:
        draws.insert(0, (both(counts, correction.back), lift(lambda one: -one, gives_back)))
    takes = keep(choose(draws, 0), "takes")
    month = keep(lift(lambda day: day.truncate("M"), f.on), "month") if isinstance(f.on, Lazy) else f.on
    credit = keep(choose([(counts, base)]), "credit")
    level = max(one.level for one in (takes, credit, month) if isinstance(one, Lazy))

    def over(what: str, value: Any, ordered: bool) -> Any:
        def make(table: Any) -> Any:
            if not f.drawing:
                return ibis.literal(0, "int64")
            groups = [table[HOLDER], *([month.build(table)] if isinstance(month, Lazy) else [])]
            order = [table[AT], table[ID]] if ordered else None
            if what == "lag":
                return value.build(table).lag().over(ibis.window(group_by=groups, order_by=order))
            frame = (
                ibis.window(group_by=groups, order_by=order, rows=(None, 0))
                if ordered
                else ibis.window(group_by=groups)
            )
            return getattr(value.build(table), what)().over(frame)

        return keep(Lazy(make, max(level, value.level)), what)

    summed = lift(lambda one: one.cast("decimal(38, 0)").cast("int64"), over("sum", takes, ordered=True))
    most: Any = _only_credit(rule, f)
    wants = answer.wants
    if most is None:
        most, least = over("max", credit, ordered=False), over("min", credit, ordered=False)
        changes = lift(lambda one, other: (one != other).fill_null(False), most, least)
        wants = _refused(wants, changes, "CREDIT_CHANGES", f)
    if correction is not None:
        return _run_back(
            rule, Answer(answer.line, wants, answer.fields), f, correction, (counts, base, summed, most), over
        )
    if rule.shared not in profile.positive:
        below = lift(lambda one: one < 0, over("min", takes, ordered=False))
        wants = _refused(wants, below, "NEGATIVE_SERVICE", f)
    elif isinstance(most, int):
        f.draws = counts
    before = words.smallest([words.known(lambda a, b: a - b, Value(summed), Value(takes)), Value(most)]).said
    available = keep(lift(lambda a, b: a - b, base, choose([(counts, before)], 0)), "available")
    return Answer(answer.line, wants, column_forms.drawn(rule, granted, wanted, available, f))


def _run_back(
    rule: ir.Rule, answer: Answer, f: Printer, made: column_corrections.Correction, sums: tuple[Any, ...], over: Any
) -> Answer:
    """Draw on a credit that also gets something back: the running sum, held down wherever it would pass the credit.

    What services wanted beyond the credit is lost to it for good, so it is the greatest excess so far that is taken
    off. A month that would give back more than was drawn in it is refused.
    """
    keep, (counts, base, summed, most) = f.layers.keep, sums
    excess = keep(choose([(is_null(most), None)], lift(lambda a, b: a - b, summed, most)), "excess")
    lost = over("max", excess, ordered=True)
    drawn = keep(lift(lambda a, b: a - _above(b), summed, lost), "drawn")
    below = lift(lambda one: (one < 0).fill_null(False), over("min", drawn, ordered=False))
    wants = _refused(answer.wants, below, "NEGATIVE_SERVICE", f)
    before = keep(lift(lambda one: one.fill_null(0), over("lag", drawn, ordered=True)), "before")
    available = keep(lift(lambda a, b: a - b, base, choose([(counts, before)], 0)), "available")
    amount = lift(lambda one: one.abs().cast("int64"), answer.fields["wanted"])
    fields = column_forms.drawn(rule, answer.fields["granted_fen"], amount, available, f)
    fields, wants = column_corrections.end(rule, made, fields, wants, f)
    left = lift(lambda a, b: words.greatest(a - b, 0), base, choose([(counts, drawn)], 0))
    fields["balance_fen"] = keep(choose([(made.back, left)], fields["balance_fen"]), "left")
    return Answer(answer.line, wants, fields)


def _above(value: Any) -> Any:
    return words.greatest(value.fill_null(0), 0)


def _only_credit(rule: ir.Rule, f: Printer) -> int | None:
    """Give the one credit that all rows grant, if it is one constant: then it cannot change within a month."""
    said = {row.answers["granted"] for version in rule.versions for row in version.table.rows}
    amounts = {
        expr.value if isinstance(expr, ir.Const) else None for expr in said if not isinstance(expr, ir.NoAccount)
    }
    carries = rule.roll_over and f.setting(rule.roll_over).said
    only = amounts.pop() if len(amounts) == 1 and not carries else None
    return only if isinstance(only, int) and only > 0 else None


def _refused(wants: Value, truth: Any, fault: str, f: Printer) -> Value:
    code = choose([(truth, f.codes.fault(fault))])
    missing = code if wants.missing is None else choose([(is_null(wants.missing), code)], wants.missing)
    return Value(None, f.layers.keep(missing, "missing"), risky=True)


# -- running it --------------------------------------------------------------------------------------------------------


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
    numbered = table.append_column(POSITION, pa.array(range(table.num_rows), pa.int64()))
    with connect() as connection:
        connection.register("facts", numbered)
        shape = ibis.Schema.from_pyarrow(numbered.schema)
        profile = look(connection, asked_of(pack, rule_id, shape, on, parameters), on) if table.num_rows else None
        printed = print_rule(pack, rule_id, shape, parameters, profile, on, keys=(POSITION,))
        made = connection.sql(f"SELECT * FROM ({printed.sql}) ORDER BY {POSITION}").to_arrow_table()
    return made.drop_columns([POSITION])


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
