"""Pay an approved run: post what was held, write the bank file once, and take the bank's answer."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, HoldPosting, Leg, Reference
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.models import (
    Approval,
    Line,
    Payment,
    PaymentFile,
    PaymentReturn,
    Run,
    Statement,
)

POSTING_CHUNK = 2000


@transaction.atomic
def pay(*, run_id: UUID, by: User, at: datetime, encoding: str = "gb18030") -> PaymentFile:
    """Post what was held for an approved run, give back what was deducted with the reason, and write the bank file.

    Once: a repeat returns the file that stands, byte for byte.
    Raises: NotAllowed, NotFound, NotYet.
    """
    ensure_role(by, Role.FINANCE)
    run = _lock(run_id, by)
    existing = PaymentFile.objects.filter(run=run).first()
    if existing is not None:
        return existing
    approval = Approval.objects.filter(run=run).first()
    if approval is None:
        raise rules.NotYet("本月结算还没有审批，不能拨付。")
    rows = list(settlement_read.statements(by).filter(run=run).order_by("enterprise_id"))
    _post(run, rows, by, at)
    payable = [row for row in rows if row.net_fen]
    transfers = [
        rules.Transfer(
            number=f"SY{run.month.replace('-', '')}{n:05d}",
            account_name=row.enterprise.account_name,
            account=row.enterprise.bank_account,
            bank=row.enterprise.bank_name,
            amount_fen=row.net_fen,
            purpose=f"{run.month}居家养老服务补贴",
        )
        for n, row in enumerate(payable, start=1)
    ]
    content = rules.payment_file(transfers, encoding=encoding)
    total_fen = sum(transfer.amount_fen for transfer in transfers)
    if not total_fen == approval.net_fen == rules.read_total_fen(content, encoding=encoding):
        raise rules.NotYet("付款文件合计与审批金额不一致，未生成文件。请联系管理员核对结算单。")
    file = PaymentFile.objects.create(
        id=derived_id("payment-file", run.pk),
        run=run,
        name=f"拨付-{run.month}.csv",
        encoding=encoding,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        payments=len(transfers),
        total_fen=total_fen,
        by=by,
        at=at,
    )
    Payment.objects.bulk_create(
        [
            Payment(
                id=derived_id("payment", row.pk),
                file=file,
                statement=row,
                number=transfer.number,
                amount_fen=transfer.amount_fen,
            )
            for row, transfer in zip(payable, transfers, strict=True)
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="settlement.pay",
        object_kind="run",
        object_id=run.pk,
        facts={"total_fen": total_fen, "sha256": file.sha256},
    )
    return file


@transaction.atomic
def take_return(*, run_id: UUID, content: bytes, by: User, at: datetime, encoding: str = "gb18030") -> int:
    """Read the bank's answer: what was paid leaves the enterprise's account, what failed stays owed.

    Returns how many payments were answered for the first time; the same file again answers none.
    Raises: NotFound; BadReturnFile, for a payment that was not sent or an answer that changed.
    """
    ensure_role(by, Role.FINANCE)
    run = _lock(run_id, by)
    sent = {
        payment.number: payment
        for payment in Payment.objects.filter(file__run=run).select_related("statement", "statement__enterprise")
    }
    answered = {row.payment_id: row for row in PaymentReturn.objects.filter(payment__file__run=run)}
    new = 0
    for row in rules.read_return(content, encoding=encoding):
        payment = sent.get(row.number)
        if payment is None:
            raise rules.BadReturnFile(f"支付编号{row.number}不在本月付款文件里，请检查是否选错月份。")
        before = answered.get(payment.pk)
        if before is not None:
            if (before.paid, before.bank_reference) != (row.paid, row.bank_reference):
                raise rules.BadReturnFile(f"支付编号{row.number}的结果与上次回单不同，请与银行核实。")
            continue
        answered[payment.pk] = PaymentReturn.objects.create(
            id=derived_id("payment-return", payment.pk),
            payment=payment,
            paid=row.paid,
            bank_reference=row.bank_reference,
            reason=row.reason,
            by=by,
            at=at,
        )
        new += 1
        if row.paid:
            _clear(run, payment, by, at)
    if new:
        access.record(
            by=by, at=at, verb="settlement.take_return", object_kind="run", object_id=run.pk, facts={"answered": new}
        )
    return new


def payable_key(run: Run, fund: str, enterprise_id: UUID) -> AccountKey:
    """Name the ledger account of what an enterprise is owed for a month."""
    return AccountKey(run.programme_id, fund, "PROVIDER_PAYABLE", run.month, enterprise_id)


def _post(run: Run, rows: list[Statement], by: User, at: datetime) -> None:
    for statement in rows:
        reason = (
            f"{run.month}考核得分{rules.points(statement.score_tenths)}分，按系数核减" if statement.deducted_fen else ""
        )
        lines = Line.objects.filter(statement=statement, gross_fen__gt=0).select_related("charge").order_by("n")
        postings = [
            HoldPosting(
                hold_id=line.charge.hold_id,
                to=payable_key(run, line.charge.fund, statement.enterprise_id),
                service_on=line.charge.service_on,
                posted_fen=line.net_fen,
                reason=reason if line.deducted_fen else "",
            )
            for line in lines
        ]
        for start in range(0, len(postings), POSTING_CHUNK):
            ledger.post_holds(items=postings[start : start + POSTING_CHUNK], at=at, by_id=by.pk)


def _clear(run: Run, payment: Payment, by: User, at: datetime) -> None:
    statement = payment.statement
    funds = defaultdict(int)
    for fund, net_fen in Line.objects.filter(statement=statement, net_fen__gt=0).values_list("charge__fund", "net_fen"):
        funds[fund] += net_fen
    for fund, amount_fen in sorted(funds.items()):
        ledger.transfer(
            id=derived_id("clearing", payment.pk, fund),
            programme_id=run.programme_id,
            kind="PAYMENT",
            legs=[
                Leg(payable_key(run, fund, statement.enterprise_id), -amount_fen),
                Leg(AccountKey(run.programme_id, fund, "BANK", run.month, None), amount_fen),
            ],
            cause=Reference("PAYMENT", payment.pk),
            service_on=Month.parse(run.month).first_day,
            at=at,
            by_id=by.pk,
        )


def _lock(run_id: UUID, by: User) -> Run:
    run = Run.objects.select_for_update().filter(pk=run_id, programme_id=by.programme_id).first()
    if run is None:
        raise NotFound("没有找到这次结算。")
    return run
