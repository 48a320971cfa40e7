"""Answer what turns out about a paid line: the closed month stays, the open month takes the difference back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.money import yuan
from sangyu.quality.models import FollowUp
from sangyu.settlement import rules
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import Correction, Difference, Line, PaymentFile, Run, Waiver


@transaction.atomic
def take_back(*, line_id: UUID, reason: str, by: User, at: datetime, amount_fen: int | None = None) -> Correction:
    """Note that a paid line was wrong: all of what was paid for it, or `amount_fen`, comes off the open month.

    Once a line; a repeat changes nothing. The paid month itself is not touched.
    Raises: NotAllowed, NotFound, TextMissing, NotCorrectable.
    """
    ensure_role(by, Role.FINANCE)
    line = _paid_lines(by.programme_id).filter(pk=line_id).select_related("statement__run").first()
    if line is None:
        raise NotFound("没有找到这一行已拨付的明细。未拨付的，请撤回结算单重出。")
    lock(line.statement.run_id, by)
    existing = Correction.objects.filter(line=line).first()
    if existing is not None:
        return existing
    amount_fen = line.net_fen if amount_fen is None else amount_fen
    if not reason.strip():
        raise rules.TextMissing("扣回已拨付的款项必须写明理由，企业会看到。")
    if not 0 < amount_fen <= line.net_fen:
        raise rules.NotCorrectable(f"这一行实付{yuan(line.net_fen)}元，扣回金额应大于0且不超过实付。")
    wanted = _correction(line, amount_fen=amount_fen, reason=reason.strip(), by=by, at=at)
    Correction.objects.bulk_create([wanted], ignore_conflicts=True)
    row = Correction.objects.get(line=line)
    if (row.by_id, row.at) != (by.pk, at):
        return row  # a run that is being drawn up has just noted it by itself
    access.record(
        by=by,
        at=at,
        verb="settlement.take_back",
        object_kind="line",
        object_id=line.pk,
        facts={"amount_fen": amount_fen, "reason": row.reason},
    )
    return row


@transaction.atomic
def waive(*, correction_id: UUID, reason: str, by: User, at: datetime) -> Waiver:
    """Let a correction go that proved wrong itself, as somebody else than who noted it; once.

    Raises: NotAllowed, NotFound, TextMissing, SamePerson; NotCorrectable while it stands on a statement.
    """
    ensure_role(by, Role.APPROVER)
    found = Correction.objects.filter(pk=correction_id, line__statement__run__programme_id=by.programme_id)
    correction = found.select_related("line__statement__run").first()
    if correction is None:
        raise NotFound("没有找到这笔差额。")
    lock(correction.line.statement.run_id, by)
    lock_corrected_lines(by.programme_id, correction.line_id)
    existing = Waiver.objects.filter(correction=correction).first()
    if existing is not None:
        return existing
    if not reason.strip():
        raise rules.TextMissing("不再扣回必须写明理由。")
    if correction.by_id == by.pk:
        raise rules.SamePerson("登记差额的人不能自己免除，请由另一位同事办理。")
    stands = Difference.objects.filter(correction=correction, withdrawn=False).select_related("statement__run").first()
    if stands is not None:
        raise rules.NotCorrectable(f"这笔差额已列入{stands.statement.run.month}结算单，请先撤回该结算单。")
    row = Waiver.objects.create(
        id=derived_id("waiver", correction.pk), correction=correction, reason=reason.strip(), by=by, at=at
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.waive",
        object_kind="line",
        object_id=correction.line_id,
        facts={"amount_fen": correction.amount_fen, "reason": row.reason},
    )
    return row


def note_late_facts(run: Run, by: User, at: datetime) -> int:
    """Note a correction for every paid line that, by what is known now, would have been withheld; return how many.

    It is the same rule that keeps an unpaid delivery back: the elder said that nobody came, or had died before.
    """
    # Each by itself, so that the database goes from the few that were denied or died, not through all that was paid.
    denied = FollowUp.objects.filter(task__sample__programme_id=run.programme_id, reached=True, happened=False)
    open_ = (
        _paid_lines(run.programme_id)
        .filter(statement__run__month__lt=run.month)
        .filter(~Exists(Correction.objects.filter(line=OuterRef("pk"))))
        .select_related("charge__elder")
    )
    not_there = open_.filter(charge__cause_kind="ORDER", charge__cause_id__in=denied.values("task__order_id"))
    died = open_.filter(charge__elder__died_on__isnull=False, charge__elder__died_on__lte=F("charge__service_on"))
    found = {line.pk: (line, True) for line in not_there}
    for line in died:
        found.setdefault(line.pk, (line, False))
    noted = []
    for line, is_denied in found.values():
        died_on = line.charge.elder.died_on
        reason = rules.withheld(
            rules.Delivery(
                grade="A",
                confirmed=True,
                denied=is_denied,
                died_before=died_on is not None and died_on <= line.charge.service_on,
            )
        )
        noted.append(_correction(line, amount_fen=line.net_fen, reason=f"拨付后查明：{reason}", by=by, at=at))
    Correction.objects.bulk_create(noted, ignore_conflicts=True)
    return len(noted)


def lock_corrected_lines(programme_id: UUID, line_id: UUID | None = None) -> None:
    """Lock the lines that corrections are about (or one), so that nothing is taken back twice, nor when let go.

    Another month may be drawn up at the same moment; a correction itself is only ever added and cannot be locked.
    """
    rows = Line.objects.select_for_update().order_by("pk")
    if line_id is not None:
        rows = rows.filter(pk=line_id)
    corrected = Correction.objects.filter(line__statement__run__programme_id=programme_id)
    list(rows.filter(pk__in=corrected.values("line_id")).values_list("pk", flat=True))


def _paid_lines(programme_id: UUID) -> QuerySet[Line]:
    return Line.objects.filter(
        Exists(PaymentFile.objects.filter(run=OuterRef("statement__run"))),
        statement__run__programme_id=programme_id,
        withdrawn=False,
        net_fen__gt=0,
    )


def _correction(line: Line, *, amount_fen: int, reason: str, by: User, at: datetime) -> Correction:
    return Correction(
        id=derived_id("correction", line.pk), line=line, amount_fen=amount_fen, reason=reason, by=by, at=at
    )
