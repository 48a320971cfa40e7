"""Charges decided by both sides, added up: by month, subdistrict and kind, by who gains and loses, by the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import duckdb

from sangyu.insight.queries.rehearsal.sides import Side
from sangyu.insight.queries.rehearsal.told import Cost, Listed, Money, RowChange, Sides
from sangyu.policy import table_text
from sangyu.policy.to_chinese import label

LIST_MAX = 1_000
GAINERS, LOSERS = "gainers", "losers"
NOBODY = "没有认定"
FAULTS = {"NEGATIVE_SERVICE": "金额为负", "CREDIT_CHANGES": "月内额度变化", "not_in_force": "没有生效的规定"}
_TOLD = """
CREATE TABLE told AS
SELECT line.id, line.elder, line.street, line.month, line.offer, array_to_string(line.held, '|') AS held,
       was.public_fen AS before_fen, now.public_fen AS after_fen, line.booked_public_fen,
       coalesce(now.price_fen, line.booked_price_fen) AS price_fen, was.rule AS was_rule, was."row" AS was_row,
       now.rule AS now_rule, now."row" AS now_row, coalesce(now.lacks, was.lacks) AS lacks,
       now.lacks IS NULL AND was.lacks IS NULL AS known
FROM line JOIN was USING (id) JOIN now USING (id) WHERE line.in_period
"""
_COST = """
SELECT {name} AS name, count(*), count(*) FILTER (NOT known), coalesce(sum(before_fen) FILTER (known), 0)::BIGINT,
       coalesce(sum(after_fen) FILTER (known), 0)::BIGINT, coalesce(sum(price_fen) FILTER (NOT known), 0)::BIGINT
FROM told GROUP BY ALL
"""
_SIDES = """
SELECT name, count(*), count(*) FILTER (more > 0), coalesce(sum(more) FILTER (more > 0), 0)::BIGINT,
       count(*) FILTER (more < 0), coalesce(-sum(more) FILTER (more < 0), 0)::BIGINT
FROM (SELECT elder, {name} AS name, sum(after_fen - before_fen) AS more FROM told WHERE known GROUP BY elder{by})
GROUP BY name
"""


def added_up(
    duck: duckdb.DuckDBPyConnection,
    sides: tuple[Side, Side],
    elsewhere: Iterable[tuple[str, str, str, int, int, int]],
    offers: Sequence[str],
    streets: Mapping[str, str],
) -> tuple[Money, dict[str, tuple[Listed, ...]]]:
    """Add up what both sides decided (`was`, `now`) on the lines of `line`; other offers count as they were booked.

    Shape: the sums, and the elders who gain and lose most (`GAINERS`, `LOSERS`).
    """
    _, after = sides
    duck.execute(_TOLD)
    kinds = {kind: one.title for side in sides for kind, one in side.pack.offers.items()}
    rest = list(elsewhere)
    costs = {
        column: _costs(duck, column, [(str(row[n]), row[3], row[5]) for row in rest])
        for n, column in enumerate(("month", "street", "offer"))
    }
    whole = total("", costs["month"])
    (booked_fen,) = _one_row(duck, "SELECT coalesce(sum(booked_public_fen) FILTER (known), 0)::BIGINT FROM told")
    rules = {rule.id: rule.title for side in sides for rule in side.pack.rules.values()}
    people = [Sides(*row) for row in duck.sql(_SIDES.format(name="''", by="")).fetchall()]
    money = Money(
        offers=tuple(kinds[kind] for kind in offers),
        whole=whole,
        booked_fen=booked_fen + sum(row[5] for row in rest),
        months=tuple(costs["month"]),
        streets=tuple(replace(one, name=streets.get(one.name, one.name)) for one in costs["street"]),
        by_offer=tuple(replace(one, name=kinds.get(one.name, one.name)) for one in costs["offer"]),
        people=people[0] if people else Sides("", 0, 0, 0, 0, 0),
        by_identity=_by_identity(duck),
        by_kind=tuple(
            Sides(rules.get(name, name), *rest_of)
            for name, *rest_of in duck.sql(_SIDES.format(name="now_rule", by=", now_rule")).fetchall()
        ),
        rows=_rows(duck, rules),
        missing=_missing(duck, after),
    )
    return money, {GAINERS: _listed(duck, ">"), LOSERS: _listed(duck, "<")}


def _costs(duck: duckdb.DuckDBPyConnection, column: str, rest: Iterable[tuple[str, int, int]]) -> list[Cost]:
    found = {row[0]: Cost(*row) for row in duck.sql(_COST.format(name=column)).fetchall()}
    for name, charges, public_fen in rest:
        there = found.get(name) or Cost(name, 0, 0, 0, 0, 0)
        found[name] = Cost(
            name,
            there.charges + charges,
            there.unknown,
            there.before_fen + public_fen,
            there.after_fen + public_fen,
            there.unknown_price_fen,
        )
    return list(found.values())


def total(name: str, parts: Iterable[Cost]) -> Cost:
    """Add up costs."""
    numbers = [(one.charges, one.unknown, one.before_fen, one.after_fen, one.unknown_price_fen) for one in parts]
    return Cost(name, *(sum(column) for column in zip(*numbers, strict=True))) if numbers else Cost(name, 0, 0, 0, 0, 0)


def _by_identity(duck: duckdb.DuckDBPyConnection) -> tuple[Sides, ...]:
    """Give the groups of identities that an elder held at the last charge."""
    duck.execute(
        "CREATE TEMP TABLE elder_held AS SELECT elder AS who, arg_max(held, id) AS last_held FROM told GROUP BY elder"
    )
    rows = duck.sql(
        """SELECT last_held, count(*), count(*) FILTER (more > 0), coalesce(sum(more) FILTER (more > 0), 0)::BIGINT,
                  count(*) FILTER (more < 0), coalesce(-sum(more) FILTER (more < 0), 0)::BIGINT
           FROM (SELECT elder, sum(after_fen - before_fen) AS more FROM told WHERE known GROUP BY elder)
           JOIN elder_held ON who = elder GROUP BY last_held"""
    ).fetchall()
    return tuple(Sides(identity_label(name), *numbers) for name, *numbers in rows)


def identity_label(held: str) -> str:
    """Write identities that stand as `a|b` by their labels."""
    return table_text.code_text(held.split("|")) if held else NOBODY


def _rows(duck: duckdb.DuckDBPyConnection, rules: Mapping[str, str]) -> tuple[RowChange, ...]:
    rows = duck.sql(
        """SELECT was_rule, was_row, now_rule, now_row, count(*), sum(after_fen - before_fen)::BIGINT FROM told
           WHERE known AND after_fen <> before_fen GROUP BY ALL"""
    ).fetchall()
    return tuple(
        RowChange(rules[was], was_row, rules[now], now_row, *rest) for was, was_row, now, now_row, *rest in rows
    )


def _missing(duck: duckdb.DuckDBPyConnection, side: Side) -> tuple[tuple[str, int, int], ...]:
    rows = duck.sql("SELECT lacks, count(*), count(DISTINCT elder) FROM told WHERE NOT known GROUP BY lacks").fetchall()
    return tuple((missing_label(name, side), charges, people) for name, charges, people in rows)


def missing_label(name: str, side: Side) -> str:
    """Name what is missing: a fact or parameter by its label, a fault by what it means."""
    return FAULTS.get(name) or label(name, side.pack)


def _listed(duck: duckdb.DuckDBPyConnection, sign: str) -> tuple[Listed, ...]:
    rows = duck.sql(
        f"""SELECT elder.uuid, more::BIGINT FROM (
                SELECT elder, sum(after_fen - before_fen) AS more FROM told WHERE known GROUP BY elder)
            AS sums JOIN elder ON elder.n = sums.elder
            WHERE more {sign} 0 ORDER BY abs(more) DESC, elder.uuid LIMIT {LIST_MAX}"""
    ).fetchall()
    return tuple(Listed(UUID(str(uuid)), more) for uuid, more in rows)


def _one_row(duck: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    (found,) = duck.sql(sql).fetchall()
    return tuple(found)
