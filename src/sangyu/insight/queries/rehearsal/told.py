"""What a rehearsal says: plain values, as the page, the sheet and the command show them. Pure.

Units: fen for money, else people or charges. `unknown` lines miss something, before or after, and count nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sangyu.insight.queries.rehearsal.kept import plain, read
from sangyu.insight.queries.rehearsal.thresholds import Edge


@dataclass(frozen=True)
class Cost:
    """The public money of one group of charges before and after.

    `low_fen` to `high_fen` is where the cost after lies whatever the missing facts are: if none of the unknown charges
    is subsidised, and if all of them are in full.
    """

    name: str
    charges: int
    unknown: int
    before_fen: int
    after_fen: int
    unknown_price_fen: int

    @property
    def more_fen(self) -> int:
        """What the change costs; below zero it saves."""
        return self.after_fen - self.before_fen

    @property
    def low_fen(self) -> int:
        """The cost after if none of the unknown charges is subsidised."""
        return self.after_fen

    @property
    def high_fen(self) -> int:
        """The cost after if all of the unknown charges are subsidised in full."""
        return self.after_fen + self.unknown_price_fen


@dataclass(frozen=True)
class Sides:
    """Who gains and who loses in one group of elders, over the whole period; each elder is in one of them at most."""

    name: str
    elders: int
    gainers: int
    gained_fen: int
    losers: int
    lost_fen: int


@dataclass(frozen=True)
class RowChange:
    """Charges that another rule or another row of a rule decides now, or the same row with another figure."""

    rule_before: str
    row_before: int | None
    rule_after: str
    row_after: int | None
    charges: int
    more_fen: int


@dataclass(frozen=True)
class Money:
    """The charges of a period, decided again: what they cost, who gains and loses, which rows did it."""

    offers: tuple[str, ...]
    whole: Cost
    booked_fen: int
    months: tuple[Cost, ...]
    streets: tuple[Cost, ...]
    by_offer: tuple[Cost, ...]
    people: Sides
    by_identity: tuple[Sides, ...]
    by_kind: tuple[Sides, ...]
    rows: tuple[RowChange, ...]
    missing: tuple[tuple[str, int, int], ...]

    @property
    def differs_fen(self) -> int:
        """What today's rules come to beyond what stands on the books for the same charges."""
        return self.whole.before_fen - self.booked_fen

    @property
    def apart_fen(self) -> int:
        """How far today's rules and the books are apart, whichever is more."""
        return abs(self.differs_fen)


@dataclass(frozen=True)
class Move:
    """People of one group whose answer changes from one to another."""

    group: str
    before: str
    after: str
    people: int


@dataclass(frozen=True)
class Standing:
    """One rule about people, decided for every living elder of the registry.

    `before`, `after` count who is eligible or granted something. `moves` are all changes together, each with its list
    (`key`); `by_identity` and `by_street` the same by group. `before_fen`, `after_fen`: what a rule grants, together.
    """

    rule: str
    title: str
    people: int
    unknown: int
    before: int
    after: int
    moves: tuple[Move, ...]
    by_identity: tuple[Move, ...]
    by_street: tuple[Move, ...]
    missing: tuple[tuple[str, int], ...]
    before_fen: int | None = None
    after_fen: int | None = None

    def key(self, move: Move) -> str:
        """Name the list of those who move in this way."""
        return list_key(self.rule, move.before, move.after)

    @property
    def changed(self) -> int:
        """How many get another answer."""
        return sum(move.people for move in self.moves)

    @property
    def high(self) -> int:
        """How many are eligible after, if everybody about whom something is missing is."""
        return self.after + self.unknown


@dataclass(frozen=True)
class Listed:
    """One elder of a list, and by how much the year would have been another one for them; 0 where no money is."""

    elder_id: UUID
    more_fen: int = 0


def list_key(rule: str, before: str, after: str) -> str:
    """Name the list of those whom a rule answers otherwise."""
    return f"{rule}:{before}:{after}"


@dataclass(frozen=True)
class Rehearsal:
    """What one change would have done to a period, and what it does to the registry of a day. Nothing is booked.

    Shape: `*_digest` name the tables, `*_figures` what the bureau has set for them. `programmes`: the cost of each,
    where several were added up.
    """

    on: date
    since: date
    until: date
    before_digest: str
    before_figures: str
    after_digest: str
    after_figures: str
    touched: tuple[tuple[str, str], ...]
    money: Money | None
    standings: tuple[Standing, ...]
    edges: tuple[Edge, ...]
    programmes: tuple[Cost, ...] = ()
    lists: Mapping[str, tuple[Listed, ...]] = field(repr=False, compare=False, default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Give a plain dict; people stay with whoever may see them and are left out."""
        found = asdict(self)
        del found["lists"]
        return found

    def to_kept(self) -> dict[str, Any]:
        """Give a plain dict of JSON values from which `from_kept` makes the same again, lists of people included."""
        found = plain(self)
        assert isinstance(found, dict)
        return found

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Rehearsal:
        """Read what `to_kept` wrote."""
        found = read(cls, kept)
        assert isinstance(found, cls)
        return found
