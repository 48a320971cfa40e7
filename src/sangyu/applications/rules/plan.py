"""How far an application is: what stands of everything that was done, and which step comes next; pure.

Nothing that was done is ever changed. A step that has to be done again is undone by a later row that names it, so the
way of an application can be reckoned again from its rows at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sangyu.policy.stages import APPROVE, CLASSIFY, MATCH, NOTICE, REVIEW, Kind, Step

PASSED, FAILED, BEGUN = "PASSED", "FAILED", "BEGUN"
RETURNED, RESUBMITTED, REOPENED, WITHDRAWN = "RETURNED", "RESUBMITTED", "REOPENED", "WITHDRAWN"
# What a new class takes with it: who looked at the old one has not looked at the new one.
BEHIND_A_CLASS = frozenset({REVIEW, NOTICE, APPROVE})
# What a return for correction takes with it: the facts may change, so the rule is asked again.
BEHIND_A_RETURN = frozenset({MATCH, CLASSIFY, APPROVE})
BEHIND_AN_OBJECTION = frozenset({MATCH, CLASSIFY, REVIEW, NOTICE, APPROVE})


@dataclass(frozen=True)
class Past:
    """One row of what was done; `undoes` are the steps that have to be done again after it."""

    step: str
    outcome: str
    service_class: str = ""
    undoes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What stands: the steps that are done, the class that was found, and whether a posting has begun."""

    done: frozenset[str]
    service_class: str
    posted: bool
    returned: bool
    over: bool

    def next_step(self, kind: Kind) -> Step | None:
        """Return the first step that is wanted for the class and not done; None when nothing is left."""
        wanted = (step for step in kind.steps if not step.classes or self.service_class in step.classes)
        return next((step for step in wanted if step.code not in self.done), None)


def standing(past: Iterable[Past]) -> Standing:
    """Reckon what stands from everything that was done, in its order."""
    done: frozenset[str] = frozenset()
    service_class, posted, returned, over = "", False, False, False
    for row in past:
        undone = row.undoes
        if row.outcome == PASSED and row.step == CLASSIFY:
            undone = undone | (BEHIND_A_CLASS if row.service_class != service_class else frozenset())
            service_class = row.service_class
        done -= undone
        posted = (posted and NOTICE not in undone) or row.outcome == BEGUN
        if row.outcome == PASSED:
            done |= {row.step}
        returned = row.outcome == RETURNED or (returned and row.outcome != RESUBMITTED)
        over = (
            row.outcome == WITHDRAWN or (row.outcome == FAILED and not row.undoes) or (over and row.outcome != REOPENED)
        )
    return Standing(done, service_class, posted, returned, over)


def may_be_skipped(kind: Kind, service_class: str) -> tuple[Step, ...]:
    """Return the steps that an application of this class does not go through."""
    return tuple(step for step in kind.steps if step.classes and service_class not in step.classes)
