"""Take the bank's answer: what was paid leaves the enterprise's account, what failed stays owed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.ledger.rules import AccountKey, Leg, Reference
from sangyu.settlement import rules
from sangyu.settlement.actions.sign import lock
from sangyu.settlement.models import Difference, Line, Payment, PaymentReturn, Run


@transaction.atomic
def take_return(*, run_id: UUID, content: bytes, by: User, at: datetime, encoding: str = "gb18030") -> int:
    """Read the bank's answer: what was paid leaves the enterprise's account, what failed stays owed.

    Returns how many payments were answered for the first time; the same file again answers none.
    Raises: NotFound; BadReturnFile, for a payment that was not sent or an answer that changed.
    """
    ensure_role(by, Role.FINANCE)
    run = lock(run_id, by)
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


def _clear(run: Run, payment: Payment, by: User, at: datetime) -> None:
    statement = payment.statement
    funds: dict[str, int] = defaultdict(int)
    paid = Line.objects.filter(statement=statement).order_by().values_list("charge__fund")
    taken = Difference.objects.filter(statement=statement).values_list("correction__line__charge__fund")
    funds |= dict(paid.annotate(sum=Sum("net_fen")))
    for fund, amount_fen in taken.annotate(sum=Sum("amount_fen")):
        funds[fund] -= amount_fen
    for fund, amount_fen in sorted(funds.items()):
        if not amount_fen:
            continue
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
