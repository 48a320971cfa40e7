"""Decide charges again by the chain of `benefits`, in columns: the price, the credit where it pays, else the split.

The credit is drawn on as a running sum in order of service. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from sangyu.insight.queries.rehearsal import streams
from sangyu.insight.queries.rehearsal.credits import Credit, worked_out
from sangyu.insight.queries.rehearsal.lines import LACKS, decided, given, lacking, lacks_of, one, with_column
from sangyu.insight.queries.rehearsal.sides import Side
from sangyu.policy import ir

ELDER_SHARE = "share_elder_fen"
SLICE = 250_000  # so many charges are decided at a time; an elder's stay together, since they draw on one credit
EVERYBODY = (0, 2**62)
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


def decide_all(
    duck: duckdb.DuckDBPyConnection, side: Side, offers: Sequence[str], into: str, progress: Callable[[int], None]
) -> None:
    """Decide every line and put the answers into a new table, so many elders at a time; tell the per-mille done."""
    duck.register("answers", ANSWERS.empty_table())
    duck.execute(f"CREATE TABLE {into} AS FROM answers")
    stretches = streams.slices(duck, SLICE)
    for n, whose in enumerate(stretches):
        progress(n * 1000 // len(stretches))
        duck.register("answers", decide_lines(duck, side, offers, whose))
        duck.execute(f"INSERT INTO {into} FROM answers")
    duck.unregister("answers")


def decide_lines(
    duck: duckdb.DuckDBPyConnection, side: Side, offers: Iterable[str], whose: tuple[int, int] = EVERYBODY
) -> pa.Table:
    """Price and split the charges of some elders and kinds of items, as `streams.load_charges` laid them out.

    Shape: `ANSWERS`; `lacks` names what a line misses, or is empty. A line to which nobody is entitled any longer is
    paid by the elder alone.
    """
    parts, drawn = [ANSWERS.empty_table()], []
    for kind in offers:
        offer = side.pack.offers[kind]
        named = kind.replace("'", "''")
        lines = duck.sql(
            f"FROM line WHERE offer = '{named}' AND elder BETWEEN {whose[0]} AND {whose[1]}"
        ).to_arrow_table()
        lines = with_column(lines, LACKS, pa.nulls(lines.num_rows, pa.string()))
        lines, refused = _entitled(side, offer, given(offer.facts, lines))
        parts.append(refused)
        for fact, (rule, answer) in offer.answers.items():
            made = decided(side, rule, lines)
            lines = lacking(with_column(lines, fact, made.column(answer)), lacks_of(made))
        lines = _priced(side, offer, lines)
        pays, undecided = _pays(side, offer, lines)
        lines = lacking(lines, undecided)
        if offer.account and pc.any(pays).as_py():
            drawn.append(OnCredit(offer, lines.filter(pays)))
            lines = lines.filter(pc.invert(pays))
        if offer.split and lines.num_rows:
            parts.append(_shared(side, offer.split, lines))
    return pa.concat_tables([*parts, *_on_credit(duck, side, drawn)])


@dataclass(frozen=True)
class OnCredit:
    """Lines of one offer that a credit pays; credits of one fund and rule are one credit."""

    offer: ir.Offer
    lines: pa.Table

    @property
    def credit(self) -> tuple[str, str]:
        """Name the credit: its rule and its fund."""
        return self.offer.account or "", self.offer.fund


def _on_credit(duck: duckdb.DuckDBPyConnection, side: Side, drawn: list[OnCredit]) -> Iterator[pa.Table]:
    """Draw on the credits, all offers of one credit together; a credit of minutes leaves the money to the split."""
    for credit in dict.fromkeys(part.credit for part in drawn):
        same = [part for part in drawn if part.credit == credit]
        names = [name for name in same[0].lines.column_names if all(name in part.lines.column_names for part in same)]
        lines = pa.concat_tables([part.lines.select(names) for part in same])
        offer, rule = same[0].offer, side.pack.rules[credit[0]]
        lines = worked_out(duck, side, Credit(rule, offer.grants, offer.facts, offer.answers), lines)
        if rule.payers:
            yield _shared(side, rule.id, lines)
            continue
        made = decided(side, rule.id, lines)
        lines = lacking(with_column(lines, "free_minutes", made.column("used_minutes")), lacks_of(made))
        for name in dict.fromkeys(part.offer.split for part in same if part.offer.split):
            kinds = [part.offer.kind for part in same if part.offer.split == name]
            yield _shared(side, name, lines.filter(pc.is_in(lines.column("offer"), pa.array(kinds))))


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
    return lacking(lines, lacks_of(made)).filter(pc.invert(refused)), pa.table(answers, schema=ANSWERS)


def _priced(side: Side, offer: ir.Offer, lines: pa.Table) -> pa.Table:
    if not offer.price:
        return with_column(lines, "price_fen", lines.column("market_price_fen"))
    made = decided(side, offer.price, lines)
    return lacking(with_column(lines, "price_fen", made.column("amount_fen")), lacks_of(made))


def _pays(side: Side, offer: ir.Offer, lines: pa.Table) -> tuple[Any, Any]:
    """Tell which lines an elder's credit pays: every derived fact that the offer names has the value it names."""
    pays: Any = pa.array([bool(offer.account)] * lines.num_rows, pa.bool_())
    lacks: Any = pa.nulls(lines.num_rows, pa.string())
    for name, value in offer.account_when.items() if offer.account else ():
        made = decided(side, side.pack.derived[name].rule, lines)
        pays = pc.and_(pays, pc.fill_null(pc.equal(made.column("ground"), value), False))
        lacks = pc.coalesce(lacks, lacks_of(made))
    return one(pays), lacks


def _shared(side: Side, rule_id: str, lines: pa.Table) -> pa.Table:
    made = decided(side, rule_id, lines)
    answers = {
        "id": lines.column("id"),
        "price_fen": lines.column("price_fen"),
        "public_fen": pc.subtract(lines.column("price_fen"), made.column(ELDER_SHARE)),
        "rule": pa.array([rule_id] * lines.num_rows, pa.string()),
        "row": made.column("row"),
        "lacks": pc.coalesce(lines.column(LACKS), lacks_of(made)),
    }
    return pa.table(answers, schema=ANSWERS)
