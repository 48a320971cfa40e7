"""Take a stored decision again from what it stored: the same pack version, facts and figures give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangyu.policy import engine
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.policy.errors import PolicyError
from sangyu.policy.ir import Pack

COMPARED = ("outcome", "missing", "version", "row", *sorted(ANSWER_FIELDS))


@dataclass(frozen=True)
class Replayed:
    """A stored decision beside the one taken again; `again` is None if it cannot be, and `why` says why not."""

    stored: Mapping[str, Any]
    again: Mapping[str, Any] | None
    why: str = ""

    @property
    def different(self) -> tuple[str, ...]:
        """Name the fields that come out otherwise."""
        if self.again is None:
            return COMPARED
        return tuple(name for name in COMPARED if self.stored.get(name) != self.again.get(name))

    @property
    def same(self) -> bool:
        """Tell whether the answer is the same, to the fen and to the row."""
        return not self.different


def replay(stored: Mapping[str, Any], load: Callable[[str, str | None], Pack]) -> Replayed:
    """Take a decision again; `load` gives a pack by its id and the digest that the decision names (None: today's).

    Where no rule was asked, since the pack was silent, there is nothing to take again.
    """
    if stored.get("rule") == "":
        return Replayed(stored, stored)
    on = date.fromisoformat(stored["on"]) if "on" in stored else None
    try:
        pack = load(stored["pack"], stored.get("digest"))
        again = engine.decide(
            pack, stored["rule"], stored.get("facts_used", {}), on, stored.get("parameters_used", {})
        ).to_json()
    except PolicyError as error:
        return Replayed(stored, None, str(error))
    return Replayed(stored, again)
