"""Whether an answer of the tables gives something; pure."""

from __future__ import annotations

GIVES = ("eligible", "amount_fen", "hours", "units")


def gives(answer: object) -> bool:
    """Tell whether a decision is a yes: it lets somebody in, or it gives money, hours or pieces."""
    return any(getattr(answer, name, None) for name in GIVES)
