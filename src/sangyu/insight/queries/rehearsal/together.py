"""Rehearsals of several programmes added up, number by number; and the order and length in which one is told. Pure.

A city's sums are its districts' own: each is rehearsed by the very function that its own bureau looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from sangyu.insight.queries.rehearsal.thresholds import Edge
from sangyu.insight.queries.rehearsal.told import Cost, Money, Move, Rehearsal, RowChange, Sides, Standing

ROWS_MAX = 10
GROUPS_MAX = 12
OTHERS = "其他组合"
Summed = TypeVar("Summed", Cost, Sides, RowChange, Move)


def added(found: Sequence[tuple[str, Rehearsal]]) -> Rehearsal:
    """Add up rehearsals of one change by the name of their programme; the lists of people stay with each of them."""
    if len(found) == 1:
        return found[0][1]
    first = found[0][1]
    told = [(name, one.money) for name, one in found if one.money is not None]
    programmes = tuple(replace(money.whole, name=name) for name, money in told)
    names = dict.fromkeys(name for _, one in found for name in one.touched)
    return replace(
        first,
        touched=tuple(names),
        money=_money(told) if told else None,
        standings=tuple(_standing(same) for same in _by(found, lambda one: one.standings, lambda one: one.rule)),
        edges=tuple(
            sorted(
                (_edge([edge for _, edge in same]) for same in _by(found, lambda one: one.edges, lambda one: one.age)),
                key=lambda edge: edge.age,
            )
        ),
        programmes=programmes,
        lists={},
    )


def in_order(found: Rehearsal) -> Rehearsal:
    """Put the largest first, and keep of long lists as many groups as a page can show, the others together."""
    money = found.money
    if money is not None:
        money = replace(
            money,
            months=tuple(sorted(money.months, key=lambda one: one.name)),
            streets=_largest(money.streets),
            by_offer=_largest(money.by_offer),
            by_identity=_folded_sides(money.by_identity),
            by_kind=tuple(sorted(money.by_kind, key=lambda one: (-one.elders, one.name))),
            rows=tuple(sorted(money.rows, key=_weight))[:ROWS_MAX],
            missing=tuple(sorted(money.missing, key=lambda one: (-one[1], one[0]))),
        )
    return replace(found, money=money, standings=tuple(map(_short, found.standings)))


def _money(found: Sequence[tuple[str, Money]]) -> Money:
    every = [money for _, money in found]
    streets = tuple(
        replace(street, name=f"{street.name}（{name}）") for name, money in found for street in money.streets
    )
    return Money(
        offers=tuple(dict.fromkeys(kind for money in every for kind in money.offers)),
        whole=_sum([money.whole for money in every]),
        booked_fen=sum(money.booked_fen for money in every),
        months=_sums(one for money in every for one in money.months),
        streets=streets,
        by_offer=_sums(one for money in every for one in money.by_offer),
        people=_sum([money.people for money in every]),
        by_identity=_sums(one for money in every for one in money.by_identity),
        by_kind=_sums(one for money in every for one in money.by_kind),
        rows=_sums(one for money in every for one in money.rows),
        missing=tuple(
            (name, sum(one[1] for one in same), sum(one[2] for one in same))
            for name, same in _grouped((one for money in every for one in money.missing), lambda one: one[0]).items()
        ),
    )


def _standing(found: Sequence[tuple[str, Standing]]) -> Standing:
    every = [standing for _, standing in found]
    first = every[0]
    money = any(one.before_fen is not None or one.after_fen is not None for one in every)
    return replace(
        first,
        people=sum(one.people for one in every),
        unknown=sum(one.unknown for one in every),
        before=sum(one.before for one in every),
        after=sum(one.after for one in every),
        moves=_sums(move for one in every for move in one.moves),
        by_identity=_sums(move for one in every for move in one.by_identity),
        by_street=tuple(
            replace(move, group=f"{move.group}（{name}）") for name, one in found for move in one.by_street
        ),
        missing=tuple(
            (name, sum(n for _, n in same))
            for name, same in _grouped((one for each in every for one in each.missing), lambda one: one[0]).items()
        ),
        before_fen=sum(one.before_fen or 0 for one in every) if money else None,
        after_fen=sum(one.after_fen or 0 for one in every) if money else None,
    )


def _edge(found: Sequence[Edge]) -> Edge:
    first = found[0]
    tally = {month: sum(dict(edge.months)[month] for edge in found) for month, _ in first.months}
    return replace(
        first,
        before=any(edge.before for edge in found),
        after=any(edge.after for edge in found),
        rules=tuple(dict.fromkeys(rule for edge in found for rule in edge.rules)),
        months=tuple(tally.items()),
    )


Part = TypeVar("Part", Standing, Edge)
Anything = TypeVar("Anything")
Named = TypeVar("Named", bound=Hashable)


def _by(
    found: Sequence[tuple[str, Rehearsal]],
    parts: Callable[[Rehearsal], Iterable[Part]],
    key: Callable[[Part], Hashable],
) -> list[list[tuple[str, Part]]]:
    every = ((name, part) for name, one in found for part in parts(one))
    return list(_grouped(every, lambda named: key(named[1])).values())


def _grouped(every: Iterable[Anything], key: Callable[[Anything], Named]) -> dict[Named, list[Anything]]:
    found: dict[Named, list[Anything]] = {}
    for one in every:
        found.setdefault(key(one), []).append(one)
    return found


def _sums(every: Iterable[Summed]) -> tuple[Summed, ...]:
    """Add up what has the same names; all that is not a number of fen, people or charges is a name."""
    return tuple(_sum(same) for same in _grouped(every, _name).values())


def _name(one: Cost | Sides | RowChange | Move) -> Hashable:
    return tuple(getattr(one, name) for name in _fields(one, counted=False))


def _sum(same: Sequence[Summed]) -> Summed:
    first = same[0]
    return replace(first, **{name: sum(getattr(one, name) for one in same) for name in _fields(first, counted=True)})


def _fields(one: Cost | Sides | RowChange | Move, *, counted: bool) -> list[str]:
    return [field.name for field in fields(one) if (field.type == "int") == counted]


def _largest(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    return tuple(sorted(costs, key=lambda one: (-one.after_fen, one.name)))


def _weight(row: RowChange) -> tuple[object, ...]:
    return -abs(row.more_fen), -row.charges, row.rule_before, row.row_before or 0, row.rule_after, row.row_after or 0


def _folded_sides(groups: Iterable[Sides]) -> tuple[Sides, ...]:
    every = sorted(groups, key=lambda one: (-one.elders, one.name))
    shown, rest = every[:GROUPS_MAX], every[GROUPS_MAX:]
    return (*shown, replace(_sum(rest), name=OTHERS)) if rest else tuple(shown)


def _short(standing: Standing) -> Standing:
    by_identity = _most(standing.by_identity)
    rest = _sums(replace(move, group=OTHERS) for move in by_identity[GROUPS_MAX:])
    return replace(
        standing,
        moves=_most(standing.moves),
        by_identity=(*by_identity[:GROUPS_MAX], *rest),
        by_street=_most(standing.by_street),
        missing=tuple(sorted(standing.missing, key=lambda one: (-one[1], one[0]))),
    )


def _most(moves: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(sorted(moves, key=lambda move: (-move.people, move.group, move.before, move.after)))
