"""Rules about people, decided for every living elder of the registry by both sides: who comes in, who drops out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from sangyu.insight.queries.rehearsal import sides, streams
from sangyu.insight.queries.rehearsal.lines import decided
from sangyu.insight.queries.rehearsal.money import LIST_MAX, identity_label, missing_label
from sangyu.insight.queries.rehearsal.sides import Side
from sangyu.insight.queries.rehearsal.told import Listed, Move, Standing, list_key
from sangyu.kit.money import yuan

ELIGIBLE, NOT_ELIGIBLE = "符合", "不符合"


def standings(
    duck: duckdb.DuckDBPyConnection, both: tuple[Side, Side], rules: Iterable[str], on: date, streets: Mapping[str, str]
) -> tuple[tuple[Standing, ...], dict[str, tuple[Listed, ...]]]:
    """Decide the rules about people among some that may differ. Shape: what each says, and the lists of who moves."""
    before, after = both
    prices = {offer.price for side in both for offer in side.pack.offers.values()}
    found: list[Standing] = []
    lists: dict[str, tuple[Listed, ...]] = {}
    for rule_id in rules:
        rule = after.pack.rules[rule_id]
        if rule.form not in ("eligible", "tier") or rule_id in prices or before.pack.rules[rule_id].form != rule.form:
            continue
        wanted = sides.asked(before, [rule_id]) | sides.asked(after, [rule_id])
        people = streams.people(duck, on, wanted)
        duck.register("person", people)
        for name, side in (("was_told", before), ("now_told", after)):
            duck.register(name, _answers(side, rule_id, people))
        one, theirs = _standing(duck, after, rule_id, rule.form, streets)
        if rule.form == "eligible" or one.unknown < one.people:  # what asks of a service alone says nothing of people
            found.append(one)
            lists |= theirs
    return tuple(found), lists


def _answers(side: Side, rule_id: str, people: pa.Table) -> pa.Table:
    """Write each answer as one word: yes or no, a class, or an amount."""
    made = decided(side, rule_id, people)
    classes = any(one.rule == rule_id and one.answer == "ground" for one in side.pack.derived.values())
    with duckdb.connect() as duck:
        duck.register("made", made)
        if "eligible" in made.column_names:
            yes = f"coalesce(ground, '{ELIGIBLE}')" if classes and "ground" in made.column_names else f"'{ELIGIBLE}'"
            word, has, fen = f"CASE WHEN eligible THEN {yes} ELSE '{NOT_ELIGIBLE}' END", "eligible", "NULL::BIGINT"
        else:
            unit = next(name for name in ("amount_fen", "hours", "units") if name in made.column_names)
            word, has = f"{unit}::VARCHAR", f"{unit} > 0"
            fen = unit if unit == "amount_fen" else "NULL::BIGINT"
        return duck.sql(
            f"""SELECT CASE WHEN outcome = 'decided' THEN {word} END AS word, {has} AS has, {fen} AS fen,
                CASE WHEN outcome <> 'decided' THEN coalesce(missing, fault, outcome) END AS lacks FROM made"""
        ).to_arrow_table()


def _standing(
    duck: duckdb.DuckDBPyConnection, side: Side, rule_id: str, form: str, streets: Mapping[str, str]
) -> tuple[Standing, dict[str, tuple[Listed, ...]]]:
    duck.execute(
        """CREATE OR REPLACE TEMP TABLE stands AS
           SELECT person.elder, person.street, array_to_string(person.held, '|') AS held, was_told.word AS was,
                  now_told.word AS now, was_told.has AS had, now_told.has AS has, was_told.fen AS was_fen,
                  now_told.fen AS now_fen, coalesce(now_told.lacks, was_told.lacks) AS lacks,
                  now_told.lacks IS NULL AND was_told.lacks IS NULL AS known
           FROM person POSITIONAL JOIN was_told POSITIONAL JOIN now_told"""
    )
    (counted,) = duck.sql(
        """SELECT count(*), count(*) FILTER (NOT known), count(*) FILTER (known AND had),
                  count(*) FILTER (known AND has),
                  sum(was_fen) FILTER (known)::BIGINT, sum(now_fen) FILTER (known)::BIGINT FROM stands"""
    ).fetchall()
    total, unknown, had, has, was_fen, now_fen = counted
    is_money = form == "tier" and was_fen is not None
    word = (lambda text: f"{yuan(int(text))}元") if is_money else str
    by = {
        column: [
            (str(group), word(was), word(now), people)
            for group, was, now, people in duck.sql(
                f"SELECT {column}, was, now, count(*) FROM stands WHERE known AND was <> now GROUP BY ALL"
            ).fetchall()
        ]
        for column in ("''", "held", "street")
    }
    moves = tuple(Move(*row) for row in by["''"])
    lists = {list_key(rule_id, word(was), word(now)): theirs for (was, now), theirs in _lists(duck).items()}
    missing = duck.sql("SELECT lacks, count(*) FROM stands WHERE NOT known GROUP BY lacks").fetchall()
    told = Standing(
        rule=rule_id,
        title=side.pack.rules[rule_id].title,
        people=total,
        unknown=unknown,
        before=had,
        after=has,
        moves=moves,
        by_identity=tuple(Move(identity_label(group), *rest) for group, *rest in by["held"]),
        by_street=tuple(Move(streets.get(group, group), *rest) for group, *rest in by["street"]),
        missing=tuple((missing_label(name, side), n) for name, n in missing),
        before_fen=was_fen,
        after_fen=now_fen,
    )
    return told, lists


def _lists(duck: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[Listed, ...]]:
    """List who moves, by from and to, in the order of their ids; as many as a list may show."""
    rows = duck.sql(
        f"""SELECT was, now, elder.uuid FROM stands JOIN elder ON elder.n = stands.elder WHERE known AND was <> now
            QUALIFY row_number() OVER (PARTITION BY was, now ORDER BY elder.uuid) <= {LIST_MAX} ORDER BY elder.uuid"""
    ).fetchall()
    found: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for was, now, uuid in rows:
        found[was, now].append(Listed(UUID(str(uuid))))
    return {key: tuple(theirs) for key, theirs in found.items()}
