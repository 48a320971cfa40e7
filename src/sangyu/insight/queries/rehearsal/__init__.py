"""Rehearse a changed policy on the programme's own registry and charges: a read, set by set; nothing is booked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
from django.db import connection, transaction

from sangyu.access.models import Area, User
from sangyu.insight.queries.lens import ensure_reader
from sangyu.insight.queries.rehearsal import chain, money, people, sides, streams, thresholds
from sangyu.insight.queries.rehearsal.figures import FigureInPack, NoFigure, Tried, figures, tried
from sangyu.insight.queries.rehearsal.money import GAINERS, LIST_MAX, LOSERS
from sangyu.insight.queries.rehearsal.sides import Side, as_of, begins_on, touched
from sangyu.insight.queries.rehearsal.thresholds import Born, Edge
from sangyu.insight.queries.rehearsal.told import Cost, Listed, Money, Move, Rehearsal, RowChange, Sides, Standing
from sangyu.kit.month import Month
from sangyu.policy import ir
from sangyu.policy.columns import connect
from sangyu.policy.many import COLUMNS_FROM

MONTHS_MAX = 24
MONTHS = 12

__all__ = [
    "GAINERS",
    "LIST_MAX",
    "LOSERS",
    "MONTHS",
    "MONTHS_MAX",
    "Born",
    "Cost",
    "Edge",
    "FigureInPack",
    "Listed",
    "Money",
    "Move",
    "NoFigure",
    "Rehearsal",
    "RowChange",
    "Side",
    "Sides",
    "Standing",
    "Tried",
    "as_of",
    "begins_on",
    "figures",
    "reading",
    "rehearse",
    "touched",
    "tried",
]


def rehearse(
    viewer: User,
    before: ir.Pack,
    after: ir.Pack,
    *,
    on: date,
    today: date,
    parameters: Mapping[str, Any],
    parameters_after: Mapping[str, Any],
    months: int = MONTHS,
    columns_from: int = COLUMNS_FROM,
) -> Rehearsal:
    """Decide the charges of the last full months, and the registry, by the rules of two packs as they hold on a day.

    Charges are decided again on the facts kept in their decisions; what these lack comes from the registry of the day
    of the service, and what neither has is counted as missing. Kinds of items whose rules do not differ count as they
    were booked. Runs in a transaction that can write nothing.
    Raises: NotAllowed; BadParameter, BadFact, BadAnswer.
    """
    ensure_reader(viewer)
    both = as_of(before, on, parameters, columns_from), as_of(after, on, parameters_after, columns_from)
    rules = touched(*both)
    offers = sides.changed_offers(*both)
    since, until = _period(today, months)
    lists: dict[str, tuple[Listed, ...]] = {}
    with reading(), connect() as duck:
        streets = dict(Area.objects.filter(code__in=_streets(viewer)).values_list("code", "name"))
        streams.load_registry(duck, viewer.programme_id)
        told, theirs = people.standings(duck, both, rules, on, streets)
        lists |= theirs
        found = None
        if offers:
            wanted = sides.asked_of_charges(both, offers, rules)
            streams.load_charges(duck, viewer.programme_id, since, until, offers, wanted)
            decided = (chain.decide_lines(duck, both[0], offers), chain.decide_lines(duck, both[1], offers))
            elsewhere = streams.booked_elsewhere(viewer.programme_id, since, until, offers)
            found, theirs = money.added_up(duck, both, decided, elsewhere, offers, streets)
            lists |= theirs
        born = _born(duck, today)
    return Rehearsal(
        on=on,
        since=since,
        until=until,
        before_digest=before.digest,
        before_figures=sides.digest_of(parameters),
        after_digest=after.digest,
        after_figures=sides.digest_of(parameters_after),
        touched=tuple((name, after.rules[name].title) for name in rules),
        money=found,
        standings=told,
        edges=tuple(thresholds.edges(*both, born, today)),
        lists=lists,
    )


def _period(today: date, months: int) -> tuple[date, date]:
    """Give the last so many full months before that of `today`, half-open."""
    until = since = Month.of(today)
    for _ in range(min(max(months, 1), MONTHS_MAX)):
        since = since.previous()
    return since.first_day, until.first_day


def _streets(viewer: User) -> list[str]:
    codes = Area.objects.filter(code__startswith=viewer.programme.area_id).values_list("parent_id", flat=True)
    return list(codes.distinct())


def _born(duck: duckdb.DuckDBPyConnection, today: date) -> list[Born]:
    rows = duck.sql(
        f"""SELECT year(birth_on), month(birth_on), month(birth_on) = 2 AND day(birth_on) = 29, count(*) FROM elder
            WHERE died_on IS NULL OR died_on > DATE '{today}' GROUP BY ALL"""
    ).fetchall()
    return [Born(*row) for row in rows]


@contextmanager
def reading() -> Iterator[None]:
    """Open a transaction that cannot write and reads at one moment; inside another one it only cannot write."""
    whole = "" if connection.in_atomic_block else "ISOLATION LEVEL REPEATABLE READ, "
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION {whole}READ ONLY")
        yield
