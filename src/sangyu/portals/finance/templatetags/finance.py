"""How a statement's coefficient is read from the decision that set it."""

from __future__ import annotations

from typing import Any

from django import template

from sangyu.kit.money import half_up

register = template.Library()


@register.filter
def coefficient(statement: Any) -> int | None:
    """Give the per-mille of the gross that is paid, to the nearest; None for a statement without public money."""
    return half_up(1000 * statement.net_fen, statement.gross_fen) if statement.gross_fen else None
