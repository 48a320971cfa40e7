"""Reads of dispatch: who could go and why, what was sent to me, who is to go."""

from sangyu.dispatch.queries.going import (
    WorkerChoice,
    assignment_of,
    get_own_assignment,
    taken,
    visits_to_do,
    worker_choices,
)
from sangyu.dispatch.queries.ranking import candidates, candidates_for
from sangyu.dispatch.queries.sending import (
    INBOX_MAX,
    REASONS_TO_REFUSE,
    Attempt,
    Why,
    acceptance_of,
    attempts,
    attempts_of,
    dispatches,
    get_dispatch,
    inbox,
    latest,
    whereabouts,
    why,
)

__all__ = [
    "INBOX_MAX",
    "REASONS_TO_REFUSE",
    "Attempt",
    "Why",
    "WorkerChoice",
    "acceptance_of",
    "assignment_of",
    "attempts",
    "attempts_of",
    "candidates",
    "candidates_for",
    "dispatches",
    "get_dispatch",
    "get_own_assignment",
    "inbox",
    "latest",
    "taken",
    "visits_to_do",
    "whereabouts",
    "why",
    "worker_choices",
]
