"""Reads of signatures: which stand under a run, whose turn it is, and why it was sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sangyu.access.models import User
from sangyu.settlement import rules
from sangyu.settlement.models import Approval, Decline, Run
from sangyu.settlement.queries.statements import runs


def round_of(run: Run) -> int:
    """Return which round of signatures a run is in: one more than it was declined."""
    return Decline.objects.filter(run=run).count() + 1


def standing_approvals() -> QuerySet[Approval]:
    """The signatures of every run that no decline has ended."""
    return Approval.objects.filter(~Exists(Decline.objects.filter(run=OuterRef("run"), round=OuterRef("round"))))


def signed(run_id: UUID) -> bool:
    """Tell whether anybody's signature stands under a run, so that it may not change."""
    return standing_approvals().filter(run_id=run_id).exists()


def approvals(viewer: User, run: Run) -> list[Approval]:
    """Return the signatures that stand under a run, in the order of the chain."""
    rows = {row.step: row for row in standing_approvals().filter(run__in=runs(viewer), run=run).select_related("by")}
    return [rows[step.code] for step in rules.CHAIN if step.code in rows]


def approval_of(viewer: User, run: Run) -> Approval | None:
    """Return the last signature of a run, once every step is signed."""
    rows = approvals(viewer, run)
    return rows[-1] if len(rows) == len(rules.CHAIN) else None


def due_step(viewer: User, run: Run) -> rules.Step | None:
    """Return the step that is signed next; None when the chain is whole."""
    return rules.due_step({row.step for row in approvals(viewer, run)})


def decline_of(viewer: User, run: Run) -> Decline | None:
    """Return the newest decline of a run, if it was ever sent back."""
    return Decline.objects.filter(run__in=runs(viewer), run=run).select_related("by").order_by("-round").first()


@dataclass(frozen=True)
class Signature:
    """One place on the rail: what it is called, and who signed it when; `by` is None while it is open."""

    label: str
    by: User | None
    at: datetime | None


def signatures(viewer: User, run: Run) -> list[Signature]:
    """Return the rail of a run: its maker first, then every step of the chain."""
    given = {row.step: row for row in approvals(viewer, run)}
    return [
        Signature(rules.MAKER, run.drawn_by, run.drawn_at),
        *(
            Signature(step.label, row.by if row else None, row.at if row else None)
            for step in rules.CHAIN
            for row in [given.get(step.code)]
        ),
    ]
