"""Change the policy by two people: one of the bureau proposes, another who signs for it adopts or returns it.

The room of adoption knows no roles and no audit book; both are added here, as for `adopt_pack`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sangyu.access.actions.book import record
from sangyu.access.models import Role, User
from sangyu.access.queries.viewer import ensure_role
from sangyu.adoption import actions as adoption
from sangyu.adoption.models import Draft, DraftDecision, DraftState

PROPOSERS = (Role.BUREAU, Role.DEPUTY, Role.HEAD)
SIGNERS = (Role.DEPUTY, Role.HEAD)
_VERBS = {
    DraftState.ADOPTED: "access.adopt_draft",
    DraftState.RETURNED: "access.return_draft",
    DraftState.WITHDRAWN: "access.withdraw_draft",
}


@transaction.atomic
def propose_draft(
    *,
    document: str,
    reason: str,
    by: User,
    at: datetime,
    key: str,
    workbook: bytes | None = None,
    workbook_name: str = "",
    parameters: Mapping[str, Any] | None = None,
    wanted_from: date | None = None,
    base_id: UUID | None = None,
) -> Draft:
    """Propose a change of one's programme's policy for review; a repeat with the same `key` returns the draft.

    Raises: NotAllowed, and what `adoption.propose` raises.
    """
    ensure_role(by, *PROPOSERS)
    draft, made = adoption.propose(
        programme_id=by.programme_id,
        document=document,
        reason=reason,
        by_id=by.pk,
        at=at,
        key=key,
        workbook=workbook,
        workbook_name=workbook_name,
        parameters=parameters,
        wanted_from=wanted_from,
        base_id=base_id,
    )
    if made:
        facts = {
            "pack": draft.pack_id,
            "digest": draft.digest,
            "based_on": draft.based_on,
            "document": draft.document,
            "parameters": draft.parameters,
            "faults": len(draft.faults),
        }
        record(by=by, at=at, verb="access.propose_draft", object_kind="draft", object_id=draft.pk, facts=facts)
    return draft


@transaction.atomic
def review_draft(
    *, draft_id: UUID, adopt: bool, note: str, by: User, at: datetime, valid_from: date | None = None
) -> DraftDecision:
    """Adopt a colleague's draft from a day on, or return it with a reason; a repeat has no second effect.

    Raises: NotAllowed, and what `adoption.review` raises.
    """
    ensure_role(by, *SIGNERS)
    decision, made = adoption.review(
        programme_id=by.programme_id,
        draft_id=draft_id,
        adopt=adopt,
        note=note,
        by_id=by.pk,
        at=at,
        valid_from=valid_from,
    )
    return _recorded(decision, made, by, at)


@transaction.atomic
def withdraw_draft(*, draft_id: UUID, note: str, by: User, at: datetime) -> DraftDecision:
    """Take back one's own draft before it is reviewed; a repeat has no second effect.

    Raises: NotAllowed, and what `adoption.withdraw` raises.
    """
    ensure_role(by, *PROPOSERS)
    decision, made = adoption.withdraw(programme_id=by.programme_id, draft_id=draft_id, note=note, by_id=by.pk, at=at)
    return _recorded(decision, made, by, at)


def _recorded(decision: DraftDecision, made: bool, by: User, at: datetime) -> DraftDecision:
    if made:
        draft = decision.draft
        facts: dict[str, Any] = {"pack": draft.pack_id, "digest": draft.digest, "document": draft.document}
        facts["note"] = decision.note
        if decision.valid_from:
            facts |= {"valid_from": decision.valid_from, "adoption": decision.adoption_id}
        verb = _VERBS[DraftState(decision.what)]
        record(by=by, at=at, verb=verb, object_kind="draft", object_id=draft.pk, facts=facts)
    return decision
