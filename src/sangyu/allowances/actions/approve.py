"""A second person's word: what a run says is booked, from the year's money to what is owed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.allowances import rules
from sangyu.allowances.actions.books import claimed, from_the_year
from sangyu.allowances.models import Approval, Run, Scheme
from sangyu.allowances.queries.balances import added_by, balances
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.ledger.rules import Reference


@transaction.atomic
def approve(*, run_id: UUID, by: User, at: datetime) -> Approval:
    """Book what a run says; a repeat returns the word that was given.

    Raises: NotAllowed, NotFound; SamePerson, for whoever reckoned it; Outdated, if it was reckoned anew or another run
    of the same thing was approved since; MoneyGone, if the year's money does not reach.
    """
    ensure_role(by, Role.APPROVER, Role.BUREAU)
    run = lock_run(run_id, by)
    existing = Approval.objects.filter(run=run).first()
    if existing is not None:
        return existing
    if run.by_id == by.pk:
        raise rules.SamePerson("核算的人不能自己审批，请由另一位同事核对后审批。")
    n = Approval.objects.filter(scheme=run.scheme).count()
    newer = Run.objects.filter(scheme=run.scheme, month=run.month, n__gt=run.n).exists()
    if newer or run.basis != n:
        raise rules.Outdated(f"{run.month}的这次核算已经过时：之后重新核算过，或审批过别的月份。请重新核算后再审批。")
    moved = rules.moved(balances(run.scheme), added_by(run.scheme, [run.pk]))
    cause = Reference("ALLOWANCE_RUN", run.pk)
    from_the_year(run, moved.due_fen, id=derived_id("allowance-due", run.pk), cause=cause, by=by, at=at)
    claimed(run, moved.claim_fen, id=derived_id("allowance-claim", run.pk), cause=cause, by=by, at=at)
    approval = Approval.objects.create(
        run=run, scheme=run.scheme, n=n + 1, due_fen=moved.due_fen, claim_fen=moved.claim_fen, by=by, at=at
    )
    access.record(
        by=by,
        at=at,
        verb="allowances.approve",
        object_kind="allowance_run",
        object_id=run.pk,
        facts={"due_fen": moved.due_fen, "claim_fen": moved.claim_fen, "root": run.root},
    )
    return approval


def lock_run(run_id: UUID, by: User) -> Run:
    """Hold the scheme of a run, and return the run.

    Raises: NotFound.
    """
    run = Run.objects.filter(pk=run_id, scheme__programme_id=by.programme_id).first()
    if run is None:
        raise NotFound("没有找到这次发放。请从发放清单里打开。")
    run.scheme = Scheme.objects.select_for_update().get(pk=run.scheme_id)
    return run
