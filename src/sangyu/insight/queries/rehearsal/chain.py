"""Decide charges again by the chain of `benefits`, in columns: the price, the credit where it pays, else the split.

The credit is drawn on as a running sum in order of service. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from sangyu.insight.queries.rehearsal.sides import Side, asked
from sangyu.policy import ir
from sangyu.policy.each import decide_each
from sangyu.policy.many import decide_many

ELDER_SHARE = "share_elder_fen"
LACKS = "lacks"
ORDER = ("elder", "on", "at", "id")
ANSWERS = pa.schema(
    [
        ("id", pa.int64()),
        ("price_fen", pa.int64()),
        ("public_fen", pa.int64()),
        ("rule", pa.string()),
        ("row", pa.int64()),
        ("lacks", pa.string()),
    ]
)
# Where the running sum of columns gives up, the few elders concerned are decided one by one.
_IN_COLUMNS_ONLY = ("CREDIT_CHANGES", "NEGATIVE_SERVICE")


def decided(side: Side, rule_id: str, lines: pa.Table) -> pa.Table:
    """Decide one rule for all lines, in columns where that pays and can be; each line stands where it stood."""
    wanted = [name for name in (*ORDER, *sorted(asked(side, [rule_id]))) if name in lines.column_names]
    known = lines.select(list(dict.fromkeys(wanted)))
    made = decide_many(side.pack, rule_id, known, side.parameters, columns_from=side.columns_from)
    given_up = pc.fill_null(pc.is_in(made.column("fault"), pa.array(_IN_COLUMNS_ONLY)), False)
    if not pc.any(given_up).as_py():
        return made
    theirs = pc.is_in(known.column("elder"), pc.unique(pc.filter(known.column("elder"), given_up)))
    again = decide_each(side.pack, rule_id, known.filter(theirs), side.parameters).cast(made.schema)
    place = pa.array(range(known.num_rows), pa.int64())
    order = pa.concat_arrays([pc.filter(place, pc.invert(_one(theirs))), pc.filter(place, _one(theirs))])
    return pa.concat_tables([made.filter(pc.invert(theirs)), again]).take(pc.sort_indices(order))


def decide_lines(duck: duckdb.DuckDBPyConnection, side: Side, offers: Iterable[str]) -> pa.Table:
    """Price and split the charges of some kinds of items, as `streams.load_charges` laid them out.

    Shape: `ANSWERS`; `lacks` names what a line misses, or is empty. A line to which nobody is entitled any longer is
    paid by the elder alone.
    """
    parts, drawn = [ANSWERS.empty_table()], []
    for kind in offers:
        offer = side.pack.offers[kind]
        named = kind.replace("'", "''")
        lines = duck.sql(f"FROM line WHERE offer = '{named}'").to_arrow_table()
        lines = _with(lines, LACKS, pa.nulls(lines.num_rows, pa.string()))
        lines, refused = _entitled(side, offer, _given(offer, lines))
        parts.append(refused)
        for fact, (rule, answer) in offer.answers.items():
            made = decided(side, rule, lines)
            lines = _missing(_with(lines, fact, made.column(answer)), _lacks(made))
        lines = _priced(side, offer, lines)
        pays, undecided = _pays(side, offer, lines)
        lines = _missing(lines, undecided)
        if offer.account and pc.any(pays).as_py():
            drawn.append(OnCredit(offer.account, offer.fund, offer.split or "", lines.filter(pays)))
            lines = lines.filter(pc.invert(pays))
        if offer.split and lines.num_rows:
            parts.append(_shared(side, offer.split, lines))
    return pa.concat_tables([*parts, *_on_credit(side, drawn)])


@dataclass(frozen=True)
class OnCredit:
    """Lines of one offer that a credit pays; credits of one fund and rule are one credit."""

    rule: str
    fund: str
    split: str
    lines: pa.Table


def _on_credit(side: Side, drawn: list[OnCredit]) -> Iterator[pa.Table]:
    """Draw on the credits, all offers of one credit together; a credit of minutes leaves the money to the split."""
    for rule, fund in dict.fromkeys((one.rule, one.fund) for one in drawn):
        same = [one for one in drawn if (one.rule, one.fund) == (rule, fund)]
        names = [name for name in same[0].lines.column_names if all(name in one.lines.column_names for one in same)]
        lines = pa.concat_tables([one.lines.select(names) for one in same])
        if side.pack.rules[rule].payers:
            yield _shared(side, rule, lines)
            continue
        made = decided(side, rule, lines)
        lines = _missing(_with(lines, "free_minutes", made.column("used_minutes")), _lacks(made))
        split = pa.concat_arrays([pa.array([one.split] * one.lines.num_rows, pa.string()) for one in same])
        for name in dict.fromkeys(one.split for one in same if one.split):
            yield _shared(side, name, lines.filter(pc.equal(split, name)))


def _given(offer: ir.Offer, lines: pa.Table) -> pa.Table:
    """Fill in what the offer itself says of its orders, where nobody knows better."""
    for name, value in offer.facts.items():
        if name in lines.column_names:
            lines = _with(lines, name, pc.coalesce(lines.column(name), pa.scalar(value, lines.schema.field(name).type)))
    return lines


def _entitled(side: Side, offer: ir.Offer, lines: pa.Table) -> tuple[pa.Table, pa.Table]:
    if not offer.eligible:
        return lines, ANSWERS.empty_table()
    made = decided(side, offer.eligible, lines)
    refused = pc.fill_null(pc.invert(made.column("eligible")), False)
    out, rows = lines.filter(refused), made.filter(refused)
    answers = {
        "id": out.column("id"),
        "price_fen": out.column("booked_price_fen"),
        "public_fen": pa.array([0] * out.num_rows, pa.int64()),
        "rule": pa.array([offer.eligible] * out.num_rows, pa.string()),
        "row": rows.column("row"),
        "lacks": pa.nulls(out.num_rows, pa.string()),
    }
    return _missing(lines, _lacks(made)).filter(pc.invert(refused)), pa.table(answers, schema=ANSWERS)


def _priced(side: Side, offer: ir.Offer, lines: pa.Table) -> pa.Table:
    if not offer.price:
        return _with(lines, "price_fen", lines.column("market_price_fen"))
    made = decided(side, offer.price, lines)
    return _missing(_with(lines, "price_fen", made.column("amount_fen")), _lacks(made))


def _pays(side: Side, offer: ir.Offer, lines: pa.Table) -> tuple[Any, Any]:
    """Tell which lines an elder's credit pays: every derived fact that the offer names has the value it names."""
    pays: Any = pa.array([bool(offer.account)] * lines.num_rows, pa.bool_())
    lacks: Any = pa.nulls(lines.num_rows, pa.string())
    for name, value in offer.account_when.items() if offer.account else ():
        made = decided(side, side.pack.derived[name].rule, lines)
        pays = pc.and_(pays, pc.fill_null(pc.equal(made.column("ground"), value), False))
        lacks = pc.coalesce(lacks, _lacks(made))
    return _one(pays), lacks


def _shared(side: Side, rule_id: str, lines: pa.Table) -> pa.Table:
    made = decided(side, rule_id, lines)
    answers = {
        "id": lines.column("id"),
        "price_fen": lines.column("price_fen"),
        "public_fen": pc.subtract(lines.column("price_fen"), made.column(ELDER_SHARE)),
        "rule": pa.array([rule_id] * lines.num_rows, pa.string()),
        "row": made.column("row"),
        "lacks": pc.coalesce(lines.column(LACKS), _lacks(made)),
    }
    return pa.table(answers, schema=ANSWERS)


def _lacks(made: pa.Table) -> Any:
    """Name what an answer misses: a fact, a parameter, or the fault for which it was refused."""
    named = pc.coalesce(made.column("missing"), made.column("fault"), made.column("outcome"))
    return pc.if_else(pc.equal(made.column("outcome"), "decided"), pa.scalar(None, pa.string()), named)


def _with(lines: pa.Table, name: str, column: Any) -> pa.Table:
    others = [one for one in lines.column_names if one != name]
    return lines.select(others).append_column(name, column)


def _missing(lines: pa.Table, lacks: Any) -> pa.Table:
    return _with(lines, LACKS, pc.coalesce(lines.column(LACKS), lacks))


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
