"""A fund of a year as four figures and one bar; pure."""

from __future__ import annotations

from dataclasses import dataclass

from sangyu.budget.queries import Position

WHOLE = 1000


@dataclass(frozen=True)
class Fund:
    """A fund with its four figures, and how wide each stands on a bar of `WHOLE` units."""

    code: str
    title: str
    position: Position

    @property
    def given_fen(self) -> int:
        """What may be spent: appropriations and overrides."""
        return self.position.appropriated_fen + self.position.overridden_fen

    @property
    def paid_width(self) -> int:
        """The paid part of the bar."""
        return self._width(self.position.paid_fen)

    @property
    def held_width(self) -> int:
        """The held part of the bar, which starts where the paid part ends."""
        return self._width(self.position.held_fen)

    def _width(self, part_fen: int) -> int:
        return min(WHOLE, -(-part_fen * WHOLE // self.given_fen)) if self.given_fen and part_fen else 0
