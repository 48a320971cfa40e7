"""The cells of a scale that say when a line holds: `points=66..89`, `adl=1 any(mental,senses)=2..3`; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sangyu.assessment.rules.refusals import BadScale

_TERM = re.compile(r"(?:(any|all|worst)\(([\w.,-]+)\)|([\w.-]+))=(\d+)(?:\.\.(\d+))?")


@dataclass(frozen=True)
class Term:
    """One part of a condition: some names, how they are taken together, and the range they must lie in."""

    how: str
    names: tuple[str, ...]
    least: int
    most: int

    def holds(self, values: Mapping[str, int]) -> bool:
        """Tell whether the values satisfy this term."""
        here = [values[name] for name in self.names]
        if self.how == "worst":
            return self.least <= max(here) <= self.most
        taken: Callable[[Iterable[object]], bool] = all if self.how == "all" else any
        return taken(self.least <= value <= self.most for value in here)


@dataclass(frozen=True)
class Condition:
    """Everything that must hold for a line."""

    terms: tuple[Term, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names that the condition asks for."""
        return frozenset(name for term in self.terms for name in term.names)

    def holds(self, values: Mapping[str, int]) -> bool:
        """Tell whether every term holds."""
        return all(term.holds(values) for term in self.terms)


def condition(text: str) -> Condition:
    """Read the cell of a condition; terms are parted by blanks, and all of them must hold.

    `any` wants one of its names in the range, `all` every one, `worst` the greatest. Raises: BadScale.
    """
    terms = []
    for word in text.split():
        found = _TERM.fullmatch(word)
        if found is None:
            raise BadScale(f"“{word}”不是条件。写法如 points=66..89 或 any(甲,乙)=2..3。")
        how, names, name, least, most = found.groups()
        terms.append(Term(how or "all", tuple((names or name).split(",")), int(least), int(most or least)))
    if not terms:
        raise BadScale("条件是空的。")
    return Condition(tuple(terms))
