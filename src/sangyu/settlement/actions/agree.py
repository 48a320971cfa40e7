"""Come to agreement on statements: objection, answer, withdrawal, confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Answer,
    Confirmation,
    Difference,
    Line,
    Run,
    Statement,
    StatementObjection,
    Withdrawal,
)


@transaction.atomic
def object_to(
    *, statement_id: UUID, text: str, by: User, at: datetime, lines: Sequence[int] = ()
) -> StatementObjection:
    """Disagree with one's own statement, or with the lines of these numbers, before confirming it; once.

    Raises: NotFound, AlreadyApproved, TextMissing, NoSuchLine.
    """
    statement = _own(statement_id, by)
    existing = StatementObjection.objects.filter(statement=statement).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise rules.TextMissing("请写明对结算单的异议。")
    if Confirmation.objects.filter(statement=statement).exists():
        raise rules.AlreadyApproved("这份结算单已经对账确认，不能再提异议。")
    wanted = sorted(set(lines))
    known = set(Line.objects.filter(statement=statement, n__in=wanted).values_list("n", flat=True))
    if unknown := [n for n in wanted if n not in known]:
        raise rules.NoSuchLine(f"结算单没有第{unknown[0]}行，请按明细里的序号填写。")
    row = StatementObjection.objects.create(
        id=derived_id("statement-objection", statement.pk),
        statement=statement,
        lines=wanted,
        text=text.strip(),
        by=by,
        at=at,
    )
    access.record(by=by, at=at, verb="settlement.object", object_kind="statement", object_id=statement.pk)
    return row


@transaction.atomic
def answer(*, objection_id: UUID, text: str, by: User, at: datetime) -> Answer:
    """Answer an objection that does not change the statement; one that does is answered by `withdraw`.

    Raises: NotFound, TextMissing.
    """
    ensure_role(by, Role.FINANCE)
    objection = (
        StatementObjection.objects.filter(pk=objection_id, statement__run__programme_id=by.programme_id)
        .select_related("statement")
        .first()
    )
    if objection is None:
        raise NotFound("没有找到这项异议。")
    _queue(objection.statement)
    existing = Answer.objects.filter(objection=objection).first()
    if existing is not None:
        return existing
    if not text.strip():
        raise rules.TextMissing("请写明答复，企业会看到。")
    row = Answer.objects.create(
        id=derived_id("answer", objection.pk), objection=objection, text=text.strip(), by=by, at=at
    )
    access.record(by=by, at=at, verb="settlement.answer", object_kind="statement", object_id=objection.statement_id)
    return row


@transaction.atomic
def withdraw(*, statement_id: UUID, reason: str, by: User, at: datetime) -> Withdrawal:
    """Take a statement back while nobody has signed the run; the next `draw_up` makes its next revision.

    Raises: NotFound, AlreadyApproved from the first signature on (a decline opens it again), TextMissing.
    """
    ensure_role(by, Role.FINANCE)
    statement = Statement.objects.filter(pk=statement_id, run__programme_id=by.programme_id).first()
    if statement is None:
        raise NotFound("没有找到这份结算单。")
    _queue(statement)
    existing = Withdrawal.objects.filter(statement=statement).first()
    if existing is not None:
        return existing
    if settlement_read.signed(statement.run_id):
        raise rules.AlreadyApproved("本月结算已经审批签字，不能撤回。未拨付的可请审批人退回；已拨付的差额在下月更正。")
    if not reason.strip():
        raise rules.TextMissing("撤回结算单必须写明理由。")
    row = Withdrawal.objects.create(
        id=derived_id("withdrawal", statement.pk), statement=statement, reason=reason.strip(), by=by, at=at
    )
    Line.objects.filter(statement=statement).update(withdrawn=True)
    Difference.objects.filter(statement=statement).update(withdrawn=True)
    access.record(
        by=by,
        at=at,
        verb="settlement.withdraw",
        object_kind="statement",
        object_id=statement.pk,
        facts={"reason": reason},
    )
    return row


@transaction.atomic
def confirm(*, statement_id: UUID, invoice_number: str, by: User, at: datetime) -> Confirmation:
    """Agree with one's own statement and name the invoice (对账); once.

    Raises: NotFound, TextMissing, NotYet while an objection waits for its answer.
    """
    statement = _own(statement_id, by)
    existing = Confirmation.objects.filter(statement=statement).first()
    if existing is not None:
        return existing
    if not invoice_number.strip():
        raise rules.TextMissing("请填写发票号码。")
    waiting = StatementObjection.objects.filter(statement=statement).exclude(
        pk__in=Answer.objects.values("objection_id")
    )
    if waiting.exists():
        raise rules.NotYet("您的异议还没有得到答复，答复后再确认对账。")
    row = Confirmation.objects.create(
        id=derived_id("confirmation", statement.pk),
        statement=statement,
        invoice_number=invoice_number.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.confirm",
        object_kind="statement",
        object_id=statement.pk,
        facts={"invoice": invoice_number, "net_fen": statement.net_fen},
    )
    return row


def _own(statement_id: UUID, by: User) -> Statement:
    ensure_role(by, Role.ENTERPRISE)
    _queue(settlement_read.get_statement(by, statement_id))
    return settlement_read.get_statement(by, statement_id)  # it may have been withdrawn while we waited


def _queue(statement: Statement) -> None:
    # A statement is only ever added, and the serving log-in may not lock such a row: its run is locked instead.
    Run.objects.select_for_update().get(pk=statement.run_id)
