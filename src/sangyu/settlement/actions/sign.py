"""Sign a run step by step, each by another person than all before, or send it back to its maker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.providers.models import Enterprise
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Answer,
    Approval,
    Confirmation,
    Decline,
    Difference,
    Explanation,
    PaymentFile,
    Run,
    Statement,
    StatementObjection,
    Withdrawal,
)

SIGNERS = tuple(step.role for step in rules.CHAIN)


@transaction.atomic
def explain(*, run_id: UUID, enterprise_id: UUID, text: str, by: User, at: datetime) -> Explanation:
    """Say why an enterprise's sum is far from last month's; the same words again add nothing.

    Raises: NotAllowed, NotFound, TextMissing, AlreadyApproved once somebody has signed.
    """
    ensure_role(by, Role.FINANCE)
    run = lock(run_id, by)
    enterprise = Enterprise.objects.filter(pk=enterprise_id, programme_id=by.programme_id).first()
    if enterprise is None:
        raise NotFound("没有找到这家企业。")
    if not text.strip():
        raise rules.TextMissing("请写明本月与上月相差较大的原因。")
    row_id = derived_id("explanation", run.pk, enterprise.pk, text.strip())
    existing = Explanation.objects.filter(pk=row_id).first()
    if existing is not None:
        return existing
    if settlement_read.signed(run.pk):
        raise rules.AlreadyApproved("本月结算已有人签字，说明不能再改。需要更改的，请审批人先退回。")
    row = Explanation.objects.create(id=row_id, run=run, enterprise=enterprise, text=text.strip(), by=by, at=at)
    access.record(
        by=by, at=at, verb="settlement.explain", object_kind="run", object_id=run.pk, facts={"text": text.strip()}
    )
    return row


@transaction.atomic
def approve(*, run_id: UUID, by: User, at: datetime) -> Approval:
    """Sign the next step of a run whose statements are all confirmed; a repeat by the same person changes nothing.

    Raises: NotAllowed, NotFound; SamePerson, for whoever had a hand in it or signed before (whatever their roles);
    OutOfTurn, naming who signs first; NotYet; NotExplained; AlreadyApproved.
    """
    ensure_role(by, *SIGNERS)
    run = lock(run_id, by)
    standing = settlement_read.approvals(by, run)
    own = next((row for row in standing if row.by_id == by.pk), None)
    if own is not None:
        return own
    step = rules.step_of(roles=by.roles, signed={row.step: row.by.display_name for row in standing})
    if _had_a_hand(run, by):
        raise rules.SamePerson("出单人和经手人不能审批自己办理的结算，请由另一位同事审批。")
    rows = list(settlement_read.statements(by).filter(run=run))
    _ensure_ready(run, rows, by)
    row = Approval.objects.create(
        id=derived_id("approval", run.pk, settlement_read.round_of(run), step.code),
        run=run,
        round=settlement_read.round_of(run),
        step=step.code,
        net_fen=sum(row.net_fen for row in rows),
        root=run.root,
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.approve",
        object_kind="run",
        object_id=run.pk,
        facts={"step": step.code, "net_fen": row.net_fen, "root": run.root},
    )
    return row


@transaction.atomic
def decline(*, run_id: UUID, reason: str, by: User, at: datetime) -> Decline:
    """Send a run back to its maker: signatures so far stand no more, statements may be taken back again.

    Whoever signs next may decline; once all have signed, the last signer, until it is paid. The same words about the
    same run again add nothing.
    Raises: NotAllowed, NotFound, TextMissing, OutOfTurn, AlreadyApproved.
    """
    ensure_role(by, *SIGNERS)
    run = lock(run_id, by)
    standing = settlement_read.approvals(by, run)
    last = settlement_read.decline_of(by, run)
    if last and not standing and (last.by_id, last.reason, last.root) == (by.pk, reason.strip(), run.root):
        return last
    if not reason.strip():
        raise rules.TextMissing("退回必须写明原因，经办人会看到。")
    if PaymentFile.objects.filter(run=run).exists():
        raise rules.AlreadyApproved("本月结算已经拨付，不能退回；差额在下月更正。")
    signed = {row.step: row.by.display_name for row in standing}
    if rules.due_step(signed) is not None:
        rules.step_of(roles=by.roles, signed=signed)
    elif rules.CHAIN[-1].role not in by.roles:
        raise rules.OutOfTurn(f"各步都已签字，只有“{rules.CHAIN[-1].label}”可以退回。")
    row = Decline.objects.create(
        id=derived_id("decline", run.pk, settlement_read.round_of(run)),
        run=run,
        round=settlement_read.round_of(run),
        root=run.root,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by, at=at, verb="settlement.decline", object_kind="run", object_id=run.pk, facts={"reason": row.reason}
    )
    return row


def lock(run_id: UUID, by: User) -> Run:
    """Lock a run of the caller's own programme, so that what is written about it is written one after another.

    Raises: NotFound.
    """
    run = Run.objects.select_for_update().filter(pk=run_id, programme_id=by.programme_id).first()
    if run is None:
        raise NotFound("没有找到这次结算。")
    return run


def _had_a_hand(run: Run, by: User) -> bool:
    drew = access_read.audit_of(by, run.pk).filter(verb="settlement.draw_up", by=by)
    of_run = {"statement__run": run, "by": by}
    return (
        run.drawn_by_id == by.pk
        or drew.exists()
        or Withdrawal.objects.filter(**of_run).exists()
        or Answer.objects.filter(objection__statement__run=run, by=by).exists()
        or Explanation.objects.filter(run=run, by=by).exists()
        or Difference.objects.filter(statement__run=run, withdrawn=False, correction__by=by).exists()
        or Confirmation.objects.filter(**of_run).exists()
        or StatementObjection.objects.filter(**of_run).exists()
    )


def _ensure_ready(run: Run, rows: list[Statement], by: User) -> None:
    if not rows:
        raise rules.NotYet("本月还没有结算单，不能审批。")
    if rules.root([row.root for row in sorted(rows, key=lambda row: (row.enterprise_id, row.revision))]) != run.root:
        raise rules.NotYet("有结算单撤回后还没有重新出单，合计和总根对不上。请经办人重新出单后再签字。")
    confirmed = set(Confirmation.objects.filter(statement__in=rows).values_list("statement_id", flat=True))
    waiting = [row.enterprise.short_name for row in rows if row.pk not in confirmed]
    if waiting:
        raise rules.NotYet(f"还有企业没有对账确认：{_some(waiting)}。全部确认后才能审批。")
    unexplained = [row.enterprise.short_name for row in settlement_read.swings(by, run) if not row.explanation]
    if unexplained:
        raise rules.NotExplained(
            f"{_some(unexplained)}的实付比上月变化超过20%，还没有说明原因。请经办人先写明，再签字。"
        )


def _some(names: list[str]) -> str:
    return "、".join(names[:3]) + (f"等{len(names)}家" if len(names) > 3 else "")
