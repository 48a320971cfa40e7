"""How a played month becomes a district of years: tiles, months, and the ids of what is copied.

A tile is a copy of everybody in the template; an enterprise stands for several tiles, as in life it serves more than
one neighbourhood. A row of tile and month gets the template's id with its first eight digits replaced: those are the
time of a UUIDv7, so copies keep apart, sort by month, and point at each other without a table of who is who.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from sangyu.kit.month import Month

TILES = 200  # of 550 elders and 50 workers each
FIRM_COPIES = 21  # of 6 enterprises each
# Two canteens are played; with 42 copies of the first and 21 of the second there are 65.
CANTEEN_COPIES = 42
_BEFORE_HISTORY, _FIRMS_FROM, _SAMPLES_FROM = 20_000, 1_000, 2_000


def prefix(day: date, n: int) -> str:
    """Return the first eight digits of an id dated `n` steps of 65.5 s after the beginning of a day.

    From the first of a month on there are 36,000 of them before the first of the next: so many copies keep apart.
    """
    ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    return f"{(ms >> 16) + n:08x}"


def firm_copy(tile: int) -> int:
    """Say which copy of an enterprise serves a tile; 0 is the template's own."""
    return tile % FIRM_COPIES


def canteen_copy(place: int, tile: int) -> int:
    """Say which copy of the canteen at a place of the list serves a tile; its enterprise is the tile's own.

    The days of the template's canteens are closed already, so the other tiles eat elsewhere.
    """
    if tile == 0:
        return 0
    return (tile % (CANTEEN_COPIES if place == 0 else FIRM_COPIES)) or CANTEEN_COPIES


@dataclass(frozen=True)
class Piece:
    """A month of the history with the tiles that have one; `back` counts months from the template's."""

    month: Month
    back: int
    first_tile: int
    until_tile: int
    shift_days: int

    @property
    def days(self) -> int:
        """How many days the month has: what the template did later is left out."""
        return calendar.monthrange(self.month.year, self.month.month)[1]

    def cell(self, tile: int) -> str:
        """Return the prefix of what one tile did in this month."""
        return prefix(self.month.first_day, tile)

    def of_firm(self, copy: int) -> str:
        """Return the prefix of what the month has once an enterprise."""
        return prefix(self.month.first_day, _FIRMS_FROM + copy)

    @property
    def of_month(self) -> str:
        """Return the prefix of what the month has once."""
        return prefix(self.month.first_day, _SAMPLES_FROM)


@dataclass(frozen=True)
class Shape:
    """A district to be made of a template month; `orders_by_day` counts the template's orders by day of the month."""

    template: Month
    orders_by_day: Mapping[int, int]
    orders: int
    tiles: int = TILES

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Return the months that together have the orders wanted, the oldest, which may be in part, first."""
        left = self.orders - sum(self.orders_by_day.values())
        month, back, found = self.template, 0, []
        while left > 0:
            shift = (month.first_day - self.template.first_day).days
            whole = Piece(month, back, 1, self.tiles, shift)
            each = sum(many for day, many in self.orders_by_day.items() if day <= whole.days)
            if each == 0:
                raise ValueError("a template without orders makes no district")
            until = min(self.tiles, 1 - (-left // each))
            found.append(Piece(month, back, 1, until, shift))
            left -= each * (until - 1)
            month, back = month.previous(), back + 1
        return tuple(reversed(found))

    @property
    def first_month(self) -> Month:
        """The oldest month of the history."""
        return self.pieces[0].month if self.pieces else self.template

    def tile(self, n: int) -> str:
        """Return the prefix of the people of a tile, who are registered before its history begins."""
        return prefix(self.first_month.previous().first_day, _BEFORE_HISTORY + n)

    def firm(self, copy: int) -> str:
        """Return the prefix of a copy of an enterprise."""
        return self.tile(_FIRMS_FROM + copy)

    def canteen(self, copy: int) -> str:
        """Return the prefix of a copy of a canteen."""
        return self.tile(_SAMPLES_FROM + copy)


def years_of(pieces: tuple[Piece, ...]) -> list[int]:
    """Return the years that the months lie in."""
    return sorted({piece.month.year for piece in pieces})
