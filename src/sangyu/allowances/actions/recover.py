"""Take back what somebody was paid too much, when the family or the bank returns it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.allowances.actions.approve import lock_run
from sangyu.allowances.actions.books import claimed, given_back
from sangyu.allowances.models import Recovery
from sangyu.allowances.queries.balances import balances
from sangyu.allowances.rules import BadRecovery
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.ledger.rules import Reference
from sangyu.registry import queries as registry_read


@transaction.atomic
def recover(
    *, run_id: UUID, elder_id: UUID, amount_fen: int, document: str, by: User, at: datetime, key: str
) -> Recovery:
    """Book money that was given back, to the year of the run that found it; the same `key` books it once.

    Raises: NotAllowed, NotFound; BadRecovery, for more than is claimed.
    """
    ensure_role(by, Role.FINANCE)
    run = lock_run(run_id, by)
    recovery_id = derived_id("recovery", run.scheme_id, elder_id, key)
    existing = Recovery.objects.filter(pk=recovery_id).first()
    if existing is not None:
        return existing
    owes_fen = -min(0, balances(run.scheme).get(registry_read.survivor_of(elder_id), 0))
    if not 0 < amount_fen <= owes_fen:
        raise BadRecovery(f"应追回{yuan(owes_fen)}元，退回的金额应大于0元且不超过它。请核对。")
    if not document.strip():
        raise BadRecovery("退回要写明缴款凭证，请补充。")
    row = Recovery.objects.create(
        id=recovery_id,
        scheme=run.scheme,
        elder_id=elder_id,
        amount_fen=amount_fen,
        document=document.strip(),
        by=by,
        at=at,
    )
    cause = Reference("RECOVERY", row.pk)
    given_back(run, amount_fen, id=derived_id("recovered", row.pk), cause=cause, by=by, at=at)
    claimed(run, -amount_fen, id=derived_id("recovered-claim", row.pk), cause=cause, by=by, at=at)
    access.record(
        by=by,
        at=at,
        verb="allowances.recover",
        object_kind="elder",
        object_id=elder_id,
        facts={"amount_fen": amount_fen, "document": row.document},
    )
    return row
