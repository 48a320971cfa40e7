"""How a statement's coefficient and its distance from last month are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from sangyu.kit.money import half_up

register = template.Library()


@register.filter
def coefficient(statement: Any) -> int | None:
    """Give the per-mille of the gross that is paid, to the nearest; None for a statement without public money."""
    paid_fen = statement.gross_fen - statement.deducted_fen
    return half_up(1000 * paid_fen, statement.gross_fen) if statement.gross_fen else None


@register.filter
def moved(statement: Any, before: Mapping[Any, int]) -> str:
    """Write how far a statement's net is from last month's, as "+12.3%"; a dash without a last month."""
    before_fen = before.get(statement.enterprise_id, 0)
    if not before_fen:
        return "—"
    moved_pm = half_up(1000 * (statement.net_fen - before_fen), before_fen)
    sign = "+" if moved_pm > 0 else "−" if moved_pm < 0 else ""
    return f"{sign}{abs(moved_pm) // 10}.{abs(moved_pm) % 10}%"
