"""Rehearse a changed policy on the programme's own registry and charges: a read, set by set; nothing is booked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
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
from sangyu.insight.queries.rehearsal.together import added, in_order
from sangyu.insight.queries.rehearsal.told import Cost, Listed, Money, Move, Rehearsal, RowChange, Sides, Standing
from sangyu.kit.month import Month
from sangyu.policy import ir
from sangyu.policy.columns import connect
from sangyu.policy.many import COLUMNS_FROM

MONTHS_MAX = 24
MONTHS = 12
Progress = Callable[[str, int], None]


def nobody(_what: str, _done_pm: int) -> None:
    """Tell nobody how far a rehearsal has come."""


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
    "Figures",
    "Listed",
    "Money",
    "Move",
    "NoFigure",
    "Progress",
    "Rehearsal",
    "RowChange",
    "Side",
    "Sides",
    "Standing",
    "Tried",
    "as_of",
    "begins_on",
    "figures",
    "period",
    "reading",
    "rehearse",
    "size",
    "touched",
    "tried",
]


@dataclass(frozen=True)
class Figures:
    """A programme by the reader who may see it, and what its bureau has set before and after the change."""

    reader: User
    before: Mapping[str, Any]
    after: Mapping[str, Any]


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
    districts: Sequence[Figures] = (),
    progress: Progress = nobody,
) -> Rehearsal:
    """Decide the charges of the last full months, and the registry, by the rules of two packs as they hold on a day.

    Charges are decided again on the facts kept in their decisions; what these lack comes from the registry of the day
    of the service, and what neither has is counted as missing. Kinds of items whose rules do not differ count as they
    were booked. With `districts` each of them is rehearsed too and added up; one that the change does not touch, since
    its bureau has set the figure so already, counts with its books and its registry. Runs in a transaction that can
    write nothing; `progress` is told what is being done, and the per-mille of all that is done.
    Raises: NotAllowed; BadParameter, BadFact, BadAnswer.
    """
    every = [Figures(viewer, parameters, parameters_after), *districts]
    for one in every:
        ensure_reader(one.reader)
    asked = [_Asked(one, before, after, on, today, months, columns_from) for one in every]
    rules = [name for name in after.rules if any(name in one.rules for one in asked)]
    is_charged = any(one.offers for one in asked)
    found = []
    with reading():
        for n, one_asked in enumerate(asked):
            name = one_asked.figures.reader.programme.name
            found.append((name, one_asked.answered(rules, is_charged, _step_of(progress, n, len(asked), name))))
    return in_order(added(found))


def _step_of(progress: Progress, n: int, programmes: int, name: str) -> Progress:
    """Tell the progress of one of several programmes as a part of the whole."""
    if programmes == 1:
        return progress
    return lambda what, done_pm: progress(f"{name}：{what}", (n * 1000 + done_pm) // programmes)


def _told(progress: Progress, what: str, begin_pm: int, done_pm: int) -> None:
    """Tell a fifth of the whole that begins somewhere."""
    progress(what, begin_pm + done_pm // 5)


@dataclass(frozen=True)
class _Asked:
    """One change on one programme."""

    figures: Figures
    before: ir.Pack
    after: ir.Pack
    on: date
    today: date
    months: int
    columns_from: int

    @cached_property
    def both(self) -> tuple[Side, Side]:
        """The rules of both packs as they hold on the day, with the programme's figures."""
        figures = self.figures
        before = as_of(self.before, self.on, figures.before, self.columns_from)
        return before, as_of(self.after, self.on, figures.after, self.columns_from)

    @cached_property
    def rules(self) -> list[str]:
        """The rules whose answers may differ here."""
        return touched(*self.both)

    @cached_property
    def offers(self) -> list[str]:
        """The kinds of items whose price or split may differ here."""
        return sides.changed_offers(*self.both)

    def answered(self, rules: Sequence[str], is_charged: bool, progress: Progress) -> Rehearsal:
        """Rehearse it in a store of its own, which is gone afterwards.

        `rules` about people are decided, and the money is told if `is_charged`, even where nothing differs here.
        """
        reader, on, both, offers = self.figures.reader, self.on, self.both, self.offers
        since, until = period(self.today, self.months)
        read_from = since.replace(month=1, day=1) if sides.fills_a_year(both, offers) else since
        grants_from = streams.adopted_from(reader.programme_id)
        both = (
            replace(both[0], grants_from=grants_from, read_from=read_from),
            replace(both[1], grants_from=grants_from, read_from=read_from),
        )
        lists: dict[str, tuple[Listed, ...]] = {}
        with connect() as duck:
            streets = dict(Area.objects.filter(code__in=_streets(reader)).values_list("code", "name"))
            progress("读老人档案", 0)
            streams.load_registry(duck, reader.programme_id)
            progress("判定在册的老人", 50)
            told, theirs = people.standings(duck, both, rules, on, streets)
            lists |= theirs
            found = None
            if is_charged:
                wanted = sides.asked_of_charges(both, offers)
                span = streams.Span(read_from, since, until)
                streams.load_charges(
                    duck,
                    reader.programme_id,
                    span,
                    offers,
                    wanted,
                    lambda done_pm, n: progress(f"读{n:,}笔计费", 100 + done_pm * 4 // 10),
                )
                for into, side, word, begin in (("was", both[0], "现行", 500), ("now", both[1], "改后", 700)):
                    step = partial(_told, progress, f"按{word}的规则判定", begin)
                    chain.decide_all(duck, side, offers, into, step)
                progress("汇总", 900)
                elsewhere = streams.booked_elsewhere(reader.programme_id, since, until, offers)
                found, theirs = money.added_up(duck, both, elsewhere, offers, streets)
                lists |= theirs
            born = _born(duck, self.today)
        progress("算好了", 1000)
        return Rehearsal(
            on=on,
            since=since,
            until=until,
            before_digest=self.before.digest,
            before_figures=sides.digest_of(self.figures.before),
            after_digest=self.after.digest,
            after_figures=sides.digest_of(self.figures.after),
            touched=tuple((name, self.after.rules[name].title) for name in self.rules),
            money=found,
            standings=told,
            edges=tuple(thresholds.edges(*both, born, self.today)),
            lists=lists,
        )


def period(today: date, months: int) -> tuple[date, date]:
    """Give the last so many full months before that of `today`, half-open."""
    until = since = Month.of(today)
    for _ in range(min(max(months, 1), MONTHS_MAX)):
        since = since.previous()
    return since.first_day, until.first_day


def size(readers: Sequence[User], today: date, months: int, at_most: int | None = None) -> int:
    """Count the charges that a rehearsal over some programmes may read; beyond `at_most` it is not counted out.

    That is those of all offers, from January of the first year on: an account may be filled through the year.
    Raises: NotAllowed.
    """
    for one in readers:
        ensure_reader(one)
    since, until = period(today, months)
    return streams.charges_of([one.programme_id for one in readers], since.replace(month=1, day=1), until, at_most)


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
